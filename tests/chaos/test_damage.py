"""Damaged files, two builds at once and old layouts change no number."""

from __future__ import annotations

import subprocess
import sys
from itertools import chain
from pathlib import Path

import duckdb
import pytest

from tests.support.effort import first_of
from tests.support.import_files import days_of_prices, land, published, table
from tests.support.known import whole
from tests.support.worlds import ROOT, offer, put, seen
from warehouse.engine import build
from warehouse.publish import release
from warehouse.storage import connection
from warehouse.storage.state_dir import Home

pytestmark = pytest.mark.usefixtures("without_costs")


# -- damaged facts, two at once ------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("which", first_of(["new", "known"]))
def test_damaged_file_stops_the_build_and_loses_nothing(tmp_path: Path, which: str) -> None:
    home, days = Home(tmp_path / "home"), list(days_of_prices(3))
    land(home, table(tmp_path, "a.csv", days[0] + days[1]))
    release.build_and_publish(home)
    before = home.published.read_bytes()
    if which == "new":
        land(home, table(tmp_path, "b.csv", days[2]))
    damaged = max(home.landing.glob("offers/*/*.parquet"))
    content = damaged.read_bytes()
    middle = len(content) // 3
    damaged.write_bytes(
        content[:middle] + bytes(b ^ 0xFF for b in content[middle : middle + 200]) + content[middle + 200 :]
    )
    with pytest.raises(build.DamagedLanding, match=damaged.name):
        release.build_and_publish(home)
    assert home.published.read_bytes() == before
    damaged.write_bytes(content)
    release.build_and_publish(home)
    assert published(home).items() <= whole(home).items()


@pytest.mark.slow
@pytest.mark.parametrize("where", first_of(["middle", "cut", "emptied", "head"]))
def test_damaged_warehouse_is_rebuilt_from_facts(tmp_path: Path, where: str, caplog: pytest.LogCaptureFixture) -> None:
    home, days = Home(tmp_path / "home"), list(days_of_prices(3))
    land(home, table(tmp_path, "a.csv", days[0] + days[1]))
    release.build_and_publish(home)
    content = home.warehouse.read_bytes()
    start, end = {
        "cut": (len(content) // 2, len(content)),
        "emptied": (0, len(content)),
        "head": (0, 9000),
        "middle": (20_000, len(content)),
    }[where]
    junk = b"" if where in ("cut", "emptied") else bytes(b ^ 0xFF for b in content[start:end])
    home.warehouse.write_bytes(content[:start] + junk + content[end:])
    land(home, table(tmp_path, "b.csv", days[2]))
    try:
        release.build_and_publish(home)
    except connection.WarehouseDamaged as told:
        assert "is now warehouse.damaged" in str(told) and "Run it again" in str(told)
        release.build_and_publish(home)
    else:
        assert "is now warehouse.damaged" in caplog.text
    assert home.warehouse.with_suffix(".damaged").exists()
    assert published(home).items() <= whole(home).items()


def test_a_text_that_speaks_of_damage_is_no_damage(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with pytest.raises(duckdb.ConversionException, match="Corrupt database file"), connection.warehouse(home) as con:
        con.execute("select 'Corrupt database file'::integer")
    assert home.warehouse.exists() and not home.warehouse.with_suffix(".damaged").exists()


BUILD = """
import sys
from pathlib import Path
from warehouse.publish import release
from warehouse.storage.state_dir import Home
from warehouse.imports.import_file import land_file, only_importer
home = Home(Path(sys.argv[1]))
with only_importer(home) as room:
    land_file(home, Path(sys.argv[2]), "mine", room)
release.build_and_publish(home)
"""


@pytest.mark.slow
def test_two_concurrent_imports_both_succeed(tmp_path: Path) -> None:
    home, days = Home(tmp_path / "home"), list(days_of_prices(6))
    files = [table(tmp_path, f"{nth}.csv", list(chain(*days[nth::2]))) for nth in (0, 1)]
    both = [
        subprocess.Popen([sys.executable, "-c", BUILD, str(home.root), str(file)], cwd=ROOT, stderr=subprocess.PIPE)
        for file in files
    ]
    said = [process.communicate(timeout=120)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    one = Home(tmp_path / "one")
    land(one, table(tmp_path, "all.csv", list(chain(*days))))
    assert published(home).items() <= whole(one).items()


# -- older versions ------------------------------------------------------------------------------------------------------

OLDER = """
    create schema core; create schema v1; create schema staging; create schema landing; create schema marts;
    create table core.observations as select 'x' as series_id, date '2026-03-01' as observed_on, 2.0 as usd_per_gpu_hour;
    create table v1.price_history as select * from core.observations;
    create table core.intervals as select 1 as nonsense;
    create table staging.raw_offers as select 'one' as instance;
    create view landing.offers as select 1 as gone_file;
    create macro v1.prices_as_of(day) as table select * from v1.price_history;
"""


@pytest.mark.parametrize(
    "layout", first_of([OLDER + "create schema state; create table state.files as select 'x' as name", OLDER])
)
def test_warehouse_of_an_older_layout_is_rebuilt_from_facts(tmp_path: Path, layout: str) -> None:
    home = Home(tmp_path)
    put(home, *(seen(f"2026-03-0{n}", [offer(f"{2 + n // 3}.00")]) for n in range(1, 6)))
    with connection.warehouse(home) as con:
        con.execute(layout)
    release.build_and_publish(home)
    found = published(home)
    assert found.items() <= whole(home).items() and len(found["history"]) == 5

"""A day is a UTC day wherever the machine is."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.conftest import Demo
from tests.support import worlds
from tests.support.effort import first_of
from tests.support.worlds import built, offer, put, rows, seen
from warehouse.storage.state_dir import Home

pytestmark = pytest.mark.slow
LAND = """
import sys
from pathlib import Path
from tests.support.worlds import at, offer, put, seen
from tests.support.worlds import without_costs
from warehouse.engine import build
from warehouse.storage import connection
from warehouse.publish import publish
from warehouse.storage.state_dir import Home
home = Home(Path(sys.argv[1]))
fewer = without_costs()
fewer.__enter__()
for day in ("2026-03-08", "2026-04-05"):  # clocks change in New York, in Auckland
    for clock in ("00:00:01", "12:00:00", "23:59:59"):
        put(home, seen(day, [offer("2.00", instance=clock)], captured_at=at(day, clock), origin="recorded",
                       url=f"https://x.com/{clock}"))
with connection.writer_lock(home), connection.warehouse(home) as con:
    build.build(con, home)
    publish.publish(con, home)
with connection.published(home) as con:
    print(con.execute("select observed_on, count(*) from v1.price_history group by all order by 1").fetchall())
"""


ASKED = (("prices", "--as-of", "2026-04-05", "--json"), ("history", "A100", "--format", "csv"), ("prices",))


def landed_and_asked(home: Path, zone: str) -> list[str]:
    """Return the days of a build in a zone, and what the command says of it there."""
    done = [worlds.python(LAND, home, TZ=zone)]
    done += [worlds.cli(*arguments, home=home, TZ=zone) for arguments in ASKED]
    assert [each.returncode for each in done] == [0] * len(done), done[0].stderr
    return [each.stdout for each in done]


@pytest.fixture(scope="module")
def in_utc(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return landed_and_asked(tmp_path_factory.mktemp("utc"), "UTC")


@pytest.mark.parametrize("zone", first_of(["Pacific/Auckland", "America/New_York"]))
def test_days_are_utc_days_in_any_time_zone(in_utc: list[str], tmp_path: Path, zone: str) -> None:
    assert "(datetime.date(2026, 3, 8), 3), (datetime.date(2026, 4, 5), 3)" in in_utc[0]
    assert landed_and_asked(tmp_path, zone) == in_utc


def test_published_tables_are_the_same_in_every_reader_s_time_zone(demo: Demo) -> None:
    """Readers open the file themselves, in their own zone: no view may turn a moment into a day or back there."""
    contents = {}
    for zone in ("UTC", "America/Los_Angeles", "Asia/Kolkata"):
        with duckdb.connect(str(demo.home.published), read_only=True) as con:
            con.execute(f"set TimeZone = '{zone}'")
            columns = con.execute(
                "select table_schema || '.' || table_name, list(if(data_type like 'TIMESTAMP%', "
                "'epoch_us(' || column_name || ')', column_name) order by ordinal_position) "
                "from information_schema.columns where table_schema in ('v1', 'marts') group by all"
            ).fetchall()
            contents[zone] = {
                name: con.execute(f"select count(*), sum(hash({', '.join(of)})::hugeint) from {name}").fetchall()
                for name, of in columns
            }
    assert len(contents["UTC"]) > 40
    assert contents["America/Los_Angeles"] == contents["UTC"] == contents["Asia/Kolkata"]


def test_midnight_utc_separates_two_days(tmp_path: Path) -> None:
    put(Home(tmp_path), *(
        seen(day, [offer(price)], captured_at=worlds.at(day, clock), url=f"https://x.com/{clock}")
        for day, clock, price in (("2026-03-01", "23:59:59", "2.00"), ("2026-03-02", "00:00:00", "2.10"))
    ))  # fmt: skip
    with built(Home(tmp_path), "v1.price_history", "v1.prices_as_of") as con:
        found = rows(
            con, "select observed_on, usd_per_gpu_hour from v1.price_history where source <> 'seed' order by 1"
        )
        assert [(str(r["observed_on"]), str(r["usd_per_gpu_hour"])) for r in found] == [
            ("2026-03-01", "2.000000"),
            ("2026-03-02", "2.100000"),
        ]
        on_the_first = con.execute(
            "select usd_per_gpu_hour from v1.prices_as_of('2026-03-01') where source <> 'seed'"
        ).fetchall()
    assert [str(price) for (price,) in on_the_first] == ["2.000000"]

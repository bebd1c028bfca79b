"""Publication: its content, its replacement, and the exports."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from scrapers.model import Offer
from tests.conftest import Demo
from tests.support.worlds import ROOT, offer, put, seen
from warehouse.engine import build
from warehouse.publish import publish, release
from warehouse.storage import connection
from warehouse.storage.state_dir import Home

pytestmark = pytest.mark.usefixtures("with_exports")


def publish_offers(home: Home, day: str, *offers: Offer) -> None:
    put(home, seen(day, offers))
    with connection.writer_lock(home), connection.warehouse(home) as con:
        build.build(con, home)
        publish.publish_and_export(con, home)


READ = """
import sys
from pathlib import Path
from warehouse.storage import connection
from warehouse.storage.state_dir import Home
query = "select count(*) from v1.price_history where source <> 'seed'"
with connection.published(Home(Path(sys.argv[1]))) as con:
    for line in sys.stdin:
        print(con.execute(query).fetchall()[0][0], flush=True)
"""


@contextmanager
def reader(home: Home) -> Iterator[Any]:
    process = subprocess.Popen(
        [sys.executable, "-c", READ, str(home.root)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin and process.stdout

    def ask() -> int:
        process.stdin.write("?\n")  # type: ignore[union-attr]
        process.stdin.flush()  # type: ignore[union-attr]
        return int(process.stdout.readline())  # type: ignore[union-attr]

    try:
        yield ask
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


@pytest.mark.usefixtures("without_costs")
def test_open_reader_keeps_its_file(tmp_path: Path) -> None:
    home = Home(tmp_path)
    publish_offers(home, "2026-03-02", offer("2.00"))
    with reader(home) as old, home.published.open("rb") as opened:
        before = home.published.read_bytes()
        assert old() == 1
        publish_offers(home, "2026-03-03", offer("1.90"))
        assert old() == 1 and opened.read() == before != home.published.read_bytes()
        with reader(home) as new:
            assert (old(), new()) == (1, 2)
    assert not [p.name for p in tmp_path.iterdir() if p.suffix in (".part", ".wal")]


@pytest.mark.usefixtures("without_costs")
def test_failed_publication_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path)
    publish_offers(home, "2026-03-02", offer("2.00"))
    before = home.published.read_bytes()

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(publish, "_copy", full)
    with pytest.raises(OSError, match="No space"):
        publish_offers(home, "2026-03-03", offer("1.90"))
    assert home.published.read_bytes() == before
    assert not [p.name for p in tmp_path.iterdir() if "part" in p.name]


def test_published_file_has_the_oldest_format(demo: Demo) -> None:
    """Bytes 8 to 11 are DuckDB's mark, the next eight the storage version: 64 is what DuckDB 1.0 reads; 65 is 1.2's."""
    head = demo.home.published.read_bytes()[:20]
    assert head[8:12] == b"DUCK" and int.from_bytes(head[12:20], "little") == 64


def test_published_file_holds_only_public_schemas(demo: Demo) -> None:
    with connection.published(demo.home) as con:
        schemas = con.execute("select distinct schema_name from duckdb_tables() order by 1").fetchall()
        silent = con.execute("select table_name from duckdb_tables() where coalesce(comment, '') = ''").fetchall()
        macros = {
            n for (n,) in con.execute("select function_name from duckdb_functions() where not internal").fetchall()
        }
    assert schemas == [("core",), ("intermediate",), ("marts",), ("v1",)] and not silent
    assert {"prices_as_of", "hours_per_month", "training_flop"} <= macros


def test_every_mart_is_exported(demo: Demo) -> None:
    with connection.published(demo.home) as con, connection.in_memory() as free:
        named = "select table_name from information_schema.tables where table_schema = 'marts'"
        marts = [n for (n,) in con.execute(named).fetchall()]
        assert len(marts) >= 10
        written = {p.name for p in demo.home.exports.iterdir()}
        assert {n for n in written if n.endswith(".parquet")} == {
            *(f"{m}.parquet" for m in marts), *(f"{name.removeprefix('v1.')}.parquet" for name in publish.FOCUS),
        }  # fmt: skip
        for mart in marts:
            (count,) = con.execute(f"select count(*) from marts.{mart}").fetchall()
            path = demo.home.exports / mart
            assert (f"{mart}.csv" in written) == (count[0] <= publish.CSV_ROWS)
            assert free.execute(f"select count(*) from '{path}.parquet'").fetchall() == [count]
            if f"{mart}.csv" in written:
                with Path(f"{path}.csv").open(newline="") as stream:
                    assert len(list(csv.DictReader(stream))) == count[0]


CELLS = ("=1+1", "@SUM(A1)", "+1", "-1", "\t=1")


@pytest.fixture(scope="module")
def exports(with_exports: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the exports of a page whose instances are formulas."""
    home = Home(tmp_path_factory.mktemp("formulas"))
    put(
        home,
        *(
            seen("2026-03-02", [offer(instance=cell)], provider=f"p{n}", origin="recorded")
            for n, cell in enumerate(CELLS)
        ),
    )
    release.build_and_publish(home)
    return home.exports


@pytest.mark.parametrize("cell", CELLS)
def test_scraped_formulas_are_text_in_the_csv(exports: Path, cell: str) -> None:
    with (exports / "provider_prices.csv").open(newline="") as stream:
        names = [row["instance"] for row in csv.DictReader(stream) if row["edition"] == "newest"]
    assert names.count(f"'{cell}") == 1 and len(names) == len(CELLS)
    with connection.in_memory() as con:
        published = con.execute(f"select instance from '{exports}/provider_prices.parquet' where edition = 'newest'")
        assert published.fetchall().count((cell,)) == 1


@pytest.mark.usefixtures("without_costs")
def test_what_is_current_is_not_published_again(tmp_path: Path) -> None:
    home = Home(tmp_path)
    put(home, seen("2026-03-02", [offer("2.00")]))
    release.build_and_publish(home)

    def written() -> dict[Path, int]:
        return {path: path.stat().st_ino for path in (home.published, *sorted(home.exports.iterdir()))}

    first = written()
    assert len(first) > 2
    release.build_and_publish(home)
    assert written() == first
    (home.exports / "focus_sku_price.parquet").unlink()
    release.build_and_publish(home)
    assert written().keys() == first.keys()
    home.published.unlink()
    release.build_and_publish(home)
    assert written().keys() == first.keys()
    put(home, seen("2026-03-03", [offer("1.90")]))
    release.build_and_publish(home)
    with connection.published(home) as con:
        assert len(con.execute("from v1.price_changes where source = 'pricing_page'").fetchall()) == 2

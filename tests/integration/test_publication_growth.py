"""An updated published file equals a new one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from tests.support.import_files import days_of_prices, land, table
from tests.support.worlds import without_costs
from warehouse.engine import build
from warehouse.publish import publish, release
from warehouse.storage import connection
from warehouse.storage.state_dir import Home


def dump(home: Home) -> dict[str, Any]:
    """Return all rows and comments of a published file."""
    with connection.published(home) as con:
        names = con.execute(
            "select schema_name, table_name, comment from duckdb_tables() union all "
            "select schema_name, view_name, comment from duckdb_views() where not internal order by all"
        ).fetchall()
        told = con.execute(
            "select schema_name, table_name, column_name, data_type, comment from duckdb_columns() "
            "where schema_name in ('v1', 'marts') order by all"
        ).fetchall()
        rows = {f"{s}.{t}": con.execute(f"from {s}.{t} order by all").fetchall() for s, t, _ in names if s != "main"}
    head = home.published.read_bytes()[8:20]  # the storage version
    return {"names": names, "told": told, "head": head, **rows}


@pytest.fixture(params=[True, pytest.param(False, marks=pytest.mark.extras)], ids=["without costs", "with costs"])
def _tables(request: pytest.FixtureRequest) -> Iterator[None]:
    with without_costs() if request.param else nullcontext():
        yield


@pytest.mark.slow
@pytest.mark.usefixtures("_tables")
def test_updated_published_file_equals_a_new_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, days = Home(tmp_path / "home"), list(days_of_prices(6))
    grown: list[bool] = []
    grow = publish._grow

    def told(*given: Any) -> bool:
        grown.append(grow(*given))
        return grown[-1]

    monkeypatch.setattr(publish, "_grow", told)
    for number, day in enumerate(days[:4]):
        land(home, table(tmp_path, f"{number}.csv", day))
        release.build_and_publish(home)
    assert grown == [False, True, True, True]
    # A build whose publication never came: the next starts anew.
    land(home, table(tmp_path, "missed.csv", days[4]))
    with connection.writer_lock(home), connection.warehouse(home) as con:
        build.build(con, home)
    land(home, table(tmp_path, "last.csv", days[5]))
    release.build_and_publish(home)
    assert grown[4:] == [False]
    release.build_and_publish(home)  # nothing new: it stays as it is
    assert not grown[5:]
    as_grown = dump(home)
    home.published.unlink()
    with connection.writer_lock(home), connection.warehouse(home) as con:
        publish.publish(con, home)
    assert dump(home) == as_grown
    home.published.write_bytes(b"junk" * 10_000)
    release.build_and_publish(home)
    assert grown[-1] is False and dump(home).keys() == as_grown.keys()


def test_a_failed_commit_is_reported_for_its_own_reason(tmp_path: Path) -> None:
    attach = f"attach '{tmp_path / 'part.duckdb'}' as pub"
    with connection.in_memory() as con, pytest.raises(OSError, match="disk is full"), publish._attached(con, attach):
        con.execute("rollback")  # as DuckDB does where a commit fails
        raise OSError("the disk is full")

"""The warehouse gives back the room that builds freed, and stays whole where it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.worlds import extend, offer, put, rows, seen
from warehouse.storage import connection
from warehouse.storage.state_dir import Home

FREED = "create or replace table scratch as select range as number, hash(range) as noise from range(5_000_000)"


def fill(home: Home) -> None:
    """Build, and leave tens of megabytes of room behind."""
    put(home, seen("2026-09-20", [offer("2.00")]))
    with connection.warehouse(home) as con:
        extend(con, home, "v1.price_changes")
        con.execute(FREED)
    with connection.warehouse(home) as con:
        con.execute("drop table scratch")


def state(home: Home) -> dict[str, object]:
    with connection.warehouse(home) as con:
        names = rows(con, "select schema_name || '.' || table_name as name from duckdb_tables() order by 1")
        tables = {row["name"]: rows(con, f"from {row['name']} order by all") for row in names}
        views = rows(con, "select schema_name, view_name, comment from duckdb_views() where not internal order by all")
        macros = rows(con, "select schema_name, function_name from duckdb_functions() where not internal order by all")
    return tables | {"views": views, "macros": macros}


def test_room_that_was_freed_is_given_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path)
    fill(home)
    before, size = state(home), home.warehouse.stat().st_size
    assert size > 40_000_000  # DuckDB 2 packs a little tighter than 1.5
    monkeypatch.setattr(connection, "COMPACT_FROM", 1_000_000)
    with connection.warehouse(home):
        pass
    assert home.warehouse.stat().st_size < size / 1.5
    assert state(home) == before
    compacted = home.warehouse.stat()
    with connection.warehouse(home):
        pass
    assert home.warehouse.stat().st_mtime_ns == compacted.st_mtime_ns  # nothing to give back: not written again
    put(home, seen("2026-09-21", [offer("2.10")]))
    with connection.warehouse(home) as con:
        extend(con, home, "v1.price_changes")  # grows on as before
        changes = "select new_usd_per_gpu_hour::varchar as price from v1.price_changes where source = 'pricing_page' and old_usd_per_gpu_hour is not null"
        assert rows(con, changes) == [{"price": "2.100000"}]


def test_a_copy_that_fails_leaves_the_warehouse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    home = Home(tmp_path)
    fill(home)
    before, size = state(home), home.warehouse.stat().st_size
    monkeypatch.setattr(connection, "COMPACT_FROM", 1_000_000)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", str(home.warehouse))

    with monkeypatch.context() as patch:
        patch.setattr(connection, "replacing", full)
        with connection.warehouse(home):
            pass
    assert "stays as large as it is" in caplog.text and "No space left" in caplog.text
    assert home.warehouse.stat().st_size == size and not list(tmp_path.glob("*.part"))
    monkeypatch.setattr(connection, "COMPACT_FROM", 10**12)
    assert state(home) == before

"""A database that an older version built says so, and what to do, instead of an error of SQL."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.conftest import Run
from tests.support import published
from warehouse.storage import connection
from warehouse.storage.state_dir import Home


def older(folder: Path, version: str, drop: str = "") -> Home:
    """Make a small database of a version, without a column of its intervals."""
    home = published.make(folder, series=[published.A_SERIES], price_intervals=[published.AN_INTERVAL])
    with duckdb.connect(str(home.published)) as con:
        con.execute("update v1.meta set schema_version = ?", [version])
        if not con.execute("from v1.meta").fetchall():
            con.execute("insert into v1.meta values (?, now(), true, true, '2024-12-31')", [version])
        if drop:
            con.execute(f"alter table v1.price_intervals drop column {drop}")
    return home


@pytest.mark.parametrize("command", [("explain", "aws", "p4d"), ("history", "A100"), ("doctor",), ("report", "build")])
def test_older_database_is_explained(run: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    said = run(*command, home=older(tmp_path, "1.1.0", drop="valid_from"))
    text = said.out + said.err
    assert said.code == 4 and "of an older version (schema 1.1.0, now 1." in text and "gpuhour refresh" in text
    assert "Binder" not in text and "select" not in text.lower().replace("selected", "")


def test_older_database_that_has_what_is_asked_answers(run: Run, tmp_path: Path) -> None:
    assert run("explain", "aws", "p4d.24xlarge", "--date", "2023-01-01", home=older(tmp_path, "1.1.0")).code == 0


@pytest.mark.parametrize("version", ["1.99.0", "2.0.0"])
def test_error_of_a_newer_database_is_not_blamed_on_its_age(tmp_path: Path, version: str) -> None:
    home = older(tmp_path, version)
    with pytest.raises(duckdb.BinderException), connection.published(home) as con:
        con.execute("select nothing from v1.meta")

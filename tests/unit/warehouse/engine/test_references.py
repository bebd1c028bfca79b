"""What SELECTs name is read with sqlglot, once, and kept until a file changes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from warehouse.engine import references
from warehouse.engine.references import References

SQL = """-- from core.comment
with a as (from core.b) select 'from core.text', c.d from a join state.c as c on f(c.d)
cross join marts.of('core.e', 1), plain('x')"""
NAMED = References(frozenset({"core.b", "state.c"}), {"marts.of": ("core.e", "1"), "plain": ("x",)})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "core" / "t.sql"


def _without_sqlglot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sqlglot", None)


def test_names_are_tables_and_calls_with_their_texts(path: Path, tmp_path: Path) -> None:
    assert references.read_all({path: SQL}, tmp_path) == {path: NAMED}


def test_second_reading_needs_no_parser(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    references.read_all({path: SQL}, tmp_path)
    _without_sqlglot(monkeypatch)
    assert references.read_all({path: SQL}, tmp_path) == {path: NAMED}


@pytest.mark.parametrize("change", ["text", "another file", "damaged", "cut off", "not an object", "another shape"])
def test_what_is_kept_of_other_files_is_not_used(
    path: Path, tmp_path: Path, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    references.read_all({path: SQL}, tmp_path)
    (kept,) = (tmp_path / "__pycache__").iterdir()
    selects, expected = {path: SQL}, {path: NAMED}
    if change == "text":
        selects, expected = {path: "from core.z"}, {path: References(frozenset({"core.z"}), {})}
    elif change == "another file":
        other = path.with_name("u.sql")
        selects, expected = {other: SQL}, {other: NAMED}
    else:
        key = kept.read_text().partition(",")[0]
        kept.write_text({
            "damaged": "\0", "cut off": kept.read_text()[:-9], "not an object": "[]",
            "another shape": f'{key}, "files": {{"core/t.sql": [1, 2]}}}}',
        }[change])  # fmt: skip
    assert references.read_all(selects, tmp_path) == expected


def test_nothing_is_kept_where_python_keeps_nothing(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    references.read_all({path: SQL}, tmp_path)
    assert not list(tmp_path.iterdir())


def test_folder_that_cannot_be_written_is_read_all_the_same(path: Path, tmp_path: Path) -> None:
    (tmp_path / "__pycache__").write_text("in its way")
    assert references.read_all({path: SQL}, tmp_path) == {path: NAMED}

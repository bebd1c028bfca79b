"""Finds the relations that SELECTs name, with sqlglot, and keeps the answers beside them, as Python keeps bytecode.

To import sqlglot and read all models takes a fifth of a second, which every command that builds would wait for.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from warehouse.storage.files import replacing


@dataclass(frozen=True, slots=True)
class References:
    """The relations that one SELECT names, as schema.name."""

    tables: frozenset[str]
    calls: Mapping[str, tuple[str, ...]]  # table functions and macros, each with the texts among its arguments


def read_all(selects: Mapping[Path, str], folder: Path) -> dict[Path, References]:
    """Return what the SELECT of each file below the folder names. Raises ValueError naming a file that is not one."""
    kept_in = folder / "__pycache__" / "references.json"
    digest = hashlib.sha256(version("sqlglot").encode() + Path(__file__).read_bytes())
    for path, sql in selects.items():
        digest.update(f"{path.relative_to(folder)}\0{sql}\0".encode())
    key = digest.hexdigest()
    with suppress(OSError, ValueError, LookupError, TypeError, AttributeError):  # none is kept, or not whole
        kept = json.loads(kept_in.read_text())
        if kept["key"] == key:
            return {path: _from_json(kept["files"][str(path.relative_to(folder))]) for path in selects}
    references = {path: _read(sql, path) for path, sql in selects.items()}
    if not sys.dont_write_bytecode:
        files = {str(path.relative_to(folder)): _to_json(each) for path, each in references.items()}
        with suppress(OSError), replacing(kept_in, is_durable=False) as part:
            part.write_text(json.dumps({"key": key, "files": files}))
    return references


def _from_json(stored: list[dict[str, list[str]]]) -> References:
    tables, calls = stored
    return References(frozenset(tables), {name: tuple(texts) for name, texts in calls.items()})


def _to_json(each: References) -> list[object]:
    return [sorted(each.tables), dict(each.calls)]


def _read(sql: str, path: Path) -> References:
    import sqlglot
    from sqlglot import exp

    try:
        (tree,) = sqlglot.parse(sql, dialect="duckdb")
    except (sqlglot.ParseError, ValueError) as error:
        raise ValueError(f"{path}: not one SELECT: {error}") from error
    if not isinstance(tree, exp.Query):
        raise ValueError(f"{path}: not one SELECT")
    tables, calls = set(), dict[str, tuple[str, ...]]()
    for table in tree.find_all(exp.Table):
        if isinstance(table.this, exp.Anonymous):
            name = f"{table.db}.{table.this.name.lower()}" if table.db else table.this.name.lower()
            texts = (each.name for each in table.this.expressions if isinstance(each, exp.Literal))
            calls[name] = (*calls.get(name, ()), *texts)
        elif table.db:
            tables.add(f"{table.db}.{table.name}")
    return References(frozenset(tables), calls)

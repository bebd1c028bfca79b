"""Reads models/**/*.sql: path = schema.table, body = one SELECT, dependencies read from the SQL itself."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from warehouse.connection import Connection

ROOT = Path(__file__).parent
LAYERS = ("staging", "core", "marts", "v1")


@dataclass(frozen=True, slots=True)
class Model:
    """One table: its name, what its header says of it, its SELECT and the tables it reads."""

    name: str  # schema.table
    description: str
    sql: str
    reads: frozenset[str]

    @property
    def schema(self) -> str:
        """The layer: staging, core, marts or v1."""
        return self.name.split(".")[0]


def header(sql: str) -> str:
    """The comment lines that open a file, as one text."""
    lines = []
    for line in sql.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").strip())
    return " ".join(lines)


def load(con: Connection, folder: Path = ROOT / "models") -> dict[str, Model]:
    """All models by name. Raises ValueError naming the file when a body is not one SELECT."""
    found = {}
    for path in sorted(folder.glob("*/*.sql")):
        sql = path.read_text()
        name = f"{path.parent.name}.{path.stem}"
        found[name] = Model(name, header(sql), sql, frozenset(_reads(con, sql, path)))
    return found


def _reads(con: Connection, sql: str, path: Path) -> set[str]:
    serialized = con.execute("select json_serialize_sql(?::varchar)", [sql]).fetchall()[0][0]
    tree = json.loads(serialized)
    if tree.get("error"):
        raise ValueError(f"{path}: not one SELECT: {tree.get('error_message')}")
    return {f"{n['schema_name']}.{n['table_name']}" for n in _tables(tree) if n.get("schema_name")}


def _tables(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [t for item in node for t in _tables(item)]
    if not isinstance(node, dict):
        return []
    own = [node] if node.get("type") == "BASE_TABLE" else []
    return own + [t for value in node.values() for t in _tables(value)]


def in_order(models: dict[str, Model], also: dict[str, frozenset[str]]) -> list[str]:
    """Names of models and of the tables in `also` (made by Python, name -> what they read), each after what it reads."""
    graph = {name: model.reads for name, model in models.items()} | dict(also)
    wanted = {name: {r for r in reads if r in graph} for name, reads in graph.items()}
    return list(TopologicalSorter(wanted).static_order())


def macros(folder: Path = ROOT / "macros") -> list[str]:
    """Every macro statement, in order of file name."""
    return [
        statement
        for path in sorted(folder.glob("*.sql"))
        for statement in re.split(r";\s*\n", path.read_text() + "\n")
        if statement.strip() and not all(line.startswith("--") for line in statement.strip().splitlines())
    ]

"""Reads models/**/*.sql: path = schema.table, body = one SELECT, dependencies read from the SQL itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from warehouse.storage.connection import Connection, in_memory

ROOT = Path(__file__).parents[1]
LAYERS = ("staging", "core", "gate", "marts", "v1")


@dataclass(frozen=True, slots=True)
class Model:
    """One table: its name, what its header says of it, its SELECT and the tables it reads."""

    name: str  # schema.table
    description: str
    sql: str
    reads: frozenset[str]
    calls: frozenset[str] = frozenset()  # table macros that it calls

    @property
    def is_view(self) -> bool:
        """Whether it is worked out when read: its header says so, since it would repeat what core holds."""
        return self.description.startswith("View:")

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


@cache
def load(folder: Path = ROOT / "models") -> dict[str, Model]:
    """All models by name, read once. Raises ValueError naming the file when a body is not one SELECT."""
    found = {}
    with in_memory() as con:
        for path in sorted(folder.glob("*/*.sql")):
            sql = path.read_text()
            name = f"{path.parent.name}.{path.stem}"
            tables, calls = _uses(con, sql, path)
            # A table macro hides the tables it reads.
            behind = (table_macros()[macro].reads for macro in calls)
            found[name] = Model(name, header(sql), sql, frozenset(tables.union(*behind)), frozenset(calls))
    return found


def _uses(con: Connection, sql: str, path: Path) -> tuple[set[str], set[str]]:
    """Tables that a SELECT names, in text handed to a table macro too, and the table macros that it calls."""
    serialized = con.execute("select json_serialize_sql(?::varchar)", [sql]).fetchall()[0][0]
    tree = json.loads(serialized)
    if tree.get("error"):
        raise ValueError(f"{path}: not one SELECT: {tree.get('error_message')}")
    nodes = list(_nodes(tree))
    found = [n for n in nodes if n.get("type") == "BASE_TABLE" and n["schema_name"]]
    tables = {f"{n['schema_name']}.{n['table_name']}" for n in found}
    calls = [n for n in nodes if n.get("function_name") in table_macros()]
    handed = (child["value"]["value"] for n in calls for child in n["children"] if child.get("class") == "CONSTANT")
    tables |= {text for text in handed if isinstance(text, str) and re.fullmatch(r"[a-z]\w*\.\w+", text)}
    called = {n["function_name"] for n in calls}
    return tables, called.union(*(table_macros()[name].calls for name in called))


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, list):
        for item in node:
            yield from _nodes(item)
    elif isinstance(node, dict):
        yield node
        for value in node.values():
            yield from _nodes(value)


@dataclass(frozen=True, slots=True)
class TableMacro:
    """A macro that gives a table, macros/<schema>/<name>.sql: it binds the tables that it reads when it is made."""

    sql: str
    reads: frozenset[str]  # published tables, those behind the macros that it calls too
    calls: frozenset[str]  # other table macros


@cache
def table_macros() -> dict[str, TableMacro]:
    """All of them by name, each after those that it calls."""
    files = sorted((ROOT / "macros").glob("*/*.sql"))
    texts = {f"{path.parent.name}.{path.stem}": path.read_text() for path in files}
    named = {name: set(re.findall(r"(?:from|join) ((?:v1|marts)\.\w+)", sql)) for name, sql in texts.items()}
    found: dict[str, TableMacro] = {}
    for name in TopologicalSorter({name: sorted(said & set(texts)) for name, said in named.items()}).static_order():
        calls = {called.split(".")[1] for called in named[name] & set(texts)}
        reads = (named[name] - set(texts)).union(*(found[called].reads for called in calls))
        found[name.split(".")[1]] = TableMacro(texts[name], frozenset(reads), frozenset(calls))
    return found


def in_order(models: dict[str, Model], also: dict[str, frozenset[str]]) -> list[str]:
    """Names of models, and of tables in `also` (made by Python, name -> what they read), each after what it reads."""
    graph = {name: model.reads for name, model in models.items()} | dict(also)
    wanted = {name: {r for r in reads if r in graph} for name, reads in graph.items()}
    return list(TopologicalSorter(wanted).static_order())


def ancestors(name: str, models: dict[str, Model], also: dict[str, frozenset[str]]) -> set[str]:
    """A table and all that it is made from, however far back."""
    reads = {n: m.reads for n, m in models.items()} | also
    found: set[str] = set()
    waiting = [name]
    while waiting:
        here = waiting.pop()
        if here in reads and here not in found:
            found.add(here)
            waiting += reads[here]
    return found


def of_seeds_alone(models: dict[str, Model], also: dict[str, frozenset[str]]) -> set[str]:
    """Tables that say the same after every build by one version: neither facts nor the day are in them."""
    reads = {n: m.reads for n, m in models.items() if not re.search(r"_day\(\)|current_", m.sql)} | also
    seeds = {r for behind in reads.values() for r in behind if r.startswith("seeds.")}
    found: set[str] = set()
    for name in in_order(models, also):
        if name in reads and reads[name] <= found | seeds:
            found.add(name)
    return found


def macros(folder: Path = ROOT / "macros") -> list[str]:
    """Every macro statement, in order of file name."""
    return [
        statement
        for path in sorted(folder.glob("*.sql"))
        for statement in re.split(r";\s*\n", path.read_text() + "\n")
        if statement.strip() and not all(line.startswith("--") for line in statement.strip().splitlines())
    ]

"""Reads the head of a model file: what the engine does with it, and what people learn from it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal, get_args

Materialization = Literal["view", "table", "append", "replace", "rewrite"]
_DIRECTIVE = re.compile(
    r"-- (materialized|few_rows|key|parts|join_order|delete|update|reset|driven_by|columns):\s*(.*)"
)
_COLUMN = re.compile(r"--   (\S.*?): (.+)")
_CONTINUED = re.compile(r"--\s+(.+)")
_ALLOWED = {"few_rows": ("table",), "parts": ("series",), "join_order": ("as_written",), "reset": ("build",)}


@dataclass(frozen=True, slots=True)
class Column:
    """A column that the head documents; its type is stated where the engine must create the table."""

    name: str
    type: str
    meaning: str


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The head of a model file.

    Attributes:
        description: What the table holds, for people and for Dagster.
        materialized: view, table (made anew by each build), or kept between builds: append (adds rows), replace
            (deletes what `delete` says, then adds rows), rewrite (made anew from its earlier self).
        is_table_of_few: Whether a view is a table while the landing at hand has few offers: its readers plan it once.
        key: Columns whose values no two rows share; empty where rows have none.
        delete: The USING and WHERE of what a `replace` deletes.
        in_parts: Whether a whole build makes it share by share of the series, so that memory holds one of them.
        is_joined_as_written: Whether its joins keep their order: DuckDB knows no size of tables made in the same
            transaction, and might hold all versions of all years in memory.
        is_reset: Whether each build begins with it empty.
        update: What a `replace` updates before, in place: SET, FROM and WHERE.
        drivers: The relations without whose rows it has none; of a kept table, without whose rows nothing changes. An
            append does not run it where none of them has rows, or other rows than before.
        columns: Documented columns, in order.
    """

    description: str
    materialized: Materialization = "table"
    is_table_of_few: bool = False
    key: tuple[str, ...] = ()
    delete: str = ""
    in_parts: bool = False
    is_joined_as_written: bool = False
    is_reset: bool = False
    update: str = ""
    drivers: tuple[str, ...] = ()
    columns: tuple[Column, ...] = field(default=())

    @property
    def is_kept(self) -> bool:
        """Whether its rows outlive the build."""
        return self.materialized in ("append", "replace", "rewrite")


def parse(text: str, name: str) -> FrontMatter:
    """Read the comment lines that open a model file.

    Raises:
        ValueError: A directive is unknown or incomplete; the message names the model.
    """
    description: list[str] = []
    directives: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        if directive := _DIRECTIVE.match(line):
            current = directives[directive[1]] = [directive[2]] if directive[2] else []
        elif current is None:
            description.append(line.removeprefix("--").strip())
        else:
            current.append(line)
    materialized = " ".join(directives.get("materialized", ["table"]))
    if materialized not in get_args(Materialization):
        raise ValueError(f"{name}: materialized must be one of {', '.join(get_args(Materialization))}")
    for option, allowed in _ALLOWED.items():
        if option in directives and " ".join(directives[option]) not in allowed:
            raise ValueError(f"{name}: {option} must be {' or '.join(allowed)}")
    head = FrontMatter(
        description=" ".join(description).strip(),
        materialized=materialized,  # type: ignore[arg-type]  # checked above
        is_table_of_few="few_rows" in directives,
        key=tuple(column.strip() for column in " ".join(directives.get("key", [])).split(",") if column.strip()),
        delete=_text(directives, "delete"),
        in_parts="parts" in directives,
        is_joined_as_written="join_order" in directives,
        is_reset="reset" in directives,
        update=_text(directives, "update"),
        drivers=tuple(name.strip() for name in _text(directives, "driven_by").split(",") if name.strip()),
        columns=tuple(_columns(directives.get("columns", []), name)),
    )
    if (head.materialized == "replace") != bool(head.delete):
        raise ValueError(f"{name}: delete belongs to materialized: replace, and to it alone")
    if head.is_table_of_few and materialized != "view":
        raise ValueError(f"{name}: few_rows belongs to materialized: view")
    if head.update and materialized != "replace":
        raise ValueError(f"{name}: update belongs to materialized: replace")
    if head.is_kept and not (head.columns and all(column.type for column in head.columns)):
        raise ValueError(f"{name}: a kept table states all of its columns with their types")
    return head


def _text(directives: dict[str, list[str]], name: str) -> str:
    return " ".join(part.removeprefix("--").strip() for part in directives.get(name, []))


def _columns(lines: list[str], name: str) -> list[Column]:
    """Columns of lines like `--   price, upfront decimal(38, 18): money`; deeper lines continue the meaning."""
    stated: list[tuple[str, str]] = []
    for line in lines:
        if (column := _COLUMN.fullmatch(line)) and not line.startswith("--    "):
            stated.append((column[1], column[2]))
        elif stated and (more := _CONTINUED.fullmatch(line)):
            stated[-1] = (stated[-1][0], f"{stated[-1][1]} {more[1]}")
        else:
            raise ValueError(f"{name}: cannot read the column line {line!r}")
    columns = []
    for names, meaning in stated:
        split = re.fullmatch(r"(\w+(?:, \w+)*)(?: (\w+(?:\(\d+, ?\d+\))?))?", names)
        if not split:
            raise ValueError(f"{name}: cannot read the column line {names!r}")
        columns += [Column(column, split[2] or "", meaning) for column in split[1].split(", ")]
    return columns

"""Checks that guard publication: those of checks/**/*.sql, and one for every key that a model states."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from warehouse.engine import model_graph
from warehouse.engine.model_graph import Model
from warehouse.paths import CHECKS


@dataclass(frozen=True, slots=True)
class Check:
    """A SELECT of offending rows. An error stops publication; a warning is shown."""

    table: str  # schema.table it belongs to
    check_name: str
    description: str
    is_error: bool
    sql: str

    @property
    def reads(self) -> set[str]:
        """The relations that it reads, or may: those that it names."""
        return {self.table, *re.findall(r"\b[a-z]\w*\.\w+", self.sql)}


@cache
def all_checks() -> tuple[Check, ...]:
    """Return the checks written as files, then those of keys."""
    return (*_files(), *(_key_check(model) for model in model_graph.load().values() if _is_checked(model)))


def _files() -> Iterator[Check]:
    """Yield checks/<schema>/<table>/<name>.sql; a file's header begins with the severity, error or warn."""
    for path in sorted(CHECKS.glob("*/*/*.sql")):
        sql = path.read_text()
        severity, _, about = model_graph.header(sql).partition(":")
        if severity not in ("error", "warn"):
            raise ValueError(f"{path}: the header must begin with 'error:' or 'warn:'")
        table = f"{path.parent.parent.name}.{path.parent.name}"
        yield Check(table, path.stem, about.strip(), severity == "error", sql)


def _is_checked(model: Model) -> bool:
    """Return whether a build leaves the table behind, at a size that can be grouped in milliseconds.

    Kept tables that only grow are left out: all of their rows would be grouped for each day's few. A test checks every
    key, of views and steps too.
    """
    is_public = model.schema in ("core", "marts", "v1") and not model.is_view
    return bool(model.head.key) and (is_public or model.head.materialized == "rewrite" or bool(model.head.update))


def _key_check(model: Model) -> Check:
    key = ", ".join(f'"{column}"' for column in model.head.key)
    return Check(
        model.name,
        "key_is_unique",
        f"No two rows share {', '.join(model.head.key)}.",
        True,
        f"select {key}, count(*) as n from {model.name} group by {key} having n > 1 limit 100",  # noqa: S608 -- our own
    )

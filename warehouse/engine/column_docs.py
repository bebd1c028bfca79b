"""Says in the database what each column of v1 means: the promise to its readers travels with the data."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from warehouse.storage.connection import Connection, quoted

COLUMNS = Path(__file__).parents[1] / "models" / "v1" / "columns.csv"


@cache
def _meanings() -> dict[tuple[str, str], str]:
    """(relation, column) -> meaning with unit; relation is empty where it means the same everywhere."""
    with COLUMNS.open(newline="") as stream:
        return {(row["relation"], row["column"]): row["meaning"] for row in csv.DictReader(stream)}


def meaning(relation: str, column: str) -> str:
    """What a column of a relation of v1 means. Raises ValueError where columns.csv does not say."""
    found = _meanings().get((relation, column)) or _meanings().get(("", column))
    if not found:
        raise ValueError(f"{COLUMNS.name} must say what v1.{relation}.{column} means, with its unit")
    return found


def comment_columns(con: Connection, relation: str) -> None:
    """Comment every column of a table or view v1.<relation> of the database in use."""
    for column, *_ in con.execute(f"describe v1.{relation}").fetchall():
        con.execute(f"comment on column v1.{relation}.\"{column}\" is '{quoted(meaning(relation, column))}'")


def tell_the_day(con: Connection) -> None:
    """Make the macros core.as_of_day() and core.newest_day() of what v1.meta says, in the database in use.

    A constant lets DuckDB look at the prices of that day only; a day that it first has to read does not.
    """
    asked = "select newest_on::varchar, if(has_live, built_at::date, newest_on)::varchar from v1.meta"
    for name, when in zip(("newest_day", "as_of_day"), con.execute(asked).fetchall()[0], strict=True):
        con.execute(f"create or replace macro core.{name}() as {f'date {when!r}' if when else 'null::date'}")

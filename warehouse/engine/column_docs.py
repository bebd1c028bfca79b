"""Comments columns in the published database: what each means, with its unit, travels with the data.

A column's meaning stands in its model's front matter or, where many tables share it, in models/columns.csv.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import cache

from warehouse.engine.model_graph import Model
from warehouse.paths import MODELS
from warehouse.storage.connection import Connection, quoted

COLUMNS = MODELS / "columns.csv"


@cache
def _meanings() -> dict[tuple[str, str], str]:
    """(relation, column) -> meaning with unit; relation is empty where it means the same everywhere."""
    with COLUMNS.open(newline="") as stream:
        return {(row["relation"], row["column"]): row["meaning"] for row in csv.DictReader(stream)}


def meaning(model: Model, column: str) -> str:
    """Return what a column of a model means, or "" where nothing says so.

    Raises:
        ValueError: The model belongs to v1, whose columns must all be documented.
    """
    relation = model.stem if model.schema == "v1" else ""
    stated = _meanings().get((relation, column)) if relation else None
    own = next((each.meaning for each in model.head.columns if each.name == column), "")
    text = stated or own or _meanings().get(("", column), "")
    if not text and model.schema == "v1":
        raise ValueError(f"{COLUMNS.name} must say what {model.name}.{column} means, with its unit")
    return text


def comment_columns(con: Connection, models: Iterable[Model]) -> None:
    """Comment every documented column of these tables and views of the database in use."""
    by_name = {model.name: model for model in models}
    columns = con.execute(
        "select schema_name || '.' || table_name, column_name from duckdb_columns() "
        "where database_name = current_database()"
    ).fetchall()
    comments = [
        f"comment on column {name}.\"{column}\" is '{quoted(text)}'"
        for name, column in columns
        if name in by_name and (text := meaning(by_name[name], column))
    ]
    if comments:
        con.execute(";\n".join(comments))  # one statement each takes twice as long, and there are 700


def define_day_macros(con: Connection) -> None:
    """Make the macros core.as_of_day() and core.newest_day() of what core.meta says, in the database in use.

    A constant lets DuckDB look at the prices of that day only; a day that it first has to read does not.
    """
    query = "select newest_on::varchar, as_of::varchar from core.meta"
    for name, day in zip(("newest_day", "as_of_day"), con.execute(query).fetchall()[0], strict=True):
        con.execute(f"create or replace macro core.{name}() as {f'date {day!r}' if day else 'null::date'}")

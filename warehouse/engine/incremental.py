"""Writes one model: as a view, as a table, or into the table that is kept between builds.

Schema `state` holds what builds keep: a table state.<stem> for every model that is append, replace or rewrite,
created from the columns of its front matter, and the engine's own notes (files, made_by, done). The model's name,
intermediate.<stem>, is a view of it. In an SQL body state.<stem> means its rows as earlier builds left them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from warehouse.engine import model_graph, python_inputs
from warehouse.engine.model_graph import Model
from warehouse.storage.connection import Connection

# The engine's own state. build_id: of the newest build; grew_from: of the one that it added to, NULL where it rebuilt
# everything; done: the newest scrape and day of the last build, and the day on which it was made; news: the relations
# whose rows that build changed; steps: the columns of tables that no build leaves behind.
NOTES = {
    "files": "name varchar, stamp varchar",
    "made_by": "fingerprint varchar, build_id uuid, grew_from uuid",
    "done": "scrape_no integer, newest_on date, built_on date",
    "news": "name varchar",
    "steps": "name varchar, columns varchar",
}
_KEEP_JOIN_ORDER = "set disabled_optimizers = 'join_order,build_side_probe_side'"


def start_anew(con: Connection, models: Mapping[str, Model]) -> None:
    """Replace whatever is kept by empty tables."""
    con.execute("drop schema if exists state cascade")
    con.execute("create schema state")
    for name, definition in NOTES.items():
        con.execute(f"create table state.{name} ({definition})")
    for model in models.values():
        if model.head.is_kept:
            columns = ", ".join(f'"{column.name}" {column.type}' for column in model.head.columns)
            con.execute(f"create table {model.stored} ({columns})")


def start_build(con: Connection, models: Iterable[Model]) -> None:
    """Empty the tables that hold only what one build says."""
    for model in models:
        if model.head.is_reset:
            con.execute(f"delete from {model.stored}")  # noqa: S608 -- our own table names, here and below


def write(
    con: Connection,
    model: Model,
    n_parts: int = 1,
    is_small: bool = False,
    is_there: bool = False,
    is_temporary: bool = False,
) -> int | None:
    """Make one model, in parts where its head says so. The old table stays when the new one fails.

    `is_small`: the landing at hand has few offers, so a view may be a table where its head says so. `is_there`: views
    of kept tables and macros are as an earlier build made them. `is_temporary`: a table's rows stay out of the file;
    to compress them for it takes half the time of making millions. Returns how many rows of an `append` or `replace`
    changed, how many a table has that is no kept one, and None for the others.
    """
    is_view = model.is_view and not (is_small and model.head.is_table_of_few)
    for macro, made in () if is_there else model_graph.table_macros().items():
        if macro in model.calls:  # only now do the tables exist that it binds
            con.execute(made.sql)
    for name in model.inputs:
        python_inputs.make(con, name)
    if model.head.is_joined_as_written:
        con.execute(_KEEP_JOIN_ORDER)
    n_rows = None
    if model.head.is_kept:
        n_rows = write_kept(con, model)
        if not is_there:
            con.execute(f"create or replace view {model.name} as from {model.stored}")
    else:
        kind, table = "view" if is_view else "table", model.name
        if is_temporary and not is_view:
            kind, table = "temp table", f"temp.{_temporary(model)}"
        for part in range(n_parts):
            if model.head.in_parts:
                con.execute(f"set variable part = [{part}, {n_parts}]")
            target = f"insert into {table}" if part else f"create or replace {kind} {table} as"
            written = con.execute(f"{target} {model.sql}")
            if not is_view:
                n_rows = (n_rows or 0) + written.fetchall()[0][0]
        if table != model.name:
            con.execute(f"create or replace view {model.name} as from {table}")
    if model.head.is_joined_as_written:
        con.execute("reset disabled_optimizers")
    for name in model.inputs:
        con.execute(f"drop table python.{name}")
    return n_rows


def forget(con: Connection, model: Model) -> None:
    """Drop the rows of a temporary table."""
    con.execute(f"drop table if exists temp.{_temporary(model)}")


def _temporary(model: Model) -> str:
    return f"step_{model.name.replace('.', '_')}"


def write_kept(con: Connection, model: Model, target: str = "") -> int | None:
    """Bring a kept table up to this build; return how many rows changed, None where all were written anew.

    target: another copy of it, as of before this build.
    """
    table = target or model.stored
    if model.head.materialized == "rewrite":
        columns = ", ".join(f'"{column.name}"::{column.type} as "{column.name}"' for column in model.head.columns)
        con.execute(f"create or replace table {table} as select {columns} from ({model.sql})")  # noqa: S608
        return None
    statements = [f"insert into {table} by name {model.sql}"]
    if model.head.materialized == "replace":
        statements.insert(0, f"delete from {table} as {model.stem} {model.head.delete}")  # noqa: S608
    if model.head.update:
        statements.insert(0, f"update {table} as {model.stem} {model.head.update}")
    counts: list[int] = [con.execute(statement).fetchall()[0][0] for statement in statements]
    return sum(counts)

"""Steps: models that only lead to others. No publication needs them, and no build leaves them behind."""

from __future__ import annotations

import re
from functools import cache

from warehouse.engine import incremental, model_graph
from warehouse.storage.connection import Connection


@cache
def names() -> frozenset[str]:
    """Return the models that only lead to others, and that no publication needs."""
    models = model_graph.load()
    published = model_graph.published(models)
    # An update of the published file repeats the replacements of this build.
    replaced = [model for model in published.values() if model.head.materialized == "replace"]
    needed = set(published).union(*(model.reads for model in replaced))
    changes = " ".join(f"{model.head.delete} {model.head.update}" for model in replaced)
    needed |= set(re.findall(r"\bintermediate\.\w+", changes))
    steps: set[str] = set()
    for name, model in models.items():
        is_working = model.schema in ("staging", "intermediate") and not model.head.is_kept and name not in needed
        if is_working and not (model.is_view and model.reads & models.keys() and not model.reads & steps):
            steps.add(name)
    return frozenset(steps)


def drop(con: Connection) -> None:
    """Drop what only leads to other tables: to write it down would take a third of an append.

    Table by table: DuckDB 1.5 cannot commit a dropped schema of tables that were replaced in the same transaction.
    """
    relations = con.execute(
        "select table_schema || '.' || table_name, table_type = 'VIEW', table_type = 'LOCAL TEMPORARY' "
        "from information_schema.tables"
    ).fetchall()
    is_spread = any(is_temporary for _, _, is_temporary in relations)
    for name, is_view, _ in relations:
        if name in names():
            con.execute(f"drop {'view' if is_view else 'table'} {name}")
            if is_spread:
                incremental.forget(con, model_graph.load()[name])


def remember_columns(con: Connection) -> None:
    """Record the columns of all steps: an append makes those that stay empty from that."""
    con.execute("delete from state.steps")
    con.execute(
        f"""
        insert into state.steps
        select name, string_agg(format('"{{}}" {{}}', column_name, data_type), ', ' order by column_index)
        from (
            select schema_name || '.' || table_name as name, column_name, data_type, column_index
            from duckdb_columns() where database_name = current_database()
        )
        where name in (select unnest({sorted(names())}::varchar[]))
        group by name
        """  # noqa: S608 -- names of ours
    )

"""What an agent can read before it asks: the tables of the contract, and how the numbers come about."""

from __future__ import annotations

from pathlib import Path

from pipelines import settings
from pipelines.cli.console import current_day, kept_messages, one_publication
from pipelines.ingest.worker import Bounds, result_of

METHODS = {
    "prices": ("gate.md", "What is checked before a price is published."),
    "costs": ("cost-model.md", "How the cost of tokens is modelled, and how far from measurements."),
    "indices": ("index-method.md", "How the indices are made."),
    "plan": ("plan.md", "How a plan is found."),
    "terms": ("glossary.md", "The words used."),
}
_BOUNDS = Bounds(memory=1 << 30, cpu_seconds=20, seconds=30, output=4 << 20)
_COLUMNS = """
    select c.schema_name || '.' || c.table_name as name, coalesce(t.comment, v.comment) as about,
        c.column_name, c.data_type, c.comment
    from duckdb_columns() as c
    left join duckdb_tables() as t using (database_name, schema_name, table_name)
    left join duckdb_views() as v
        on v.database_name = c.database_name and v.schema_name = c.schema_name and v.view_name = c.table_name
    where c.schema_name = 'v1' and c.database_name = current_database()
    order by 1, c.column_index
"""


def schema_text(home: Path | None) -> str:
    """Return every table and column of v1 with its meaning, as Markdown, of the database published now."""

    def read() -> str:
        with kept_messages(), one_publication(home) as con:
            version, built_at = con.execute("select schema_version, built_at from v1.meta").fetchall()[0]
            day = current_day(con)
            rows = con.execute(_COLUMNS).fetchall()
        lines = [f"# Contract v1 {version}", "", f"As of {day}, build {built_at:%Y-%m-%dT%H:%M:%SZ}.", ""]
        lines += [
            "Unknown is NULL; 0 is never a price. Filter price_scope = 'instance' and gpu_count >= 1 for all-in prices."
        ]
        before = None
        for name, about, column, kind, comment in rows:
            if name != before:
                lines += ["", f"## {name}", "", about or "", ""]
                before = name
            lines.append(f"- {column} ({kind})" + (f": {comment}" if comment else ""))
        return "\n".join(lines) + "\n"

    return result_of(read, _BOUNDS)


def method_text(name: str) -> str:
    """Return a page of documentation by its name in METHODS. Raises KeyError for another name."""
    return (settings.CHECKOUT / "docs" / METHODS[name][0]).read_text(encoding="utf-8")

"""Describes each published relation as Postgres will hold it: columns, key, indexes, comments, or a view's own SQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from warehouse.engine import model_graph
from warehouse.publish.postgres.pg_types import PgColumn, pg_column
from warehouse.publish.publish import SCHEMAS, quote_name
from warehouse.storage.connection import Connection, quoted

# Products of other relations, many times larger than these: Postgres works them out too. A test compares every row.
VIEWS = Path(__file__).parent / "views"
# Views of the warehouse whose own SQL Postgres reads as well; the others' is written for it in VIEWS.
READ_BY_BOTH = ("v1.cost_per_token", "v1.self_host_vs_api", "v1.training_cost")
FUNCTIONS = Path(__file__).parent / "functions"
_COLLATION = ' collate "C"'
# Columns that readers filter by; an index serves where no key begins with them.
_INDEXED = (("gpu", "provider"), ("series_id",), ("model", "workload"), ("provider",), ("day",), ("changed_on",))


@dataclass(frozen=True, slots=True)
class Relation:
    """One relation of v1 or marts."""

    name: str  # schema.table
    columns: tuple[PgColumn, ...]
    key: tuple[str, ...]
    comment: str
    column_comments: tuple[tuple[str, str], ...]
    view_sql: str = ""  # of a view; empty for a table
    is_stored: bool = True  # a table in the published database, not a view

    @property
    def selected(self) -> str:
        """The query that gives its rows as Postgres wants them, in DuckDB."""
        return f"select {', '.join(column.select for column in self.columns)} from {self.name}"  # noqa: S608 -- ours

    def create(self, nullable_key: frozenset[str]) -> list[str]:
        """Return the statements that create it empty, without its key and indexes: those are built over all rows."""
        if self.view_sql:
            columns = ", ".join(f"{_cast(column)} as {quote_name(column.name)}" for column in self.columns)
            view = f"create view {self.name} as select {columns} from (\n{self.view_sql}\n) as rows"  # noqa: S608
            return [view, *self._comments("view")]
        lines = [self._column(column, nullable_key) for column in self.columns]
        return [f"create table {self.name} (\n  " + ",\n  ".join(lines) + "\n)", *self._comments("table")]

    def finish(self, nullable_key: frozenset[str]) -> list[str]:
        """Return the statements that add its key and indexes."""
        if self.view_sql:
            return []
        statements = []
        if self.key:
            is_primary = not nullable_key
            kind = "primary key" if is_primary else "unique nulls not distinct"
            names = ", ".join(map(quote_name, self.key))
            statements.append(f"alter table {self.name} add {kind} ({names})")
        names_here = {column.name for column in self.columns}
        indexed = [each for each in _INDEXED if names_here.issuperset(each) and self.key[: len(each)] != each]
        statements += [f"create index on {self.name} ({', '.join(map(quote_name, each))})" for each in indexed]
        return statements

    def definition(self, nullable_key: frozenset[str]) -> str:
        """Return a hash of all its statements: another one means that the table must be made anew."""
        text = "\n".join([*self.create(nullable_key), *self.finish(nullable_key)])
        return sha256(text.encode()).hexdigest()[:32]

    def _column(self, column: PgColumn, nullable_key: frozenset[str]) -> str:
        line = f"{quote_name(column.name)} {column.pg_type}"
        if column.name in self.key and not nullable_key:
            line += " not null"
        # Postgres's numbers may be NaN, which sorts above every price and every infinity.
        if column.is_numeric:
            line += f" check ({quote_name(column.name)} <> 'NaN')"
        elif column.is_float:
            line += f" check ({quote_name(column.name)} > '-Infinity' and {quote_name(column.name)} < 'Infinity')"
        return line

    def _comments(self, kind: str) -> Iterator[str]:
        yield f"comment on {kind} {self.name} is '{quoted(self.comment)}'"
        for name, text in self.column_comments:
            yield f"comment on column {self.name}.{quote_name(name)} is '{quoted(text)}'"


def published_relations(con: Connection) -> list[Relation]:
    """Return every relation of v1 and marts of the published database, tables before views.

    Raises NoCounterpart for a column that Postgres cannot hold.
    """
    comments = dict(
        con.execute(
            "select schema_name || '.' || table_name, comment from duckdb_tables() "
            "where database_name = current_database() union all "
            "select schema_name || '.' || view_name, comment from duckdb_views() "
            "where database_name = current_database()"
        ).fetchall()
    )
    rows = con.execute(
        "select schema_name || '.' || table_name, column_name, data_type, comment from duckdb_columns() "
        "where database_name = current_database() order by schema_name, table_name, column_index"
    ).fetchall()
    columns: dict[str, list[tuple[PgColumn, str]]] = {}
    for name, column, kind, comment in rows:
        if name.partition(".")[0] in SCHEMAS:
            columns.setdefault(name, []).append((pg_column(name, column, kind), comment or ""))
    views = con.execute("select schema_name || '.' || view_name from duckdb_views() where not internal").fetchall()
    is_view = {name for (name,) in views}
    relations = [_relation(name, comments.get(name) or "", of, name not in is_view) for name, of in columns.items()]
    return sorted(relations, key=lambda relation: bool(relation.view_sql))


def _relation(name: str, comment: str, columns: list[tuple[PgColumn, str]], is_stored: bool) -> Relation:
    view, model = VIEWS / f"{name}.sql", model_graph.load().get(name)
    return Relation(
        name,
        tuple(column for column, _ in columns),
        model.head.key if model else (),
        comment,
        tuple((column.name, text) for column, text in columns if text),
        model.sql if model and name in READ_BY_BOTH else _body(view) if view.exists() else "",
        is_stored,
    )


def functions(relations: list[Relation]) -> list[str]:
    """Return the statements that create the functions of v1; they name columns of v1.price_intervals."""
    (intervals,) = [relation for relation in relations if relation.name == "v1.price_intervals"]
    types = ", ".join(f"{quote_name(c.name)} {c.pg_type.removesuffix(_COLLATION)}" for c in intervals.columns)
    # The day until which a price was seen, as of the day that is wanted.
    selected = ", ".join("seen_on" if c.name == "last_seen_on" else quote_name(c.name) for c in intervals.columns)
    texts = [_body(path) for path in sorted(FUNCTIONS.glob("*.sql"))]
    return [text.replace("{intervals}", types).replace("{selected}", selected) for text in texts]


def _cast(column: PgColumn) -> str:
    """Return a view's column in the type that the warehouse states."""
    kind, is_text = column.pg_type.removesuffix(_COLLATION), column.pg_type.endswith(_COLLATION)
    return f"{quote_name(column.name)}::{kind}" + (_COLLATION if is_text else "")


def _body(path: Path) -> str:
    """Return a file without the comment at its head."""
    lines = path.read_text(encoding="utf-8").splitlines()
    while lines and lines[0].startswith("--"):
        lines.pop(0)
    return "\n".join(lines)

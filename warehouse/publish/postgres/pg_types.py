"""Translates DuckDB's column types to Postgres's, without loss: a type that has no exact counterpart is refused."""

from __future__ import annotations

import re
from typing import NamedTuple

from warehouse.publish.publish import quote_name

_TYPES = {
    "BOOLEAN": "boolean", "TINYINT": "smallint", "SMALLINT": "smallint", "INTEGER": "integer", "BIGINT": "bigint",
    "UTINYINT": "smallint", "USMALLINT": "integer", "UINTEGER": "bigint", "UBIGINT": "numeric(20,0)",
    # Through DuckDB's own extension it would become double precision and lose digits.
    "HUGEINT": "numeric(39,0)", "UHUGEINT": "numeric(39,0)",
    "FLOAT": "real", "DOUBLE": "double precision", "DATE": "date", "TIME": "time", "TIMESTAMP": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamptz", "UUID": "uuid", "JSON": "jsonb",
}  # fmt: skip
# Sorts as DuckDB does, by code points, and builds indexes several times faster than a language's order.
_TEXT = 'text collate "C"'


class NoCounterpart(Exception):
    """A column's type cannot be copied to Postgres; the message names both."""


class PgColumn(NamedTuple):
    """A column on both sides."""

    name: str
    pg_type: str
    select: str  # expression that DuckDB writes
    is_text: bool  # written in quotes, so that it cannot be taken for NULL
    is_float: bool  # could hold NaN or infinity
    is_numeric: bool  # Postgres's type could hold NaN


def pg_column(relation: str, name: str, duckdb_type: str) -> PgColumn:
    """Return how a column is copied.

    Raises:
        NoCounterpart: Postgres has no type that holds every value of this one.
    """
    quoted_name = quote_name(name)
    if decimal := re.fullmatch(r"DECIMAL\((\d+),(\d+)\)", duckdb_type):
        return PgColumn(name, f"numeric({decimal[1]},{decimal[2]})", quoted_name, False, False, True)
    if duckdb_type == "VARCHAR" or duckdb_type.startswith("ENUM("):
        return PgColumn(name, _TEXT, f"{quoted_name}::varchar", True, False, False)
    if duckdb_type.startswith(("STRUCT(", "MAP(")) or duckdb_type.endswith("]"):
        return PgColumn(name, "jsonb", f"to_json({quoted_name})::varchar", True, False, False)
    if duckdb_type not in _TYPES:
        raise NoCounterpart(f"{relation}.{name} is of type {duckdb_type}, which has no exact counterpart in Postgres")
    kind = _TYPES[duckdb_type]
    is_text = duckdb_type == "JSON"
    return PgColumn(name, kind, quoted_name, is_text, duckdb_type in ("FLOAT", "DOUBLE"), kind.startswith("numeric"))

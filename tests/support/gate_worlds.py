"""Price versions for the gate, typed by hand as differences from an ordinary price, and the rules run on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from warehouse.engine import model_graph
from warehouse.engine.seeds import load_seeds
from warehouse.storage.connection import Connection, scratch
from warehouse.storage.rows import execute_with_rows

DAY = date(2024, 3, 10)
RUN_TYPES = {
    "series_no": "integer", "version_no": "integer", "is_new": "boolean", "source": "varchar",
    "provider": "varchar", "instance": "varchar", "gpu_label": "varchar", "gpu": "varchar", "form_factor": "varchar",
    "gpu_memory_gb": "decimal(9,3)", "gpu_count": "decimal(18,10)", "printed_count": "decimal(18,10)",
    "known_count": "decimal(18,10)",
    "label_gpu": "varchar", "label_memory_gb": "decimal(9,3)", "region": "varchar", "zone": "varchar",
    "pricing_model": "varchar", "term_months": "integer", "upfront": "varchar", "price_scope": "varchar",
    "is_announced": "boolean", "first_at": "timestamptz", "first_on": "date", "last_on": "date", "n_seen": "integer",
    "ended_on": "date", "price": "decimal(38,18)", "price_unit": "varchar", "hourly_usd": "double",
    "upfront_price": "decimal(38,18)",
    "usd_per_gpu_hour": "decimal(18,6)", "price_status": "varchar", "n_prices": "integer",
}  # fmt: skip
ORDINARY: dict[str, Any] = {
    "series_no": 1, "version_no": 1, "is_new": True, "source": "list", "provider": "acme", "instance": "x1",
    "gpu_label": "H100", "gpu": "H100", "form_factor": "", "gpu_memory_gb": 80, "gpu_count": 1, "printed_count": 1,
    "known_count": None,
    "label_gpu": "H100", "label_memory_gb": 80, "region": "north", "zone": "", "pricing_model": "on_demand",
    "term_months": 0, "upfront": "", "price_scope": "instance", "is_announced": False, "first_on": DAY,
    "n_seen": 1, "ended_on": None, "price": 4, "price_unit": "instance_hour", "price_status": "priced",
    "n_prices": 1,
}  # fmt: skip
OTHER_TABLES = {
    "intermediate.scrapes": "scrape_no integer, provider varchar, feed varchar, source_url varchar, captured_at timestamptz, "
    "seen_on date, status varchar",
    "intermediate.scrape_counts": "scrape_no integer, pricing_model varchar, product varchar, n_series integer, n_begun integer",
    "intermediate.source_days": "provider varchar, source varchar, seen_on date, status varchar",
    "state.findings": "series_no integer, version_no integer, rule varchar, verdict varchar, class varchar, "
    "is_contradiction boolean, expected double, reason varchar",
    "state.verdicts": "series_no integer, version_no integer, verdict varchar, status varchar, rule varchar",
    "state.done": "scrape_no integer, newest_on date, built_on date",
    "intermediate.peer_prices": "series_no integer, provider varchar, gpu varchar, pricing_model varchar, version_no integer, "
    "first_on date, ended_on date, usd_per_gpu_hour decimal(18,6)",
    "intermediate.manual_verdicts": "series_no integer, version_no integer, verdict varchar",
}


def run(**differs: Any) -> dict[str, Any]:
    """Return one price version: ORDINARY except for the given fields. `last_on` follows from n_seen, one scrape a day."""
    row = ORDINARY | differs
    row.setdefault("last_on", row["first_on"] + timedelta(days=row["n_seen"] - 1))
    row["first_at"] = datetime.combine(row["first_on"], time(6), UTC)
    row["hourly_usd"] = row["price"]
    if row["price"] is not None and row["price_scope"] == "instance" and row["gpu_count"]:
        count = 1 if row["price_unit"] == "gpu_hour" else Decimal(str(row["gpu_count"]))
        row["usd_per_gpu_hour"] = Decimal(str(row["price"])) / count
    return row


def steps(*prices: float, first_on: date = DAY, looks: int = 1, **differs: Any) -> list[dict[str, Any]]:
    """Return one series that states these prices one after the other, each for `looks` days."""
    return [
        run(version_no=n + 1, price=p, n_seen=looks, first_on=first_on + timedelta(days=n * looks), **differs)
        for n, p in enumerate(prices)
    ]


@contextmanager
def _undone() -> Iterator[Connection]:
    """Yield a database with the gate's seeds and empty inputs; many tests share it, since what one makes is undone."""
    with scratch("gate") as con:
        if not con.execute("select 1 from duckdb_schemas() where schema_name = 'intermediate'").fetchall():
            for schema in ("intermediate", "state"):
                con.execute(f"create schema {schema}")
            load_seeds(con, _seeds())
            columns = ", ".join(f'"{name}" {kind}' for name, kind in RUN_TYPES.items())
            for name, definition in {"intermediate.gated_versions": columns, **OTHER_TABLES}.items():
                con.execute(f"create table {name} ({definition})")
        con.execute("begin")
        try:
            yield con
        finally:
            con.execute("rollback")


@contextmanager
def judged(runs: Sequence[dict[str, Any]], **tables: Sequence[tuple[Any, ...]]) -> Iterator[Connection]:
    """Yield a database in which the gate judged these versions. `tables`: rows of other tables, named schema__table."""
    with _undone() as con:
        for name in OTHER_TABLES:
            for row in tables.get(name.replace(".", "__"), ()):
                con.execute(f"insert into {name} values ({', '.join('?' * len(row))})", list(row))
        values = [[None if row.get(name) is None else str(row[name]) for name in RUN_TYPES] for row in runs]
        execute_with_rows(con, "insert into intermediate.gated_versions ", values, RUN_TYPES)
        con.execute(
            "insert into intermediate.peer_prices by name select series_no, provider, gpu, pricing_model, version_no, "
            "first_on, ended_on, usd_per_gpu_hour from intermediate.gated_versions where usd_per_gpu_hour > 0"
        )
        for name, sql in _rules_in_order():
            con.execute(f"create table {name} as {sql}")
        yield con


@cache
def _seeds() -> frozenset[str]:
    """Load only the seeds that the gate reads: loading all would take a quarter of a test's time."""
    models = model_graph.load()
    reads = frozenset[str]().union(*(models[name].reads for name, _ in _rules_in_order()))
    return frozenset(name.removeprefix("seeds.") for name in reads if name.startswith("seeds."))


@cache
def _rules_in_order() -> list[tuple[str, str]]:
    """Return the gate's models without its inputs, each after those it reads."""
    gate = {name: model for name, model in model_graph.load().items() if model.group == "quality"}
    given = {"intermediate.judged_providers", "intermediate.gated_versions", "intermediate.manual_verdicts"}
    after = {"intermediate.changed_verdicts", "intermediate.new_gated_prices"}  # what the history makes of verdicts
    return [
        (name, gate[name].sql)
        for name in model_graph.in_order(gate)
        if name not in given | after and not (gate[name].head.is_kept and gate[name].reads & after)
    ]


def rules(runs: Sequence[dict[str, Any]], **tables: Sequence[tuple[Any, ...]]) -> set[tuple[int, int, str]]:
    """Return (series_no, version_no, rule) of all findings."""
    with judged(runs, **tables) as con:
        return set(con.execute("select series_no, version_no, rule from intermediate.new_findings").fetchall())


def statuses(
    runs: Sequence[dict[str, Any]], **tables: Sequence[tuple[Any, ...]]
) -> dict[tuple[int, int], tuple[str, str]]:
    """Return (series_no, version_no) -> (rule, status) of every version with a verdict."""
    with judged(runs, **tables) as con:
        rows = con.execute("select series_no, version_no, rule, status from intermediate.new_verdicts").fetchall()
        return {(series, number): (rule, status) for series, number, rule, status in rows}

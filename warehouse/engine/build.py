"""Builds the warehouse from the facts, landing Parquet and seeds: adds what newly landed, or makes all tables anew."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from warehouse.engine import build_plan, column_docs, incremental, model_graph
from warehouse.engine.seeds import load_seeds
from warehouse.identity.gpus import identify
from warehouse.sources import exchange_rates
from warehouse.storage import ledger
from warehouse.storage.connection import Connection, DatabaseError, in_memory, quoted
from warehouse.storage.landing import OFFER_TYPES, PAGE_TYPES, RATE_TYPES, landed, select_rows
from warehouse.storage.state_dir import Home

log = logging.getLogger("gpuhour.build")
SEEDS = Path(__file__).parents[1] / "seeds"
CHECKS = Path(__file__).parents[1] / "checks"
# Made in parts where everything is made anew, so that memory holds one of them: a part has a share of the series.
IN_PARTS = ("staging.intervals",)
# Their joins are done as written, the smaller table last: of tables made in the same transaction DuckDB knows no size,
# and might hold all runs of all years in memory.
AS_WRITTEN = ("gate.runs", "staging.intervals", "staging.judged")
PUBLISHED_STEPS = ("staging.touched", "staging.intervals")  # what the published file still has to follow


def open_landing(con: Connection, home: Home, part: build_plan.Part | None = None) -> None:
    """Make the views landing.pages, landing.offers, landing.rates over the Parquet; empty where there is none.

    Of pages and offers only this part, if one is given; rates are few and always all there.
    """
    providers = ", ".join(f"'{quoted(slug)}'" for slug in part.providers) if part else ""
    con.execute("create schema if not exists landing")
    for kind, types in (("pages", PAGE_TYPES), ("offers", OFFER_TYPES), ("rates", RATE_TYPES)):
        columns = ", ".join(f"null::{t} as {c}" for c, t in types.items())
        source = f"select {columns} where false"
        names = landed(home, kind) if kind == "rates" or part is None else part.names
        paths = [home.landing / kind / name for name in names]
        files = ", ".join(f"'{quoted(path)}'" for path in paths if path.exists())
        if files:
            # union_by_name: a file of an older version lacks the columns that came later.
            source += f" union all by name from read_parquet([{files}], union_by_name = true)"
            if kind != "rates" and part is not None:
                source += f" where provider in ({providers})"
        con.execute(f"create or replace view landing.{kind} as {source}")


def open_decisions(con: Connection, made: Sequence[ledger.Decision]) -> None:
    """Make landing.decisions of what people said of the gate's events: event_id, verdict, seq (the last counts)."""
    con.execute("create schema if not exists landing")
    rows = [(d.event_id, d.verdict, str(seq)) for seq, d in enumerate(made)]
    types = {"event_id": "varchar", "verdict": "varchar", "seq": "integer"}
    con.execute(f"create or replace table landing.decisions as {select_rows(con, 'decided', rows, types)}")
    con.unregister("decided")


def build_identity(con: Connection) -> None:
    """Make staging.gpu_identity: each distinct raw label once, resolved by `warehouse.identity`.

    Columns: provider, instance, gpu_label, gpu_memory, gpu_memory_is_total, printed_count (the key, as landed);
    gpu, vendor, form_factor, gpu_memory_gb (per GPU), gpu_count; known_count (by the seed); is_accelerator;
    label_gpu, label_memory_gb: what the printed label and memory alone say.
    """
    keys = con.execute(
        "select distinct provider, instance, gpu_label, gpu_memory, gpu_memory_is_total, gpu_count "
        "from staging.raw_offers order by all"
    ).fetchall()
    rows = []
    for key in keys:
        found = identify(*key)
        g = found.gpu
        counts = (found.gpu_count, found.known_count, found.is_accelerator)
        printed = (found.printed.model, found.printed.memory_gb)
        answer = (*key, g.model, g.vendor, g.form_factor, g.memory_gb, *counts, *printed)
        rows.append([None if v is None else str(v) for v in answer])
    types = {
        "provider": "varchar", "instance": "varchar", "gpu_label": "varchar", "gpu_memory": "varchar",
        "gpu_memory_is_total": "boolean", "printed_count": "decimal(18,10)", "gpu": "varchar", "vendor": "varchar",
        "form_factor": "varchar", "gpu_memory_gb": "decimal(9,3)", "gpu_count": "decimal(18,10)",
        "known_count": "decimal(18,10)", "is_accelerator": "boolean", "label_gpu": "varchar",
        "label_memory_gb": "decimal(9,3)",
    }  # fmt: skip
    con.execute(f"create or replace table staging.gpu_identity as {select_rows(con, 'identities', rows, types)}")
    con.unregister("identities")


def build_hosted_prices(con: Connection) -> None:
    """Make core.hosted_prices; its package takes a fifth of a second to import, which only a build should wait."""
    from warehouse.sources import hosted_prices

    hosted_prices.build(con)


PYTHON_TABLES: dict[str, tuple[frozenset[str], Callable[[Connection], None]]] = {
    "staging.gpu_identity": (frozenset({"staging.raw_offers"}), build_identity),
    "staging.fx_rates": (frozenset({"staging.raw_offers", "landing.rates"}), exchange_rates.build),
    "core.hosted_prices": (frozenset(), build_hosted_prices),
    "core.looks": (frozenset({"staging.looks"}), incremental.add_looks),
    "core.series": (frozenset({"staging.new_series"}), incremental.add_series),
    "core.runs": (frozenset({"staging.runs"}), incremental.add_runs),
    "core.heads": (frozenset({"core.runs"}), incremental.show_heads),
    "core.recent_runs": (frozenset({"core.runs"}), incremental.show_recent_runs),
    "core.old_runs": (frozenset({"core.runs"}), incremental.show_old_runs),
    "core.look_counts": (frozenset({"staging.look_counts"}), incremental.add_look_counts),
    "core.price_counts": (frozenset({"gate.price_counts"}), incremental.add_price_counts),
    "core.thin_looks": (frozenset({"gate.thin_looks"}), incremental.add_thin_looks),
    "core.findings": (frozenset({"gate.findings"}), incremental.add_findings),
    "core.verdicts": (frozenset({"staging.changed_verdicts"}), incremental.add_verdicts),
    "core.aliases": (frozenset({"gate.renames", "core.runs"}), incremental.add_aliases),
    "core.intervals": (
        frozenset({"staging.intervals", "staging.seen_again", "staging.index_from"}),
        incremental.add_intervals,
    ),
    "core.judged": (frozenset({"staging.judged"}), incremental.add_judged),
    "core.index_prices": (frozenset({"staging.index_prices"}), incremental.add_index_prices),
    "core.index_links": (frozenset({"staging.index_links"}), incremental.add_index_links),
}


def build_tables(con: Connection, upto: str) -> None:
    """Run the model `upto` and all that it is made from, each after what it reads."""
    found, order = prepare(con)
    incremental.start_anew(con)
    wanted = model_graph.ancestors(upto, found, _made_by_python())
    for name in order:
        if name in wanted:
            run_model(con, name, found)


def _made_by_python() -> dict[str, frozenset[str]]:
    return {name: reads for name, (reads, _) in PYTHON_TABLES.items()}


def prepare(con: Connection) -> tuple[dict[str, model_graph.Model], list[str]]:
    """Schemas and formulas; returns the models by name, and all tables in the order in which they can be made."""
    for layer in model_graph.LAYERS:
        con.execute(f"create schema if not exists {layer}")
    for statement in model_graph.macros():
        con.execute(statement)
    for day in ("as_of_day", "newest_day"):  # until they are known
        con.execute(f"create or replace macro core.{day}() as current_date")
    found = model_graph.load()
    return found, model_graph.in_order(found, _made_by_python())


def run_model(con: Connection, name: str, found: dict[str, model_graph.Model], n_parts: int = 1) -> None:
    """(Re)make one table, in parts where its SQL asks for its part. The old one stays when the new one fails."""
    log.debug("building %s", name)
    if name in PYTHON_TABLES:
        PYTHON_TABLES[name][1](con)
        return
    model = found[name]
    for macro, made in model_graph.table_macros().items():
        if macro in model.calls:  # only now do the tables exist that it binds
            con.execute(made.sql)
    kind = "view" if model.is_view else "table"
    if name in AS_WRITTEN:
        con.execute("set disabled_optimizers = 'join_order,build_side_probe_side'")
    for nth in range(n_parts):
        con.execute(f"set variable part = [{nth}, {n_parts}]")
        con.execute(f"insert into {name} {model.sql}" if nth else f"create or replace {kind} {name} as {model.sql}")
    if name in AS_WRITTEN:
        con.execute("reset disabled_optimizers")
    con.execute(f"comment on {kind} {name} is '{quoted(model.description)}'")
    if name == "v1.meta":  # all that asks for the newest prices comes after it
        column_docs.tell_the_day(con)


@dataclass(frozen=True, slots=True)
class Check:
    """A SELECT whose rows offend. An error stops publication; a warning is shown."""

    table: str  # schema.table it belongs to
    check_name: str
    description: str
    is_error: bool
    sql: str


@cache
def checks() -> tuple[Check, ...]:
    """All of checks/<schema>/<table>/<name>.sql; the first word of the header, error or warn, is the severity."""
    found = []
    for path in sorted(CHECKS.glob("*/*/*.sql")):
        sql = path.read_text()
        severity, _, about = model_graph.header(sql).partition(":")
        if severity not in ("error", "warn"):
            raise ValueError(f"{path}: the header must begin with 'error:' or 'warn:'")
        table = f"{path.parent.parent.name}.{path.parent.name}"
        found.append(Check(table, path.stem, about.strip(), severity == "error", sql))
    return tuple(found)


class DamagedLanding(Exception):
    """Landing files that cannot be read; the message names them."""


def _damaged(home: Home) -> Iterator[str]:
    """Landing files that cannot be read whole, each with what is wrong."""
    with in_memory() as con:
        for path in sorted(home.landing.rglob("*.parquet")):
            try:
                con.execute(f"create or replace temp table whole as from read_parquet('{quoted(path)}')")
            except DatabaseError as broken:
                yield f"{path} ({str(broken).splitlines()[0]})"


def build(con: Connection, home: Home) -> None:
    """The warehouse from facts, in one transaction: a kill leaves the old one. Raises as `building` does."""
    with building(con, home):
        pass


@contextmanager
def building(con: Connection, home: Home, upto: Collection[str] = ()) -> Iterator[list[str]]:
    """A build that is done but not yet committed, with the tables of all its steps: their names, in order.

    Where all that newly landed is newer than what is known, it is added to that; else everything is made anew.
    With `upto`, only these tables and their ancestors are made: a test pays for what it reads.
    Raises DamagedLanding, naming the files, when facts cannot be read: without them prices would silently be missing.
    """
    con.execute("begin")
    try:
        yield _build(con, home, upto)
        _drop_steps(con)
        con.execute("commit")
    except BaseException as failed:
        with suppress(DatabaseError):  # a commit that fails has already been undone
            con.execute("rollback")
        # DuckDB does not always name the file; looking for it costs time only now.
        damaged = list(_damaged(home)) if isinstance(failed, DatabaseError) else []
        if damaged:
            raise DamagedLanding(
                f"cannot be read: {'; '.join(damaged)}; restore from a copy, or move away and refresh that day again"
            ) from failed
        raise


def _build(con: Connection, home: Home, upto: Collection[str]) -> list[str]:
    chosen = build_plan.plan(con, home)
    log.info("%s", chosen.why)
    if chosen.is_whole:
        for schema in ("state", *model_graph.LAYERS):
            con.execute(f"drop schema if exists {schema} cascade")
        incremental.start_anew(con)
    load_seeds(con, SEEDS)
    open_decisions(con, chosen.decisions)
    con.execute("delete from state.moved")
    found, order = prepare(con)
    # What a part of the landing is made into, part by part, so that memory holds one of them at a time.
    made = _made_by_python()
    if upto:
        wanted = set[str]().union(*(model_graph.ancestors(name, found, made) for name in upto))
        order = [name for name in order if name in wanted]
    first = model_graph.ancestors("core.runs", found, made) | model_graph.ancestors("core.look_counts", found, made)
    for nth, part in enumerate(chosen.parts):
        open_landing(con, home, part)
        seeds = "from seeds.seed_prices" + ("" if chosen.is_whole and nth == 0 else " limit 0")
        con.execute(f"create or replace view landing.seed_prices as {seeds}")
        for name in order:
            if name in first:
                run_model(con, name, found)
    kept = set() if chosen.is_whole else {n for n in model_graph.of_seeds_alone(found, made) if not _is_step(n)}
    for name in order:
        if name not in first | kept:
            run_model(con, name, found, _n_parts(con) if chosen.is_whole and name in IN_PARTS else 1)
    build_plan.remember(con, chosen)
    return order


def _n_parts(con: Connection) -> int:
    n_runs: int = con.execute("select count(*) from core.runs").fetchall()[0][0]
    return 1 + n_runs // build_plan.ROWS_AT_ONCE


def _is_step(name: str) -> bool:
    return name.startswith(("staging.", "gate."))


def _drop_steps(con: Connection) -> None:
    """What only led to core, marts and v1 is not kept: to write it down would take a third of an append.

    Table by table: DuckDB 1.5 cannot commit a dropped schema of tables that were replaced in the same transaction.
    """
    steps = con.execute(
        "select table_schema || '.' || table_name, table_type = 'VIEW' from information_schema.tables"
    ).fetchall()
    for name, is_view in steps:
        if _is_step(name) and name not in PUBLISHED_STEPS:
            con.execute(f"drop {'view' if is_view else 'table'} {name}")

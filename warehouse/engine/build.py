"""Builds the warehouse from landing Parquet and seeds: adds newly landed files, or rebuilds every table."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from warehouse.engine import appending, build_plan, column_docs, incremental, model_graph, steps, unbuildable
from warehouse.engine.fingerprint import fingerprint
from warehouse.engine.model_graph import Model
from warehouse.engine.seeds import load_seeds
from warehouse.storage import ledger
from warehouse.storage.connection import Connection, DatabaseError, in_memory, one_thread, quoted, roomy
from warehouse.storage.landing import landed
from warehouse.storage.rows import execute_with_rows
from warehouse.storage.state_dir import Home

log = logging.getLogger("gpuhour.build")
# The last tables that read the landing: they are made part by part, so that memory holds one part at a time.
LANDING_ENDS = (
    "intermediate.versions",
    "intermediate.changed_series",
    "intermediate.import_items",
    "intermediate.scrape_counts",
    "intermediate.machines",
)


MANY_FILES = 200  # of a part: to open them once for every table would take longer than all else, so they are read once
# What nobody writes to a file: each publication may change it.
ALWAYS_NEW = frozenset({"landing.index_revisions", "landing.published_index"})


def open_landing(con: Connection, home: Home, part: build_plan.Part | None = None) -> None:
    """Make a view of each kind over the Parquet, landing.pages and so on; empty where none is landed.

    Of pages and offers only this part, if one is given; the others are few and always all there.
    """
    # NUL ends a statement, even within a literal.
    slugs = (quoted(slug).replace("\0", "' || chr(0) || '") for slug in part.providers) if part else ()
    providers = ", ".join(f"'{slug}'" for slug in slugs)
    con.execute("create schema if not exists landing")
    for kind, types in build_plan.LANDED.items():
        nothing = _nothing(types)
        is_whole = part is None or kind not in ("pages", "offers")
        names = landed(home, kind) if part is None or is_whole else part.names
        paths = [path for name in names if (path := home.landing / kind / name).exists()]
        where = "" if is_whole else f" where provider in ({providers})"
        source = nothing + (_all_rows_of(paths) + where if paths else "")
        if not is_whole and len(paths) >= MANY_FILES:
            con.execute(f"create or replace temp table landed_{kind} as {nothing}")
            with one_thread(con):
                for first in range(0, len(paths), build_plan.FILES_AT_ONCE):
                    rows = f"{nothing}{_all_rows_of(paths[first : first + build_plan.FILES_AT_ONCE])}{where}"
                    con.execute(f"insert into temp.landed_{kind} select {', '.join(types)} from ({rows})")  # noqa: S608 -- ours
            source = f"from temp.landed_{kind}"
        con.execute(f"create or replace view landing.{kind} as {source}")


def _close_landing(con: Connection) -> None:
    """Drop what `open_landing` read of many files: it is of no use to what comes after, and would fill the memory."""
    for (table,) in con.execute(
        "select table_name from duckdb_tables() where temporary and starts_with(table_name, 'landed_')"
    ).fetchall():
        kind = table.removeprefix("landed_")
        con.execute(f"create or replace view landing.{kind} as {_nothing(build_plan.LANDED[kind])}")
        con.execute(f"drop table temp.{table}")


def _nothing(types: Mapping[str, str]) -> str:
    return f"select {', '.join(f'null::{t} as {c}' for c, t in types.items())} where false"


def _all_rows_of(paths: Iterable[Path]) -> str:
    files = ", ".join(f"'{quoted(path)}'" for path in paths)
    # union_by_name: a file of an older version lacks the columns that came later.
    return f" union all by name from read_parquet([{files}], union_by_name = true)"


def open_decisions(con: Connection, made: Sequence[ledger.Decision]) -> None:
    """Make landing.decisions of people's verdicts on quality events: event_id, verdict, seq (the last counts)."""
    con.execute("create schema if not exists landing")
    rows = [(d.event_id, d.verdict, str(seq)) for seq, d in enumerate(made)]
    types = {"event_id": "varchar", "verdict": "varchar", "seq": "integer"}
    execute_with_rows(con, "create or replace table landing.decisions as ", rows, types)


def open_revisions(con: Connection, home: Home) -> None:
    """Make landing.index_revisions of what the ledger keeps: index levels that were published and then replaced."""
    names = tuple(ledger.REVISION_TYPES)
    rows = ledger.read(home, f"select {', '.join(names)} from index_revisions")  # noqa: S608 -- columns of ours
    types = dict(ledger.REVISION_TYPES)
    execute_with_rows(con, "create or replace table landing.index_revisions as ", rows, types)


@contextmanager
def _beside_published(con: Connection, home: Home) -> Iterator[None]:
    """Attach the published file, which this build is going to replace, as `before`, where there is one to read."""
    is_there = home.published.exists()
    if is_there:
        try:
            con.execute(f"attach '{quoted(home.published)}' as before (read_only)")
            con.execute("from before.v1.index_daily limit 0")
        except DatabaseError:  # damaged, or of another version: what it said cannot be told
            is_there = False
            con.execute("detach database if exists before")
    try:
        yield
    finally:
        if is_there:
            con.execute("detach before")


def _open_published_index(con: Connection) -> None:
    """Make landing.published_index: the indices as published so far, by which build; empty where there is no file."""
    is_there = con.execute("select 1 from duckdb_databases() where database_name = 'before'").fetchall()
    source = "before" if is_there else "none"
    columns = ", ".join(
        f"null::{kind} as {name}" for name, kind in (ledger.REVISION_TYPES | {"build_id": "uuid"}).items()
    )
    query = f"""
        select index_id, day, built_at as said_at, null::timestamptz as revised_at, status, level_median, p25, p75,
            chained_base100, chain_start, n_providers, n_matched, vintage, methodology_version, build_id
        from {source}.v1.index_daily cross join {source}.v1.meta cross join {source}.core.build
    """  # noqa: S608 -- our own catalog
    con.execute(
        f"create or replace view landing.published_index as {query if is_there else f'select {columns} where false'}"
    )


def prepare_tables(con: Connection, upto: str) -> None:
    """Make what `build_tables` needs, but for the landing: formulas, seeds, empty tables of earlier builds."""
    models = prepare(con)
    incremental.start_anew(con, models)
    con.execute("create schema landing")
    _load_seeds(con, (models[name] for name in _wanted([upto], models)))
    con.execute("create view landing.seed_prices as from seeds.seed_prices limit 0")  # not in this landing


def build_tables(con: Connection, upto: str) -> None:
    """Run the model `upto` and all that it is made from, each after what it reads, in a prepared database."""
    models = model_graph.load()
    for name in _wanted([upto], models):
        run_model(con, models[name])


def _wanted(upto: Collection[str], models: Mapping[str, Model], **how: bool) -> list[str]:
    wanted = model_graph.ancestors(upto, models, **how)
    return [name for name in models if name in wanted]


def _load_seeds(con: Connection, models: Iterable[Model]) -> None:
    """Load the seeds that these models read, and the prices that the landing takes from there."""
    read = {name for model in models for name in model.reads if name.startswith("seeds.")} | {"seeds.seed_prices"}
    load_seeds(con, (name.removeprefix("seeds.") for name in read))


def prepare(con: Connection, is_new: bool = True) -> dict[str, Model]:
    """Make schemas and formulas; return the models by name, in the order in which they can be made.

    is_new: False where an earlier build by the same code made them.
    """
    if is_new:
        for layer in model_graph.LAYERS:
            con.execute(f"create schema if not exists {layer}")
        for statement in model_graph.macros():
            con.execute(statement)
        for day in ("as_of_day", "newest_day"):  # until core.meta exists
            con.execute(f"create or replace macro core.{day}() as current_date")
    return model_graph.load()


def run_model(con: Connection, model: Model, n_parts: int = 1, **how: bool) -> int | None:
    """Make one table, as `incremental.write` does. The old one stays when the new one fails."""
    log.debug("building %s", model.name)
    n_rows = incremental.write(con, model, n_parts, **how)
    if model.name == "core.meta":  # everything that reads current prices comes after it
        column_docs.define_day_macros(con)
    return n_rows


class DamagedLanding(Exception):
    """Some landing files cannot be read; the message names them."""


def _damaged(home: Home) -> Iterator[str]:
    """Yield landing files that cannot be read completely, each with the reason."""
    with in_memory() as con:
        for path in sorted(home.landing.rglob("*.parquet")):
            try:
                con.execute(f"create or replace temp table whole as from read_parquet('{quoted(path)}')")
            except DatabaseError as broken:
                yield f"{path} ({str(broken).splitlines()[0]})"


def build(con: Connection, home: Home) -> None:
    """Build the warehouse in one transaction: a kill leaves the old one. Raises as `building` does."""
    with building(con, home):
        pass


@contextmanager
def building(con: Connection, home: Home, upto: Collection[str] = ()) -> Iterator[list[str]]:
    """Yield the names of all tables of a finished but uncommitted build, in order.

    Where all that newly landed is newer than what is known, it is added to that; else everything is made anew.
    With `upto`, only these tables and their ancestors are made: a test pays for what it reads.
    Landing files that no build can be made from are set aside in the ledger, and the build is made without them.
    Raises DamagedLanding, naming the files, when facts cannot be read: without them prices would silently be missing.
    """
    if home.lake:  # what others landed and published since, so that this build is of all facts
        from warehouse.storage import lake_copy

        lake_copy.begin_build(home, home.lake)
    with _beside_published(con, home), _undoing(con, home):
        try:
            order = _begun(con, home, upto)
        except Exception as failed:
            with suppress(DatabaseError):
                con.execute("rollback")
            if not _set_aside(con, home, upto, failed):
                raise
            order = _begun(con, home, upto)
        yield order
        steps.drop(con)
        con.execute("drop view if exists landing.published_index")  # its file is about to be replaced
        con.execute("commit")


@contextmanager
def _undoing(con: Connection, home: Home) -> Iterator[None]:
    """Roll back what fails inside, and tell damaged files from other failures."""
    try:
        yield
    except BaseException as failed:
        with suppress(DatabaseError):  # a commit that fails has already been undone
            con.execute("rollback")
        # DuckDB does not always name the file; the search costs time only after a failure.
        damaged = list(_damaged(home)) if isinstance(failed, DatabaseError) else []
        if damaged:
            raise DamagedLanding(
                f"cannot be read: {'; '.join(damaged)}; restore from a copy, or move away and refresh that day again"
            ) from failed
        raise


def _begun(con: Connection, home: Home, upto: Collection[str]) -> list[str]:
    con.execute("begin")
    plan = build_plan.plan(con, home)
    # More threads would only cost: two a third more CPU time, eight twice as much; of few rows, all of them more time.
    con.execute("set threads = 1" if _is_little(plan) else "reset threads")
    # What exceeds it is spilled, which costs a twentieth more CPU time; an append may have to look at long histories.
    con.execute(f"set memory_limit = '{'600MB' if plan.is_whole and _is_little(plan) else '2GB'}'")
    return _build(con, home, plan, upto)


def _is_little(plan: build_plan.Plan) -> bool:
    """Return whether so few rows are to be read that further threads take CPU time and save hardly any other."""
    return plan.n_offers <= build_plan.ONE_THREAD


def _set_aside(con: Connection, home: Home, upto: Collection[str], failed: Exception) -> bool:
    """Find the landing files that made a build fail, record and name them; return whether there are any."""
    if isinstance(failed, unbuildable.NOT_FACTS) or any(_damaged(home)):
        return False
    log.warning("the build failed (%s): looking for the facts that it fails on", _first_line(failed))

    def failure(names: Sequence[str]) -> str:
        with tempfile.TemporaryDirectory(dir=home.root) as room, roomy(Path(room)) as trial:
            try:
                _build(trial, home, build_plan.plan_of(trial, home, sorted(names)), upto)
            except unbuildable.NOT_FACTS:
                raise
            except Exception as why:
                return _first_line(why)
        return ""

    usable, known = build_plan.usable(home), build_plan.built_before(con)
    new, old = [n for n in usable if n not in known], [n for n in usable if n in known]
    found = unbuildable.culprits(new, failure, old) or unbuildable.culprits(usable, failure)
    if found:
        ledger.set_aside(home, found, fingerprint())
    for name, why in found.items():
        log.error("%s is set aside, nothing can be built from it: %s", home.landing / "offers" / name, why)
    return bool(found)


def _first_line(failed: Exception) -> str:
    return (str(failed).strip().splitlines() or [type(failed).__name__])[0][:300]


def _build(con: Connection, home: Home, plan: build_plan.Plan, upto: Collection[str]) -> list[str]:
    log.info("%s", plan.why)
    if plan.is_whole:
        for schema in ("state", *model_graph.LAYERS):
            con.execute(f"drop schema if exists {schema} cascade")
    models = prepare(con, plan.is_whole)
    order = _wanted(upto, models, with_state=True) if upto else [*models]
    if not plan.has_news:
        return order
    if plan.is_whole:
        incremental.start_anew(con, models)
        _load_seeds(con, (models[name] for name in order))  # an append is by the same code, which they belong to
    incremental.start_build(con, models.values())
    open_decisions(con, plan.decisions)
    open_revisions(con, home)
    _open_published_index(con)
    if plan.is_whole or len(plan.parts) > 1:
        _run_all(con, home, plan, order)
        news = order
    else:
        news = _run_where_new(con, home, plan, order, upto)
    _close_landing(con)
    build_plan.remember(con, plan, news)
    return order


def _open_part(con: Connection, home: Home, plan: build_plan.Plan, number: int) -> None:
    open_landing(con, home, plan.parts[number])
    seeds = "from seeds.seed_prices" + ("" if plan.is_whole and number == 0 else " limit 0")
    con.execute(f"create or replace view landing.seed_prices as {seeds}")


def _run_all(con: Connection, home: Home, plan: build_plan.Plan, order: Sequence[str]) -> None:
    """Make all tables, those of the landing part by part."""
    models = model_graph.load()
    from_landing = model_graph.ancestors(LANDING_ENDS, models)
    for number in range(len(plan.parts)):
        _open_part(con, home, plan, number)
        for name in order:
            if name in from_landing:
                run_model(con, models[name], is_small=plan.is_small, is_temporary=_is_temporary(plan, name))
    later = {read for name in order if name not in from_landing for read in models[name].reads}
    for name in order:
        if name in from_landing - later and _is_temporary(plan, name):
            incremental.forget(con, models[name])
    for name in order:
        if name not in from_landing:
            is_long = plan.is_whole and models[name].head.in_parts
            n_parts = _n_parts(con) if is_long else 1
            run_model(con, models[name], n_parts, is_temporary=_is_temporary(plan, name))
    called = {macro for name in order for macro in models[name].calls}
    for name, macro in model_graph.table_macros().items():  # for users of this database
        if macro.reads <= set(order) and name not in called:
            con.execute(macro.sql)
    steps.remember_columns(con)


def _is_temporary(plan: build_plan.Plan, name: str) -> bool:
    return not plan.is_small and name in steps.names()


def _run_where_new(
    con: Connection, home: Home, plan: build_plan.Plan, order: Sequence[str], upto: Collection[str]
) -> list[str]:
    """Make what rests on news; return the relations whose rows are others now."""
    models, changed = model_graph.load(), plan.changed | ALWAYS_NEW
    _open_part(con, home, plan, 0)
    fresh = model_graph.outdated(models, changed, steps.names())
    log.info("%d of %d tables rest on nothing new", len(models) - len(fresh), len(models))

    def run(model: Model) -> int | None:
        is_temporary = _is_temporary(plan, model.name)
        return run_model(con, model, is_small=plan.is_small, is_there=True, is_temporary=is_temporary)

    append = appending.Append(con, models, steps.names(), changed, run)
    return append.bring_up([name for name in order if name in fresh], upto)


def _n_parts(con: Connection) -> int:
    n_versions: int = con.execute(
        "select (select count(*) from state.current_versions) + (select count(*) from state.recent_versions) "
        "+ (select count(*) from state.old_versions)"
    ).fetchall()[0][0]
    return 1 + n_versions // build_plan.ROWS_AT_ONCE

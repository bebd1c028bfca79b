"""Publishes v1 and marts as a read-only database that older DuckDBs can open, and every mart as Parquet and CSV."""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from warehouse.engine import build_plan, column_docs, incremental, model_graph
from warehouse.engine.model_graph import Model
from warehouse.storage import ledger
from warehouse.storage.connection import Connection, DatabaseError, beside, quoted, spare_threads
from warehouse.storage.files import replacing
from warehouse.storage.state_dir import Home

log = logging.getLogger("gpuhour.publish")
# The oldest format: DuckDB 1.2 and later read it, and so does DuckDB in a browser.
STORAGE = "v1.0.0"
SCHEMAS = ("v1", "marts")
CSV_ROWS = 50_000  # nobody scrolls through more, and it would be fifteen megabytes at every build
# Price lists for FinOps tools, exported beside the marts: what is in force or announced; history is in the database.
FOCUS = {
    "v1.focus_price_sheet": "from v1.focus_price_sheet",
    "v1.focus_sku_price": "select * exclude (valid_to) from core.focus_prices "
    "where valid_to is null or valid_to > core.newest_day()",
}
_IF_ELSE = "create or replace macro main.if_else(condition, yes, no) as case when condition then yes else no end"
# A cell that starts with one of these is a formula in a spreadsheet; pages are not trusted.
_CSV_CELL = "if(regexp_matches({0}, '^[=+\\-@\\t\\r]'), '''' || {0}, {0})"


def publish_and_export(con: Connection, home: Home, shown: str | None = None) -> list[Path]:
    """Publish, and at the same time export every mart as exports/<mart>.parquet and .csv (up to CSV_ROWS rows).

    The current price lists in the words of FOCUS are exported too. shown: what `shown_build` says, if it was asked.

    Returns the files that were written: those whose rows this build changed, or all where the old ones are not those of
    the build before. Each is replaced as a whole, and none where the database could not be published.
    """
    shown = shown_build(con, home) if shown is None else shown
    if shown == "newest":
        return []
    names = _exported()
    fresh = build_plan.news(con) if shown == "before" else set(names)
    spare_threads(con, home.warehouse)
    try:
        with beside(con) as other, ThreadPoolExecutor(1) as pool:
            exporting = pool.submit(_write_exports, other, home, [name for name in names if name in fresh])
            publish(con, home)
            written = _put_in_place(exporting.result())
        for name in names:  # newer than the database: `shown_build` looks
            _parquet_of(home, name).touch()
        return written
    finally:
        for leftover in home.exports.glob("*.part"):  # under the lock, nobody else writes
            leftover.unlink()


def shown_build(con: Connection, home: Home) -> str:
    """Return which build the published file and the exports show.

    "newest"; "before", the one that the newest grew from; or "" where it is another, or they are not whole.
    """
    if not home.published.exists():
        return ""
    since = home.published.stat().st_mtime_ns
    for path in (_parquet_of(home, name) for name in _exported()):
        if not path.exists() or path.stat().st_mtime_ns < since:
            return ""
    try:
        con.execute(f"attach '{quoted(home.published)}' as pub (read_only)")
    except DatabaseError:
        return ""
    try:
        rows = con.execute(
            "select case p.build_id when b.build_id then 'newest' when b.grew_from then 'before' else '' end "
            "from pub.core.build as p, core.build as b"
        ).fetchall()
    except DatabaseError:  # of another version
        return ""
    finally:
        con.execute("detach pub")
    return str(rows[0][0]) if len(rows) == 1 else ""


def _parquet_of(home: Home, name: str) -> Path:
    return home.exports / f"{name.partition('.')[2]}.parquet"


def _exported() -> list[str]:
    return sorted(name for name in model_graph.load() if name.startswith("marts.") or name in FOCUS)


def publish(con: Connection, home: Home) -> None:
    """Copy v1 and marts from the warehouse to a new file, then put it in the old one's place.

    Where the build only added to what the old file holds, the new one is a copy of it with the additions.
    Take `writer_lock` first. Readers that have the old file open keep it; whoever opens next sees the new one; nobody
    sees half of one.
    """
    for leftover in home.root.glob("published.*.part*"):  # of killed runs: under the lock, nobody else writes
        leftover.unlink()
    _keep_revisions(con, home)  # first: a kill in between leaves what the old file says twice, not nowhere
    with replacing(home.published) as part:
        try:
            if not _grow(con, home, part):
                _discard(part)
                with _attached(con, f"attach '{quoted(part)}' as pub (storage_version '{STORAGE}')"):
                    _copy(con, is_new=True)
        finally:
            _write_ahead_log(part).unlink(missing_ok=True)


def _keep_revisions(con: Connection, home: Home) -> None:
    """Record in the ledger what the old file says of the indices and the new one says otherwise."""
    columns = ", ".join(f"{name}::varchar" for name in ledger.REVISION_TYPES)
    built = "select built_at from core.meta"
    rows = con.execute(f"select {columns} from v1.index_revisions where revised_at = ({built})").fetchall()  # noqa: S608
    ledger.keep_revisions(home, rows)


def _grow(con: Connection, home: Home, part: Path) -> bool:
    """Make the new file from the old one if that shows the build before this one; else return False."""
    if not home.published.exists() or con.execute("select grew_from is null from core.build").fetchall()[0][0]:
        return False
    shutil.copyfile(home.published, part)
    try:
        with _attached(con, f"attach '{quoted(part)}' as pub"):
            follows = "select p.build_id = b.grew_from from pub.core.build as p, core.build as b"
            if con.execute(follows).fetchall() != [(True,)]:
                return False
            _copy(con, is_new=False)
    except DatabaseError as failed:
        log.warning("publishing anew: the old file cannot be added to: %s", str(failed).splitlines()[0])
        return False
    return True


@contextmanager
def _attached(con: Connection, statement: str) -> Iterator[None]:
    con.execute(statement)
    try:
        con.execute("begin")  # one transaction: a thousand statements, most of them comments, are written at once
        try:
            yield
            con.execute("commit")
        except BaseException:
            with suppress(DatabaseError):  # a commit that fails has already been undone
                con.execute("rollback")
            raise
    finally:
        con.execute("detach pub")


def _discard(part: Path) -> None:
    for leftover in (part, _write_ahead_log(part)):
        leftover.unlink(missing_ok=True)


def _write_ahead_log(part: Path) -> Path:
    return part.with_name(f"{part.name}.wal")


def _copy(con: Connection, is_new: bool) -> None:
    """Copy tables, then views and formulas, to the attached file."""
    models = model_graph.published(model_graph.load())
    for schema in model_graph.LAYERS:
        con.execute(f"create schema if not exists pub.{schema}")
    con.execute("create or replace table pub.core.build as from core.build")
    con.execute("comment on table pub.core.build is 'Not for readers: which build this file shows.'")
    made = [model for model in models.values() if model.is_view and is_new]
    fresh = models.keys() if is_new else build_plan.news(con)
    for model in models.values():
        if not model.is_view and model.name in fresh and (is_new or not _bring_up(con, model)):
            con.execute(f"create or replace table pub.{model.name} as from {model.name}")
            _comment(con, model)
            made.append(model)
    with _using_pub(con):
        column_docs.define_day_macros(con)
        if is_new:
            _create_views(con, models.values())
        column_docs.comment_columns(con, (model for model in made if model.schema in SCHEMAS))


def _bring_up(con: Connection, model: Model) -> bool:
    """Add what this build added to a table of the old file; return False where it is small and copied whole."""
    table = f"pub.{model.name}"
    if model.head.materialized == "append" and len(model.head.key) == 1:
        (number,) = model.head.key
        newest = f"select coalesce(max({number}), 0) from {table}"  # noqa: S608 -- names of ours, here and below
        con.execute(f"insert into {table} from {model.name} where {number} > ({newest})")
        return True
    if model.head.materialized == "replace":
        incremental.write_kept(con, model, table)
        return True
    return False


def _comment(con: Connection, model: Model) -> None:
    is_public = model.schema in SCHEMAS
    text = model.head.description if is_public else "Behind the views of v1; not for readers: it may change."
    con.execute(f"comment on table pub.{model.name} is '{quoted(text)}'")


def _create_views(con: Connection, models: Iterable[Model]) -> None:
    """Create views and formulas in the database in use: they travel with the data, for readers' own SQL."""
    con.execute(_IF_ELSE)
    for statement in model_graph.macros():
        con.execute(_portable(statement))
    waiting = dict(model_graph.table_macros())
    for model in models:
        if not model.is_view:
            continue
        for macro in [name for name in waiting if name in model.calls]:
            con.execute(_portable(waiting.pop(macro).sql))
        con.execute(f"create view {model.name} as {_portable(model.sql)}")
        con.execute(f"comment on view {model.name} is '{quoted(model.head.description)}'")
    for macro_left in waiting.values():
        con.execute(_portable(macro_left.sql))


def _portable(sql: str) -> str:
    """Return SQL whose stored text every DuckDB from 1.2 to 2.0 reads.

    Calls of scalar macros name their schema: what a view names is looked for in the view's own database, but before 1.5
    only in schemas that are named. `if` is a macro: DuckDB 2 stores it as a function that DuckDB 1 does not have.
    """
    return _calls().sub(lambda call: f"main.{'if_else' if call[1] == 'if' else call[1]}", sql)


@cache
def _calls() -> re.Pattern[str]:
    """Return what finds calls of scalar macros and of `if`."""
    names = {
        name for text in model_graph.macros() for name in re.findall(r"^create or replace macro (\w+)", text, re.M)
    }
    return re.compile(rf"(?<![\w.'\"])({'|'.join(sorted(names | {'if'}))})(?=\()")


@contextmanager
def _using_pub(con: Connection) -> Iterator[None]:
    con.execute("use pub")
    try:
        yield
    finally:
        con.execute("use warehouse")


def _put_in_place(parts: list[Path]) -> list[Path]:
    """Rename written exports to their final names; a mart that became too long for a CSV loses its old one."""
    paths = [part.with_suffix("") for part in parts]
    for part, path in zip(parts, paths, strict=True):
        part.replace(path)
    for old in {path.with_suffix(".csv") for path in paths} - set(paths):
        old.unlink(missing_ok=True)
    return paths


def _write_exports(con: Connection, home: Home, names: Iterable[str]) -> list[Path]:
    """Write these marts and FOCUS price lists under their file names plus .part."""
    home.exports.mkdir(parents=True, exist_ok=True)
    parts = []
    for name in names:
        model, mart = model_graph.load()[name], name.partition(".")[2]
        rows = _with_utc_times(con, FOCUS[name]) if name in FOCUS else f"from {name}"
        key = ", ".join(quote_name(column) for column in model.head.key)
        order = f" order by {key or 'all'}" if model.is_view else ""  # a table is ordered already
        as_parquet, as_text = (home.exports / f"{mart}.{suffix}.part" for suffix in ("parquet", "csv"))
        parts.append(as_parquet)
        copied = con.execute(f"copy ({rows}{order}) to '{quoted(as_parquet)}' (format parquet, compression zstd)")
        if copied.fetchall()[0][0] <= CSV_ROWS:
            parts.append(as_text)
            con.execute(f"copy ({as_csv(con, rows)}{order}) to '{quoted(as_text)}' (format csv, header true)")
    return parts


def _with_utc_times(con: Connection, query: str) -> str:
    """Return the query with times as FOCUS writes them, in UTC with their Z, in every kind of file."""
    words = {"TIMESTAMP": "focus_day", "TIMESTAMP WITH TIME ZONE": "focus_time"}
    columns = con.execute(f"describe {query}").fetchall()
    times = [f"{words[kind]}({quote_name(name)}) as {quote_name(name)}" for name, kind, *_ in columns if kind in words]
    written = f"* replace ({', '.join(times)})" if times else "*"
    return f"select {written} from ({query})"  # noqa: S608 -- a query of ours


def as_csv(con: Connection, query: str) -> str:
    """Return the query with texts that are harmless to spreadsheets."""
    texts = [quote_name(name) for name, kind, *_ in con.execute(f"describe {query}").fetchall() if kind == "VARCHAR"]
    safe = f"* replace ({', '.join(f'{_CSV_CELL.format(t)} as {t}' for t in texts)})" if texts else "*"
    return f"select {safe} from ({query})"  # noqa: S608 -- a query of ours


def quote_name(name: str) -> str:
    """Return an identifier, quoted."""
    return '"' + name.replace('"', '""') + '"'

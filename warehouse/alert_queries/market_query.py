"""Queries of the published database that alert rules are evaluated on."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from warehouse.alert_queries.scope import Dimensions, Parameters, condition
from warehouse.paths import MACROS, SEEDS
from warehouse.storage.connection import Connection

_SQL = Path(__file__).parent
# What a threshold is measured from: the frame of each row, and the reference from it (logarithms, times the sign).
_SAME = "(partition by n, piece order by i)"
_FRAME = "(partition by n, piece order by next_day_no range between $days - 1 preceding and current row)"
_KEY = "medians.n = framed.n and medians.piece = framed.piece and medians.i = framed.i"
_REFERENCES = {
    "threshold": ("null", "$line"),
    "own": ("null", "(select lines.line from lines where lines.n = framed.n)"),
    "previous": ("null", f"lag(y) over {_SAME}"),
    "first": ("null", f"if(i = 1, null, first_value(y) over {_SAME})"),
    "max": (f"max($sign * y) over {_FRAME}", f"$sign * lag(framed) over {_SAME}"),
    "min": (f"min(y) over {_FRAME}", f"lag(framed) over {_SAME}"),
    "min_ever": (
        "null",
        "min(y) over (partition by n, piece order by i rows between unbounded preceding and 1 preceding)",
    ),
    "median": ("null", f"(select medians.y from medians where {_KEY})"),  # noqa: S608 -- names of ours
}  # fmt: skip
_TOLD = {"auto": "told_auto", 1: "told_1", 2: "told_2", 3: "told_3"}
Row = tuple[Any, ...]


@cache
def _text(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text()


def _sql(name: str, **parts: str) -> str:
    """Return a file's SQL with its {parts} filled in; these are texts of ours."""
    sql = _text(name)
    for part, text in parts.items():
        sql = sql.replace(f"{{{part}}}", text)
    return sql


def _run(con: Connection, sql: str, parameters: Mapping[str, Any]) -> Connection:
    """Execute SQL with those of the parameters that it names; DuckDB refuses others."""
    return con.execute(sql, {name: parameters[name] for name in set(re.findall(r"\$(\w+)", sql))})


def _ask(con: Connection, name: str, parameters: Mapping[str, Any] | None = None, **parts: str) -> list[Row]:
    return _run(con, _sql(name, **parts), parameters or {}).fetchall()


@cache
def _seed(name: str) -> tuple[dict[str, str], ...]:
    with (SEEDS / f"{name}.csv").open(newline="") as stream:
        return tuple(csv.DictReader(stream))


def _table(con: Connection, name: str, types: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
    """Make a small temporary table of rows."""
    columns = ", ".join(f"{column} {kind}" for column, kind in types.items())
    con.execute(f"create or replace temp table {name} ({columns})")
    if listed := list(rows):
        values = ", ".join(f"unnest(?::{kind}[])" for kind in types.values())
        con.execute(f"insert into {name} select {values}", [list(column) for column in zip(*listed, strict=True)])


def open_series(con: Connection, decided: Sequence[tuple[str, date]] = ()) -> None:
    """Make the temporary tables looks and all_series; read-only databases allow them too.

    decided: events of the gate that a person released, and when.
    """
    # A platform that sets its own prices for others' machines has a price list, as a first party has.
    markets = ((r["provider"], r["instance_like"]) for r in _seed("marketplaces") if r["priced_by"] != "platform")
    _table(con, "marketplaces", {"provider": "varchar", "instance_like": "varchar"}, markets)
    _table(con, "page_sources", {"source": "varchar"}, ((row["source"],) for row in _seed("page_sources")))
    _table(con, "decided", {"event_id": "varchar", "day": "date"}, decided)
    # The formulas of this version: an older one may have published the file.
    con.execute((MACROS / "hours.sql").read_text().replace("create or replace macro", "create or replace temp macro"))
    for name in ("looks", "all_series"):
        con.execute(f"create or replace temp table {name} as {_text(name)}")


def watch(
    con: Connection,
    scopes: Sequence[Dimensions],
    *,
    since: date | None = None,
    providers: Collection[str] | None = None,
    series: Collection[str] | None = None,
) -> None:
    """Make the temporary tables that the questions read: series, stated, copied, moves. `open_series` comes first.

    scopes: what the rules name; series that none names are left out. since: leave out series of which nothing new can
    be told on or after that day. providers, series: only of these providers, only these ids.
    """
    parameters = Parameters()
    wanted = "(" + (" or ".join(f"({condition(scope, parameters)})" for scope in scopes) or "false") + ")"
    if since is not None:
        _run(con, f"create or replace temp table active as {_sql('active')}", {"since": since})
        wanted += " and series_id in (select series_id from active)"
    for column, names in (("provider", providers), ("series_id", series)):
        if names is not None:
            wanted += f" and {column} in (select unnest({parameters.bind(sorted(names))}::varchar[]))"
    con.execute(f"create or replace temp table series as from all_series where {wanted}", parameters)
    for name in ("stated", "copied", "moves"):
        con.execute(f"create or replace temp table {name} as {_text(name)}")


def providers_of_several_sources(con: Connection) -> set[str]:
    """Return the providers for which more than one source states prices."""
    rows = con.execute("select provider from v1.series group by provider having count(distinct source) > 1").fetchall()
    return {provider for (provider,) in rows}


def narrow(con: Connection, scope: Dimensions) -> None:
    """Choose the series that the next question is about."""
    parameters = Parameters()
    where = condition(scope, parameters)
    con.execute(f"create or replace temp table scoped as select n from series where {where}", parameters)  # noqa: S608


EVER = date(1970, 1, 1)


def notified(con: Connection, sign: int, log_distance: float, confirm: Any, since: date = EVER) -> list[Row]:
    """Return (n, piece, i, y, told_on, once_on, peak, rest, before): moves possibly far enough."""
    return _ask(con, "notified", {"sign": sign, "d": log_distance, "since": since}, told=_TOLD[confirm])


def crossings(
    con: Connection,
    reference: str,
    sign: int,
    log_distance: float,
    log_hysteresis: float,
    confirm: Any,
    *,
    line: float = 0,
    days: int = 30,
    history: int = 0,
    since: date = EVER,
) -> list[Row]:
    """Return (n, piece, i, y, told_on, once_on, ref, is_back): prices beyond a line.

    reference: threshold (`line`), own (each series', by `draw_lines`), previous, first, max or min (of so many `days`),
    min_ever, median (of thirty days).
    """
    given = {
        "sign": sign, "d": log_distance, "h": log_hysteresis, "line": line, "days": days, "history": history,
        "since": since,
    }  # fmt: skip
    if reference == "median":
        _run(con, f"create or replace temp table medians as {_sql('medians')}", given)
    frame, ref = _REFERENCES[reference]
    return _ask(con, "crossings", given, told=_TOLD[confirm], frame=frame, reference=ref)


def draw_lines(
    con: Connection, model: str, workload: str, method: str, precisions: Sequence[str], most: float
) -> dict[int, float]:
    """Draw each series' own line where a million tokens cost `most` USD; returns n -> their cost at one USD an hour."""
    given = {
        "model": model,
        "workload": workload,
        "method": method,
        "precisions": [p.lower() for p in precisions],
        "most": most,
    }
    _run(con, f"create or replace temp table lines as {_sql('token_lines')}", given)
    return dict(con.execute("select n, usd_per_m_tokens_at_1 from lines").fetchall())


def moved(con: Connection, confirm: Any, since: date = EVER) -> list[Row]:
    """Return (n, piece, i, y, told_on, once_on): prices of series that may fire since a day."""
    return con.execute(
        f"select n, piece, i, y, {_TOLD[confirm]} as told_on, told_1 from moves "  # noqa: S608 -- columns of ours
        "where n in (select n from scoped) "
        "qualify max(greatest(told_on, told_1)) over (partition by n, piece) >= $since "
        "and count(*) over (partition by n, piece) > 1 order by n, piece, i",
        {"since": since},
    ).fetchall()


def offers(con: Connection, is_gone: bool, confirm: Any) -> list[Row]:
    """Return (n, piece, i, day, told_on): offers that a source began or stopped listing."""
    return _ask(con, "offers", {"is_gone": is_gone}, told=_TOLD[confirm])


def list_cuts(con: Connection, pct: float) -> dict[tuple[str, str, str, str, date], tuple[int, int]]:
    """Return (provider, source, pricing_model, price_scope, day) -> (prices that fell so far, prices listed)."""
    return {tuple(row[:5]): row[5:] for row in _ask(con, "list_cuts", {"pct": pct})}


def availability(con: Connection, is_sold_out: bool, min_gap: int, confirm: Any) -> list[Row]:
    """Return (n, piece, i, day, told_on, before, now): offers that sold out or are available again."""
    return _ask(con, "availability", {"is_sold_out": is_sold_out, "min_gap": min_gap}, told=_TOLD[confirm])


def cheapest(con: Connection, scope: Dimensions, group: Sequence[str], as_of: date) -> list[Row]:
    """Return (grp, day, provider, usd, series_id, valid_from): each provider's lowest price, day by day.

    It reads all that is published of the scope, whatever `watch` left out.
    """
    dimensions = ", ".join(f"coalesce(scoped.{GROUPS[name]}, '')" for name in group)
    parameters = Parameters(as_of=as_of)
    where = condition(scope, parameters)
    return _ask(con, "cheapest", parameters, group=dimensions, scope=where)


def keys_of(con: Connection, prices: Sequence[tuple[str, date]]) -> dict[tuple[str, date], tuple[int, int, int]]:
    """Return (series_id, first day in force) -> (n, piece, i) of prices in `moves`."""
    _table(con, "asked", {"series_id": "varchar", "day": "date"}, prices)
    rows = con.execute(
        "select series.series_id, moves.day, moves.n, moves.piece, moves.i from moves join series using (n) "
        "join asked on asked.series_id = series.series_id and asked.day = moves.day order by moves.i"
    ).fetchall()
    return {row[:2]: row[2:] for row in rows}


GROUPS = {
    "gpu": "gpu", "gpu_memory_gb": "gpu_memory_gb::varchar", "form_factor": "form_factor",
    "pricing_model": "pricing_model", "term_months": "term_months::varchar", "region": "coalesce(region, '')",
}  # fmt: skip


def indices(con: Connection, days: int, pct: float) -> list[Row]:
    """Return (index_id, gpu, gpu_memory_gb, pricing_model, day, old, new): days of such moves."""
    return _ask(con, "indices", {"days": days, "pct": pct})


API_PRICE = (
    "change_id", "changed_on", "known_on", "host", "hosted_model", "model", "model_key", "kind", "above_tokens",
    "hours_utc", "old", "new", "pct", "quality", "source", "source_url", "sha256", "text", "next_day",
)  # fmt: skip


def api_prices(con: Connection) -> list[dict[str, Any]]:
    """Return drops of hosts' list prices per token, oldest first, by API_PRICE's columns."""
    return [dict(zip(API_PRICE, row, strict=True)) for row in _ask(con, "api_prices")]


def tries(con: Connection) -> list[Row]:
    """Return (provider, source, last_good_on, days, details, until_on, newest_on): a source's failures."""
    _table(
        con,
        "own_sources",
        {"provider": "varchar", "source": "varchar"},
        ((r["provider"], r["source"]) for r in _seed("source_ranks")),
    )
    return _ask(con, "tries")


HELD = (
    "event_id", "series_id", "date", "old", "new", "class", "reason", "provider", "source", "instance", "gpu",
    "gpu_memory_gb", "form_factor", "gpu_count", "region", "zone", "pricing_model", "term_months", "source_url",
    "sha256",
)  # fmt: skip


def quarantined(con: Connection) -> list[dict[str, Any]]:
    """Return quarantined prices, by HELD's columns."""
    return [dict(zip(HELD, row, strict=True)) for row in _ask(con, "quarantined")]


def built(con: Connection) -> tuple[datetime, date]:
    """Return when the database was built, and the day that "now" means in it."""
    when, newest, follows_clock = con.execute("select built_at, newest_on, follows_clock from v1.meta").fetchall()[0]
    return when, when.date() if follows_clock or newest is None else newest


MOVE = (
    "n", "piece", "i", "series_id", "trigger_id", "day", "seen_on", "next_day", "usd", "value", "currency", "quality",
    "availability", "prev_usd", "prev_value", "provider", "source", "instance", "gpu", "gpu_memory_gb", "form_factor",
    "gpu_count", "region", "zone", "pricing_model", "term_months", "upfront", "market", "is_page", "price_scope",
)  # fmt: skip


def described(con: Connection, keys: Sequence[tuple[int, int, int]]) -> dict[tuple[int, int, int], dict[str, Any]]:
    """Return (n, piece, i) -> MOVE: the price, the one before it, and the dimensions of its series."""
    if not keys:
        return {}
    ns, pieces, numbers = (list(column) for column in zip(*keys, strict=True))
    rows = _ask(con, "described", {"ns": ns, "pieces": pieces, "is": numbers})
    return {row[:3]: dict(zip(MOVE, row, strict=True)) for row in rows}


CONTEXT = (
    "event_id", "price", "currency", "price_unit", "availability", "effective_from", "source_url", "sha256", "text",
    "observed_at", "quality", "parser_version", "median_30d", "recent", "lowest_since", "n_days", "rank_now",
    "rank_before", "n_providers",
)  # fmt: skip


def context(con: Connection, asked: Sequence[tuple[str, str, date, float]]) -> dict[str, dict[str, Any]]:
    """Return CONTEXT by event for (event, series_id, day, USD per GPU-hour): receipt, rank, median and past."""
    _table(con, "asked", {"event_id": "varchar", "series_id": "varchar", "day": "date", "usd": "double"}, asked)
    return {row[0]: dict(zip(CONTEXT, row, strict=True)) for row in _ask(con, "context")} if asked else {}


def log_of(percent: float) -> float:
    """Return how far a price moves on the logarithmic scale when it changes by so many percent."""
    return math.log1p(percent / 100)

"""`gpuhour quarantine`: list quarantined and flagged prices, show one event, release or reject it."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Annotated, Any, Literal

from cyclopts import App, Parameter

from pipelines import settings
from pipelines.cli.console import OK, login_name, published_database, say
from pipelines.cli.detail_view import detail_text
from pipelines.cli.options import FormatOption, HomeOption, JsonOption, output_format
from pipelines.cli.table_output import show
from pipelines.errors import CommandError, UsageError
from pipelines.queries.filters import ALL, PriceFilter
from pipelines.queries.quality_events import (
    EVENT_COLUMNS,
    HOSTED_COLUMNS,
    EventFilter,
    event,
    events,
    every,
    hosted_faults,
)
from warehouse.storage.state_dir import Home

Note = Annotated[str, Parameter(help="Why; kept with your login name.")]
Verdict = Literal["released", "rejected"]
log = logging.getLogger("gpuhour.quarantine")

app = App(
    name="quarantine", help="Prices that the gate holds or flags, and your verdict.", result_action="return_value"
)


@app.command(name="list")
def list_(
    gpu: str | None = None,
    /,
    *,
    wanted: PriceFilter = ALL,
    status: Annotated[Literal["held", "released", "rejected"] | None, Parameter(help="Only this status.")] = None,
    verdict: Annotated[Literal["quarantine", "flag"] | None, Parameter(help="Only this verdict.")] = None,
    of_class: Annotated[
        str | None, Parameter(name="--class", help="Only this class of fault, e.g. zero_price.")
    ] = None,
    style: FormatOption = "table",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """List every price or range that was quarantined or flagged, released ones too, newest first.

    Parameters
    ----------
    gpu
        GPU name: A100, "A100 80GB".
    """
    from pipelines.queries.unmatched import refuse_unknown

    with published_database(home) as con:
        wanted = replace(wanted, gpu=gpu)
        rows = events(con, wanted, EventFilter(verdict, status, of_class))
        if not rows:
            refuse_unknown(con, wanted)
    if output_format(style, as_json) != "table":
        show(EVENT_COLUMNS, rows, output_format(style, as_json))
        return OK
    _show_table(rows)
    say("gpuhour quarantine show EVENT explains an event" if rows else "nothing is held or flagged")
    return OK


def _show_table(rows: Sequence[tuple[Any, ...]]) -> None:
    """Print the columns that fit a terminal; ten characters of an id distinguish a million events."""
    width = shutil.get_terminal_size((120, 24)).columns
    rows_by_column = [dict(zip(EVENT_COLUMNS, row, strict=True)) for row in rows]
    for e in rows_by_column:
        e["event"] = e["event_id"][:10]
        e["state"] = "flag" if e["verdict"] == "flag" and e["status"] != "rejected" else e["status"]
        e["what"] = " ".join(e[k] for k in ("provider", "instance", "region") if e[k])
    keep = ["event", "date", "state", "class", "price"]
    keep += ["last_good", "pricing_model", "provider", "instance", "region"] if width >= 110 else ["what"]
    show(keep, [tuple(e[column] for column in keep) for e in rows_by_column], "table", width)


@app.command
def api(
    *,
    status: Annotated[Literal["held", "released", "rejected"] | None, Parameter(help="Only this status.")] = "held",
    rule: Annotated[str | None, Parameter(help="Only this rule, e.g. token_limit.")] = None,
    style: FormatOption = "table",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """List the prices of hosted APIs that the gate holds, newest first; show, release and reject take their ids too."""
    with published_database(home) as con:
        rows = hosted_faults(con, status, rule)
    if output_format(style, as_json) != "table":
        show(HOSTED_COLUMNS, rows, output_format(style, as_json))
        return OK
    width = shutil.get_terminal_size((120, 24)).columns
    show(HOSTED_COLUMNS[:9], [(row[0][:10], *row[1:9]) for row in rows], "table", width)
    return OK


@app.command(name="show")
def show_(event_id: str, /, *, as_json: JsonOption = False, home: HomeOption = None) -> int:
    """Show one event: the stated price, the reason, the last good price, the receipt, and all decisions on it.

    Parameters
    ----------
    event_id
        The event's id, or a prefix of it that is unique.
    """
    from pipelines.queries.archived_page import find_archived_page

    state = settings.home(home)
    with published_database(home) as con:
        about = event(con, event_id)
    day = about["date"].date() if isinstance(about["date"], datetime) else about["date"]
    about["archived_page"] = asdict(
        find_archived_page(state, about["provider"], about["sha256"] or "", about["source_url"] or "", day)
    )
    about["decisions"] = _decisions(state, about["event_id"])
    if as_json:
        show(list(about), [tuple(about.values())], "json")
    else:
        print(detail_text(about), end="")
    return OK


def _decisions(home: Home, event_id: str) -> list[dict[str, Any]]:
    """Return people's decisions on an event, oldest first."""
    from warehouse.storage.ledger import LedgerError, decisions

    try:
        return [asdict(d) for d in decisions(home) if d.event_id == event_id]
    except LedgerError as broken:
        say(str(broken))
        return []


@app.command
def release(event_id: str, /, *more: str, note: Note = "", home: HomeOption = None) -> int:
    """Release quarantined prices: they count from the day they were observed. A later `reject` reverses it.

    Parameters
    ----------
    event_id
        The event's id, or a prefix of it that is unique.
    more
        More events.
    """
    return _decide([event_id, *more], "released", note, home)


@app.command
def reject(event_id: str, /, *more: str, note: Note = "", home: HomeOption = None) -> int:
    """Reject prices for good: they never count, whatever confirms them. A later `release` reverses it.

    Parameters
    ----------
    event_id
        The event's id, or a prefix of it that is unique.
    more
        More events.
    """
    return _decide([event_id, *more], "rejected", note, home)


def _decide(prefixes: list[str], verdict: Verdict, note: str, flag: HomeOption) -> int:
    """Record a verdict on all events or none: every id is looked up before anything is recorded."""
    from pipelines.cli.progress import show_progress
    from warehouse.storage.ledger import LedgerError, decide

    home = settings.home(flag)
    with published_database(flag) as con:
        ids = [_decidable(event(con, prefix)) for prefix in prefixes]
    try:
        decide(home, ids, verdict, login_name(), note)
    except LedgerError as failed:
        raise CommandError(str(failed)) from failed
    with show_progress():
        _publish(home)
    with published_database(flag) as con:
        for one in ids:
            _report_status(con, one, verdict)
    return OK


def _decidable(about: dict[str, Any]) -> str:
    if about["series_id"] is None:
        raise UsageError(
            f"{about['event_id']} is about a whole source ({about['reason']}), not about a price to release or reject"
        )
    return str(about["event_id"])


def _publish(home: Home) -> None:
    """Rebuild with the verdict, which is recorded already: if this fails, the next build applies it."""
    from warehouse.publish.release import build_and_publish

    log.info("recorded; building and publishing")
    try:
        build_and_publish(home)
    except Exception as failed:
        raise CommandError(
            f"your verdict is recorded and counts from the next build; this one failed: {failed}"
        ) from failed


def _report_status(con: Any, event_id: str, verdict: Verdict) -> None:
    """Print an event's published status, which may differ from the verdict."""
    rows = con.execute(
        f"select status, provider, instance, region, date, price from {every(con)} where event_id = ?",  # noqa: S608 -- ours
        [event_id],
    ).fetchall()
    if not rows:
        say(f"{event_id[:10]} is {verdict}; the gate no longer flags it after the rebuild")
        return
    status, *about = rows[0]
    what = " ".join(str(v) for v in about if v not in (None, ""))
    say(f"{event_id[:10]} {what}: {status}" + ("" if status == verdict else f", although your verdict is {verdict}"))

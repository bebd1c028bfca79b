"""Commands on what the gate doubts: list it, look at one event, release or reject it."""

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
from pipelines.cli.detail_view import sheet
from pipelines.cli.options import FormatOption, HomeOption, JsonOption, output_format
from pipelines.cli.table_output import show
from pipelines.errors import CommandError, UsageError
from pipelines.queries.filters import ALL, Filter
from pipelines.queries.quality_events import EVENT_COLUMNS, Kind, event, events
from warehouse.storage.state_dir import Home

Note = Annotated[str, Parameter(help="Why; kept with your login name.")]
Verdict = Literal["released", "rejected"]
log = logging.getLogger("gpuhour.quarantine")

app = App(name="quarantine", help="What the gate holds or flags, and your verdict on it.", result_action="return_value")


@app.command(name="list")
def list_(
    gpu: str | None = None,
    /,
    *,
    wanted: Filter = ALL,
    status: Annotated[Literal["held", "released", "rejected"] | None, Parameter(help="Only these.")] = None,
    verdict: Annotated[Literal["quarantine", "flag"] | None, Parameter(help="Only these.")] = None,
    of_class: Annotated[str | None, Parameter(name="--class", help="Only this class of fault: zero_price ...")] = None,
    style: FormatOption = "table",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """List every price or range that was held or flagged, released ones too, newest first.

    Parameters
    ----------
    gpu
        A GPU as people write it: A100, "A100 80GB".
    """
    with published_database(home) as con:
        rows = events(con, replace(wanted, gpu=gpu), Kind(verdict, status, of_class))
    if output_format(style, as_json) != "table":
        show(EVENT_COLUMNS, rows, output_format(style, as_json))
        return OK
    _show_table(rows)
    say("gpuhour quarantine show EVENT says why" if rows else "nothing is held or flagged")
    return OK


def _show_table(rows: Sequence[tuple[Any, ...]]) -> None:
    """What a terminal has room for; ten characters of an id tell a million events apart."""
    width = shutil.get_terminal_size((120, 24)).columns
    found = [dict(zip(EVENT_COLUMNS, row, strict=True)) for row in rows]
    for e in found:
        e["event"] = e["event_id"][:10]
        e["state"] = "flag" if e["verdict"] == "flag" and e["status"] != "rejected" else e["status"]
        e["what"] = " ".join(e[k] for k in ("provider", "instance", "region") if e[k])
    keep = ["event", "date", "state", "class", "price"]
    keep += ["last_good", "pricing_model", "provider", "instance", "region"] if width >= 110 else ["what"]
    show(keep, [tuple(e[column] for column in keep) for e in found], "table", width)


@app.command(name="show")
def show_(event_id: str, /, *, as_json: JsonOption = False, home: HomeOption = None) -> int:
    """Show one event: what was stated, why it is held, the last good price, the receipt, and who decided what.

    Parameters
    ----------
    event_id
        The event, or as much of its id as makes it the only one.
    """
    from pipelines.queries.archived_page import kept

    state = settings.home(home)
    with published_database(home) as con:
        about = event(con, event_id)
    day = about["date"].date() if isinstance(about["date"], datetime) else about["date"]
    about["archived_page"] = asdict(
        kept(state, about["provider"], about["sha256"] or "", about["source_url"] or "", day)
    )
    about["decisions"] = _decisions(state, about["event_id"])
    if as_json:
        show(list(about), [tuple(about.values())], "json")
    else:
        print(sheet(about), end="")
    return OK


def _decisions(home: Home, event_id: str) -> list[dict[str, Any]]:
    """What people said of an event, in the order they said it."""
    from warehouse.storage.ledger import LedgerError, decisions

    try:
        return [asdict(d) for d in decisions(home) if d.event_id == event_id]
    except LedgerError as broken:
        say(str(broken))
        return []


@app.command
def release(event_id: str, /, *more: str, note: Note = "", home: HomeOption = None) -> int:
    """Release held prices: they count from the day they were observed. A later `reject` takes it back.

    Parameters
    ----------
    event_id
        The event, or as much of its id as makes it the only one.
    more
        Further events.
    """
    return _decide([event_id, *more], "released", note, home)


@app.command
def reject(event_id: str, /, *more: str, note: Note = "", home: HomeOption = None) -> int:
    """Reject prices for good: they never count, whatever confirms them. A later `release` takes it back.

    Parameters
    ----------
    event_id
        The event, or as much of its id as makes it the only one.
    more
        Further events.
    """
    return _decide([event_id, *more], "rejected", note, home)


def _decide(prefixes: list[str], verdict: Verdict, note: str, flag: HomeOption) -> int:
    """All of them or none: every id is looked up before anything is recorded."""
    from pipelines.cli.progress import shown
    from warehouse.storage.ledger import LedgerError, decide

    home = settings.home(flag)
    with published_database(flag) as con:
        ids = [_decidable(event(con, prefix)) for prefix in prefixes]
    try:
        decide(home, ids, verdict, login_name(), note)
    except LedgerError as failed:
        raise CommandError(str(failed)) from failed
    with shown():
        _publish(home)
    with published_database(flag) as con:
        for one in ids:
            _tell(con, one, verdict)
    return OK


def _decidable(about: dict[str, Any]) -> str:
    if about["series_id"] is None:
        raise UsageError(
            f"{about['event_id']} is about a whole source ({about['reason']}): there is no price to decide on"
        )
    return str(about["event_id"])


def _publish(home: Home) -> None:
    """Rebuild with the verdict in it. It is recorded already: whatever fails here, the next build has it."""
    from warehouse.publish.release import build_and_publish

    log.info("recorded; building and publishing")
    try:
        build_and_publish(home)
    except Exception as failed:
        raise CommandError(
            f"your verdict is recorded and counts from the next build; this one failed: {failed}"
        ) from failed


def _tell(con: Any, event_id: str, verdict: Verdict) -> None:
    """What became of an event, as published: a build that left it otherwise must not pass for success."""
    found = con.execute(
        "select status, provider, instance, region, date, price from v1.quality_events where event_id = ?", [event_id]
    ).fetchall()
    if not found:
        say(f"{event_id[:10]} is {verdict}; the rebuilt database no longer doubts it")
        return
    status, *about = found[0]
    what = " ".join(str(v) for v in about if v not in (None, ""))
    say(f"{event_id[:10]} {what}: {status}" + ("" if status == verdict else f", although you said {verdict}"))

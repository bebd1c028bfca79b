"""Commands on alerts: which rules there are, what they would have told, what waits, silence, and trying it out."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from pipelines import settings
from pipelines.cli.console import OK, PARTIAL, login_name, published_database, say
from pipelines.cli.options import FormatOption, HomeOption, JsonOption, output_format
from pipelines.cli.table_output import show
from pipelines.errors import CommandError, UsageError

app = App(
    name="alerts", help="Be told when a price changes: rules, back-test, deliveries.", result_action="return_value"
)

RULE_COLUMNS = ("id", "kind", "asks", "where", "to", "state", "seen_at")
OUTBOX_COLUMNS = ("message_id", "channel", "state", "composed_at", "attempts", "next_at", "events", "subject", "error")
Rules = Annotated[Path | None, Parameter(name="--rules", help="Another file of rules than alerts.yaml.")]


def _book(home: Path | None, rules: Path | None) -> Any:
    from pipelines.alerts.config import loader

    try:
        return loader.book(rules or loader.path_of(settings.home(home)))
    except loader.BadRules as wrong:
        raise UsageError(str(wrong)) from wrong


def _one(book: Any, rule: str) -> Any:
    found = next((r for r in book.rules if r.id == rule), None)
    if found is None:
        raise UsageError(f"no rule {rule!r}; there are {', '.join(r.id for r in book.rules)}")
    return found


@app.command(name="list")
def list_(
    *, rules: Rules = None, style: FormatOption = "table", as_json: JsonOption = False, home: HomeOption = None
) -> int:
    """List the rules in force: what each asks for, where it tells, and whether it is silenced."""
    from warehouse.storage import alert_outbox

    book, state, now = _book(home, rules), settings.home(home), datetime.now(UTC)
    seen = alert_outbox.sightings(state)
    muted = {s.rule_id: s.until for s in alert_outbox.silences(state) if s.until > now}
    rows = []
    for rule in book.rules:
        said = rule.model_dump(mode="json", exclude_defaults=True)
        where = said.pop("where", {})
        asks = {k: v for k, v in said.items() if k not in ("id", "kind", "to", "on_first_run")}
        known = seen.get(rule.id)
        is_armed = known is not None and known.definition == rule.definition()
        verdict = (
            f"muted until {muted[rule.id]:%Y-%m-%d %H:%M}" if rule.id in muted else "in force" if is_armed else "new"
        )
        rows.append((
            rule.id, rule.kind, _words(asks), _words(where), ", ".join(book.channels_of(rule)), verdict,
            known.seen_at if known else None,
        ))  # fmt: skip
    show(RULE_COLUMNS, rows, output_format(style, as_json))
    return OK


def _words(said: dict[str, Any]) -> str:
    return " ".join(f"{k}={'|'.join(map(str, v)) if isinstance(v, (list, tuple)) else v}" for k, v in said.items())


@app.command
def preview(
    *,
    since: Annotated[date | None, Parameter(help="First day (UTC) on which a new price was seen.")] = None,
    until: Annotated[date | None, Parameter(help="Last such day.")] = None,
    rule: Annotated[str | None, Parameter(help="Only this rule (default: all of the file).")] = None,
    rules: Rules = None,
    style: FormatOption = "table",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """List what the rules would have told, when and why: state is built from the start of history. Sends nothing."""
    from pipelines.alerts import record_events
    from pipelines.alerts.backtest import backtest
    from pipelines.alerts.event import PREVIEW

    book, state = _book(home, rules), settings.home(home)
    wanted = [_one(book, rule)] if rule else book.rules
    with published_database(home) as con:
        events = backtest(con, book, wanted, record_events.decided(state), since, until, datetime.now(UTC))
    rows = [e.row() for e in events]
    if output_format(style, as_json) == "table":
        for row in rows:
            row["pct"] = None if row["pct"] is None else f"{row['pct']:+.1f}%"
            row["event_id"] = row["event_id"][:10]
    show(PREVIEW, [tuple(row.values()) for row in rows], output_format(style, as_json))
    told = sum(e.same_as is None for e in events)
    say(f"{told} events would have been told, {len(events) - told} more were the same from another source")
    return OK


@app.command
def test(
    *,
    channel: Annotated[str | None, Parameter(help="Only this channel (default: all of the file).")] = None,
    rules: Rules = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Send a message that is clearly marked as a test. Exits 3 when a channel did not take it."""
    from pipelines.alerts.delivery import channels, message, sample_event

    book = _book(home, rules)
    if channel and channel not in book.channels:
        raise UsageError(f"no channel {channel!r}; there are {', '.join(book.channels)}")
    rows = []
    for name in [channel] if channel else book.channels:
        now = datetime.now(UTC)
        said = message.content(name, [message.payload(sample_event.event(now))], now, is_test=True)
        done = channels.send(book.channels[name], said, settings.home(home).root)
        rows.append((name, book.channels[name].type, "sent" if done.is_sent else "failed", done.error))
    show(("channel", "type", "outcome", "error"), rows, output_format("table", as_json))
    return OK if all(row[2] == "sent" for row in rows) else PARTIAL


@app.command
def explain(event: str, /, *, rules: Rules = None, as_json: JsonOption = False, home: HomeOption = None) -> int:
    """Explain an event: the rule, the price and its receipt, and what was sent where and when.

    Parameters
    ----------
    event
        The event, or as much of its id as makes it the only one.
    """
    from pipelines.alerts.explanation import explained
    from pipelines.cli.detail_view import sheet

    book, state = _book(home, rules), settings.home(home)
    with published_database(home) as con:
        about = explained(con, book, state, event, datetime.now(UTC))
    if as_json:
        show(list(about), [tuple(about.values())], "json")
    else:
        print(sheet(about), end="")
    return OK


@app.command
def silence(
    rule: str,
    /,
    *,
    until: Annotated[str, Parameter(help="A day or time (UTC where it says no zone); `now` ends a silence.")],
    rules: Rules = None,
    home: HomeOption = None,
) -> int:
    """Tell nothing of a rule until then. What happens meanwhile is recorded as muted and not told later.

    Parameters
    ----------
    rule
        The rule's id.
    """
    from warehouse.storage import alert_outbox
    from warehouse.storage.ledger import LedgerError

    book, now = _book(home, rules), datetime.now(UTC)
    _one(book, rule)
    moment = now if until == "now" else _moment(until)
    try:
        alert_outbox.silence(settings.home(home), rule, moment, login_name(), now)
    except LedgerError as failed:
        raise CommandError(str(failed)) from failed
    say(f"{rule} is told again" if moment <= now else f"{rule} is silent until {moment:%Y-%m-%d %H:%M} UTC")
    return OK


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise UsageError(f"not a day or time: {text!r}; try 2026-12-01 or 2026-12-01T08:00+01:00") from wrong
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


@app.command
def outbox(
    *,
    everything: Annotated[bool, Parameter(name="--all", negative="", help="What was sent, too.")] = False,
    style: FormatOption = "table",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """List what waits: events before their channel's hour, messages that failed, and dead letters."""
    import json

    from warehouse.storage import alert_outbox

    state = settings.home(home)
    rows: list[tuple[Any, ...]] = [
        ("", w.channel, "waiting", None, 0, w.due_at, 1, _subject(json.loads(w.event)), "")
        for w in alert_outbox.waiting(state)
    ]
    for m in alert_outbox.messages(state):
        if everything or m.outcome != "sent":
            subject = json.loads(m.content)["subject"]
            rows.append(
                (
                    m.message_id,
                    m.channel,
                    m.outcome,
                    m.composed_at,
                    m.attempts,
                    m.next_at,
                    len(m.event_ids),
                    subject,
                    m.error,
                )
            )
    show(OUTBOX_COLUMNS, rows, output_format(style, as_json))
    if not rows:
        say("nothing waits")
    return OK


def _subject(event: dict[str, Any]) -> str:
    return f"{event['rule']}: {event['provider'] or event['subject']} {event['gpu'] or ''} {event['date']}"


@app.command
def retry(
    *,
    dead: Annotated[bool, Parameter(negative="", help="Dead letters, too.")] = False,
    rules: Rules = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Send now what is due or failed, and look whether builds still succeed. Exits 3 when something still failed."""
    from pipelines.alerts import record_events
    from pipelines.alerts.config.schema import DeadMan
    from pipelines.alerts.delivery import dispatcher
    from warehouse.storage.ledger import LedgerError

    book, state, now = _book(home, rules), settings.home(home), datetime.now(UTC)
    try:
        if state.published.exists():  # cron may be all there is to watch the clock
            record_events.run(state, book, now, only=[DeadMan])
        if dead:
            dispatcher.revive(state, now)
        done = dispatcher.deliver(state, book, now, is_forced=True)
    except LedgerError as failed:
        raise CommandError(str(failed)) from failed
    rows = [("sent", len(done.sent)), ("failed", len(done.failed)), ("dead", len(done.dead))]
    show(("outcome", "messages"), rows, output_format("table", as_json))
    return PARTIAL if done.failed or done.dead else OK

"""`gpuhour alerts`: rules, back-test, outbox, muting, and test messages."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from pipelines import settings
from pipelines.cli.console import OK, PARTIAL, login_name, published_database, say
from pipelines.cli.options import DayOption, FormatOption, HomeOption, JsonOption, output_format
from pipelines.cli.table_output import show
from pipelines.errors import CommandError, UsageError
from pipelines.queries.percent import change_pct, pct_text

app = App(
    name="alerts", help="Notifications about price changes: rules, back-test, deliveries.", result_action="return_value"
)

RULE_COLUMNS = ("id", "kind", "asks", "where", "to", "state", "seen_at", "not_sent")
# Of an event, what a narrow terminal shows first.
_RANK = ("date", "provider", "gpu", "old_usd_per_gpu_hour", "new_usd_per_gpu_hour", "pct", "instance", "region", "kind",
         "not_sent", "rule", "pricing_model", "reason")  # fmt: skip
OUTBOX_COLUMNS = ("message_id", "channel", "state", "composed_at", "attempts", "next_at", "events", "subject", "error")
Rules = Annotated[Path | None, Parameter(name="--rules", help="File of rules to use instead of alerts.yaml.")]


def _config(home: Path | None, rules: Path | None) -> Any:
    from pipelines.alerts.config import loader

    try:
        return loader.load(rules or loader.config_path(settings.home(home)))
    except loader.InvalidConfig as wrong:
        raise UsageError(str(wrong)) from wrong


def _rule(config: Any, rule: str) -> Any:
    match = next((r for r in config.rules if r.id == rule), None)
    if match is None:
        raise UsageError(f"no rule {rule!r}; rules: {', '.join(r.id for r in config.rules)}")
    return match


@app.command(name="list")
def list_(
    *, rules: Rules = None, style: FormatOption = "table", as_json: JsonOption = False, home: HomeOption = None
) -> int:
    """List the rules in force: conditions, channels, whether they are muted, and what was not sent while new."""
    from warehouse.storage import alert_outbox

    config, state, now = _config(home, rules), settings.home(home), datetime.now(UTC)
    checkpoints = alert_outbox.checkpoints(state)
    muted = {s.rule_id: s.until for s in alert_outbox.silences(state) if s.until > now}
    absorbed = alert_outbox.absorbed(state)
    rows = []
    for rule in config.rules:
        fields = rule.model_dump(mode="json", exclude_defaults=True)
        where = fields.pop("where", {})
        conditions = {k: v for k, v in fields.items() if k not in ("id", "kind", "to", "on_first_run")}
        checkpoint = checkpoints.get(rule.id)
        is_armed = checkpoint is not None and checkpoint.definition == rule.definition()
        state_text = (
            f"muted until {muted[rule.id]:%Y-%m-%d %H:%M}" if rule.id in muted else "in force" if is_armed else "new"
        )
        rows.append((
            rule.id, rule.kind, _conditions_text(conditions), _conditions_text(where),
            ", ".join(config.channels_of(rule)), state_text, checkpoint.seen_at if checkpoint else None,
            absorbed.get(rule.id) if is_armed else None,
        ))  # fmt: skip
    show(RULE_COLUMNS, rows, output_format(style, as_json))
    return OK


def _conditions_text(fields: dict[str, Any]) -> str:
    return " ".join(f"{k}={'|'.join(map(str, v)) if isinstance(v, (list, tuple)) else v}" for k, v in fields.items())


@app.command
def preview(
    *,
    since: Annotated[DayOption, Parameter(help="First day (UTC) on which the new price was observed.")] = None,
    until: Annotated[DayOption, Parameter(help="Last such day.")] = None,
    rule: Annotated[str | None, Parameter(help="Only this rule (default: all).")] = None,
    rules: Rules = None,
    style: FormatOption = "table",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """List the events that the rules would have sent since the start of history, and why. Sends nothing.

    `not_sent` says why nobody was notified of an event, or will not be by the next build.
    """
    from pipelines.alerts import record_events
    from pipelines.alerts.backtest import backtest
    from pipelines.alerts.event import PREVIEW
    from pipelines.cli.progress import waiting
    from warehouse.alert_queries import market_query
    from warehouse.storage import last_refresh

    config, state = _config(home, rules), settings.home(home)
    selected = [_rule(config, rule)] if rule else config.rules
    with published_database(home) as con:
        now = datetime.now(UTC)
        why_not = record_events.reasons_not_sent(state, selected, market_query.built(con)[1], now)
        decided = record_events.decided(state)
        with waiting("going through the history"):
            events = backtest(con, config, selected, decided, since, until, now, why_not, last_refresh.read(state))
    rows = [e.row() | {"not_sent": e.not_sent or None} for e in events]
    if output_format(style, as_json) == "table":
        rows = [_for_people(row) for row in rows]
    show(
        (*PREVIEW, "not_sent"),
        [tuple(row.values()) for row in rows],
        output_format(style, as_json),
        rank=_RANK,
        wrap="reason",
    )
    why = Counter(e.not_sent for e in events)
    more = "".join(f"; {n} not sent: {reason}" for reason, n in why.items() if reason)
    say(f"{why['']} events would have been sent{more}")
    return OK


@app.command
def add(
    sentence: str,
    /,
    *,
    to: Annotated[
        str | None,
        Parameter(help="A channel of the file (default: console, else the first), a web or Apprise address, or feed."),
    ] = None,
    rule_id: Annotated[str | None, Parameter(name="--id", help="The rule's id (default: from its words).")] = None,
    dry_run: Annotated[bool, Parameter(negative="", help="Show the rule and its last year; save nothing.")] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Add a rule in words, after a look at what it would have sent in the last year.

    Parameters
    ----------
    sentence
        The rule: "A100 drops 5% anywhere in Europe", "8x H100 below $2.50 at Lambda".
    """
    from pipelines.alerts.config import edit, loader
    from pipelines.alerts.config.sentence import NotUnderstood, rule_of
    from pipelines.serialize import document_as_json

    state = settings.home(home)
    try:
        fields = rule_of(sentence)
        present = loader.load(loader.config_path(state))
        address, channel = edit.channel_of(present, to)
        fields = {"id": rule_id or edit.free_id(present, fields), **fields}
        path, text, config = edit.add(state, fields, address, channel)
    except (NotUnderstood, loader.InvalidConfig) as wrong:
        raise UsageError(str(wrong)) from wrong
    events = _last_year(config, fields["id"], home)
    if not dry_run:
        edit.save(state, path, text, address, channel)
    if as_json:
        shown = [e.row() | {"not_sent": e.not_sent or None} for e in events]
        print(document_as_json({"rule": fields | {"to": [channel]}, "file": str(path), "last_year": shown}), end="")
    else:
        print(edit.as_yaml(fields | {"to": [channel]}), end="")
        _show_events(events[-5:])
    say(f"{len(events)} events in the last year of history; " + ("nothing is saved" if dry_run else f"added to {path}"))
    if not dry_run:
        if address and config.channels[channel].type == "webhook":
            say(f"its messages are signed with the key in {state.root / edit.SECRETS / channel}.key: docs/alerts.md")
        say(f"next: gpuhour alerts test --channel {channel} · gpuhour alerts preview --rule {fields['id']}")
    return OK


def _last_year(config: Any, rule_id: str, home: Path | None) -> list[Any]:
    """Return the events that a rule would have had in the last year of the history there is."""
    from pipelines.alerts.backtest import backtest

    with published_database(home) as con:
        newest = con.execute("select coalesce(newest_on, current_date) from v1.meta").fetchall()[0][0]
        selected, now = [_rule(config, rule_id)], datetime.now(UTC)
        return backtest(con, config, selected, [], newest - timedelta(days=365), None, now, lambda _: "")


def _show_events(events: list[Any]) -> None:
    from pipelines.alerts.event import PREVIEW

    if events:
        show(
            PREVIEW, [tuple(_for_people(event.row()).values()) for event in events], "table", rank=_RANK, wrap="reason"
        )


def _for_people(row: dict[str, Any]) -> dict[str, Any]:
    pct = pct_text(change_pct(row["old_usd_per_gpu_hour"], row["new_usd_per_gpu_hour"]))
    return row | {"pct": pct, "event_id": row["event_id"][:10]}


@app.command
def test(
    *,
    channel: Annotated[str | None, Parameter(help="Only this channel (default: all).")] = None,
    rules: Rules = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Send a message that is clearly marked as a test. Exits 3 when a channel did not accept it."""
    from pipelines.alerts.delivery import channels, message, sample_event

    config = _config(home, rules)
    if channel and channel not in config.channels:
        raise UsageError(f"no channel {channel!r}; channels: {', '.join(config.channels)}")
    rows = []
    for name in [channel] if channel else config.channels:
        now = datetime.now(UTC)
        content = message.content(name, [message.payload(sample_event.event(now))], now, is_test=True)
        result = channels.send(config.channels[name], content, settings.home(home).root)
        rows.append((name, config.channels[name].type, "sent" if result.is_sent else "failed", result.error))
    show(("channel", "type", "outcome", "error"), rows, output_format("table", as_json))
    return OK if all(row[2] == "sent" for row in rows) else PARTIAL


@app.command
def explain(event: str, /, *, rules: Rules = None, as_json: JsonOption = False, home: HomeOption = None) -> int:
    """Explain an event: its rule, the price with its receipt, and its messages.

    Parameters
    ----------
    event
        The event's id, or a prefix of it that is unique.
    """
    from pipelines.alerts.explanation import explain_event
    from pipelines.cli.detail_view import detail_text

    config, state = _config(home, rules), settings.home(home)
    with published_database(home) as con:
        about = explain_event(con, config, state, event, datetime.now(UTC))
    if as_json:
        show(list(about), [tuple(about.values())], "json")
    else:
        print(detail_text(about), end="")
    return OK


@app.command
def silence(
    rule: str,
    /,
    *,
    until: Annotated[str, Parameter(help="A day or time (UTC unless it has a zone); `now` unmutes the rule.")],
    rules: Rules = None,
    home: HomeOption = None,
) -> int:
    """Mute a rule until a date. Events in between are recorded but never sent.

    Parameters
    ----------
    rule
        The rule's id.
    """
    from warehouse.storage import alert_outbox
    from warehouse.storage.ledger import LedgerError

    config, now = _config(home, rules), datetime.now(UTC)
    _rule(config, rule)
    moment = now if until == "now" else _moment(until)
    try:
        alert_outbox.silence(settings.home(home), rule, moment, login_name(), now)
    except LedgerError as failed:
        raise CommandError(str(failed)) from failed
    say(f"{rule} is no longer muted" if moment <= now else f"{rule} is muted until {moment:%Y-%m-%d %H:%M} UTC")
    return OK


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise UsageError(f"{text!r} is not a day or time; try 2026-12-01 or 2026-12-01T08:00+01:00") from wrong
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


@app.command
def outbox(
    *,
    everything: Annotated[bool, Parameter(name="--all", negative="", help="Include sent messages.")] = False,
    style: FormatOption = "table",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """List what waits: events before their channel's send window, failed messages and dead letters."""
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
        say("nothing is waiting")
    return OK


def _subject(event: dict[str, Any]) -> str:
    return f"{event['rule']}: {event['provider'] or event['subject']} {event['gpu'] or ''} {event['date']}"


@app.command
def retry(
    *,
    dead: Annotated[bool, Parameter(negative="", help="Include dead letters.")] = False,
    rules: Rules = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Send what is due or failed, and check that builds still succeed. Exits 3 when something still failed."""
    from pipelines.alerts import record_events
    from pipelines.alerts.config.schema import DeadMan
    from pipelines.alerts.delivery import dispatcher
    from warehouse.storage.ledger import LedgerError

    config, state, now = _config(home, rules), settings.home(home), datetime.now(UTC)
    try:
        if state.published.exists():  # cron may be all there is to watch the clock
            record_events.run(state, config, now, only=[DeadMan])
        if dead:
            dispatcher.revive(state, now)
        done = dispatcher.deliver(state, config, now, is_forced=True)
    except LedgerError as failed:
        raise CommandError(str(failed)) from failed
    rows = [("sent", len(done.sent)), ("failed", len(done.failed)), ("dead", len(done.dead))]
    show(("outcome", "messages"), rows, output_format("table", as_json))
    return PARTIAL if done.failed or done.dead else OK

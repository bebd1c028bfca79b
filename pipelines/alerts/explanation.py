"""Everything known about one event: its rule, price, receipt and messages."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from pipelines.alerts import record_events
from pipelines.alerts.config.schema import AlertConfig
from pipelines.alerts.delivery import message
from pipelines.alerts.rules.evaluate import evaluate
from pipelines.errors import UsageError
from warehouse.alert_queries import market_query
from warehouse.storage import alert_outbox, last_refresh
from warehouse.storage.connection import Connection
from warehouse.storage.state_dir import Home


def explain_event(con: Connection, config: AlertConfig, home: Home, prefix: str, now: datetime) -> dict[str, Any]:
    """Return the event whose id starts with a prefix: as derived from the published history, else as recorded.

    Raises UsageError when none or several match.
    """
    released, refreshed_at = record_events.decided(home), last_refresh.read(home)
    events = {e.event_id: e for e in evaluate(con, config.rules, now, released, refreshed_at=refreshed_at)}
    recorded = alert_outbox.recorded_events(home)
    matches = sorted(i for i in {*events, *recorded} if i.startswith(prefix.lower())) if prefix else []
    if len(matches) != 1:
        count = f"{len(matches)} event ids begin" if matches else "no event id begins"
        raise UsageError(f"{count} with {prefix!r}; gpuhour alerts preview shows all ids")
    match = matches[0]
    if match in events:
        event = events[match]
        around = {}
        if event.new is not None and event.about.get("series_id"):
            around = market_query.context(con, [(match, str(event.about["series_id"]), event.date, event.new)]).get(
                match, {}
            )
        fields = json.loads(message.payload(event, around))
    else:
        fields = json.loads(recorded[match].event)
    rule = next((r for r in config.rules if r.id == fields["rule"]), None)
    record = recorded.get(match)
    messages = [m for m in alert_outbox.messages(home) if match in m.event_ids]
    return {
        **{k: v for k, v in fields.items() if k != "about"},
        **{k: v for k, v in fields["about"].items() if k not in fields},
        "is_in_history": match in events,
        "became": record.disposition if record else "not recorded",
        "recorded_at": record and record.recorded_at,
        "rule_says": rule.model_dump(mode="json", exclude_defaults=True) if rule else "no longer in the file",
        "messages": [
            {"message_id": m.message_id, "channel": m.channel, "outcome": m.outcome, "attempts": m.attempts,
             "tried_at": m.tried_at, "error": m.error}
            for m in messages
        ],
    }  # fmt: skip

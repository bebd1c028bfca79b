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
from warehouse.storage import alert_outbox, ledger
from warehouse.storage.connection import Connection
from warehouse.storage.state_dir import Home


def explain_event(con: Connection, config: AlertConfig, home: Home, prefix: str, now: datetime) -> dict[str, Any]:
    """Return the event whose id starts with a prefix: as derived from the published history, else as recorded.

    Raises UsageError when none or several match.
    """
    events = {e.event_id: e for e in evaluate(con, config.rules, now, record_events.decided(home))}
    recorded = {
        row[0]: row[1:]
        for row in ledger.read(home, "select event_id, disposition, event, recorded_at from alert_events")
    }
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
        fields = json.loads(recorded[match][1])
    rule = next((r for r in config.rules if r.id == fields["rule"]), None)
    disposition, _, at = recorded.get(match, ("not recorded", "", None))
    messages = [m for m in alert_outbox.messages(home) if match in m.event_ids]
    return {
        **{k: v for k, v in fields.items() if k != "about"},
        **{k: v for k, v in fields["about"].items() if k not in fields},
        "is_in_history": match in events,
        "became": disposition,
        "recorded_at": at,
        "rule_says": rule.model_dump(mode="json", exclude_defaults=True) if rule else "no longer in the file",
        "messages": [
            {"message_id": m.message_id, "channel": m.channel, "outcome": m.outcome, "attempts": m.attempts,
             "tried_at": m.tried_at, "error": m.error}
            for m in messages
        ],
    }  # fmt: skip

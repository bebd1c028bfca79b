"""Everything that is known of one event: rule, price, receipt, and what became of it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from pipelines.alerts import record_events
from pipelines.alerts.config.schema import Book
from pipelines.alerts.delivery import message
from pipelines.alerts.rules.evaluate import evaluate
from pipelines.errors import UsageError
from warehouse.alert_queries import market_query
from warehouse.storage import alert_outbox, ledger
from warehouse.storage.connection import Connection
from warehouse.storage.state_dir import Home


def explained(con: Connection, book: Book, home: Home, prefix: str, now: datetime) -> dict[str, Any]:
    """The one event whose id begins so: as the published history gives it now, else as it was recorded.

    Raises CommandError (usage) when none or several do.
    """
    events = {e.event_id: e for e in evaluate(con, book.rules, now, record_events.decided(home))}
    recorded = {
        row[0]: row[1:]
        for row in ledger.read(home, "select event_id, disposition, event, recorded_at from alert_events")
    }
    found = sorted(i for i in {*events, *recorded} if i.startswith(prefix.lower())) if prefix else []
    if len(found) != 1:
        said = "no event begins" if not found else f"{len(found)} events begin"
        raise UsageError(f"{said} with {prefix!r}; gpuhour alerts preview shows their ids")
    one = found[0]
    if one in events:
        event = events[one]
        around = {}
        if event.new is not None and event.about.get("series_id"):
            around = market_query.context(con, [(one, str(event.about["series_id"]), event.date, event.new)]).get(
                one, {}
            )
        said = json.loads(message.payload(event, around))
    else:
        said = json.loads(recorded[one][1])
    rule = next((r for r in book.rules if r.id == said["rule"]), None)
    disposition, _, at = recorded.get(one, ("not recorded", "", None))
    letters = [m for m in alert_outbox.messages(home) if one in m.event_ids]
    return {
        **{k: v for k, v in said.items() if k != "about"},
        **{k: v for k, v in said["about"].items() if k not in said},
        "is_in_history": one in events,
        "became": disposition,
        "recorded_at": at,
        "rule_says": rule.model_dump(mode="json", exclude_defaults=True) if rule else "no longer in the file",
        "messages": [
            {"message_id": m.message_id, "channel": m.channel, "outcome": m.outcome, "attempts": m.attempts,
             "tried_at": m.tried_at, "error": m.error}
            for m in letters
        ],
    }  # fmt: skip

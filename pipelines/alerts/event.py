"""An alert event: one rule, one subject, one published change; its id is the same whenever it is derived."""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import dataclass, field
from typing import Any

# The columns of `alerts preview`, in order.
PREVIEW = (
    "date", "told_on", "provider", "gpu", "gpu_memory_gb", "form_factor", "pricing_model", "term_months", "region",
    "instance", "old_usd_per_gpu_hour", "new_usd_per_gpu_hour", "pct", "rule", "kind", "confirmations", "held",
    "same_as", "event_id", "reason",
)  # fmt: skip


def event_id(rule: str, subject: str, kind: str, trigger: str) -> str:
    """Return the permanent id of an event: a hash of rule, subject, kind and triggering change."""
    return hashlib.sha256("\x1f".join((rule, subject, kind, trigger)).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a rule. Prices: USD per GPU-hour, except where `unit` says otherwise."""

    event_id: str
    rule: str
    kind: str
    subject: str  # series_id, or the name of a provider, group, index or source
    date: datetime.date  # UTC day on which the new price was first observed
    told_on: datetime.date  # UTC day on which it is confirmed and can be notified
    old: float | None
    new: float | None
    pct: float | None
    reason: str
    confirmations: int = 1
    held: bool = False  # the gate quarantined the price until then
    same_as: str | None = None  # the event of another source for the same change; this one is not delivered
    not_sent: str = ""  # in a back-test: why nobody was or will be notified of it
    unit: str = "USD per GPU-hour"
    about: dict[str, Any] = field(default_factory=dict)  # dimensions of the series, and its price now

    def row(self) -> dict[str, Any]:
        """Return the event as `alerts preview` prints it."""
        own = {
            "date": self.date, "told_on": self.told_on, "old_usd_per_gpu_hour": self.old,
            "new_usd_per_gpu_hour": self.new, "pct": self.pct, "rule": self.rule, "kind": self.kind,
            "confirmations": self.confirmations, "held": self.held, "same_as": self.same_as, "event_id": self.event_id,
            "reason": self.reason,
        }  # fmt: skip
        return {column: own[column] if column in own else self.about.get(column) for column in PREVIEW}

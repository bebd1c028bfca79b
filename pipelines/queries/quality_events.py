"""What the commands on quarantine ask of the published database: selections from v1.quality_events."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from pipelines.errors import UsageError
from pipelines.queries.current_prices import conditions
from pipelines.queries.filters import ALL, Filter
from warehouse.storage.connection import Connection

EVENT_COLUMNS = (
    "provider", "source", "instance", "region", "gpu", "pricing_model", "date", "date_to", "verdict", "status", "rule",
    "class", "reason", "price", "last_good", "event_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kind:
    """Which sort of events to keep; None keeps all."""

    verdict: Literal["quarantine", "flag"] | None = None
    status: Literal["held", "released", "rejected"] | None = None
    of_class: str | None = None


def events(con: Connection, wanted: Filter = ALL, kind: Kind | None = None) -> list[tuple[Any, ...]]:
    """Rows of EVENT_COLUMNS, newest first: every row or range ever held or flagged, released ones too."""
    kind = kind or Kind()
    where, values = conditions(replace(wanted, gpu=None))
    if wanted.gpu:
        # Events know the model alone; their series knows memory and form factor.
        of_gpu, more = conditions(Filter(gpu=wanted.gpu))
        where, values = f"{where} and series_id in (select series_id from v1.series where {of_gpu})", values + more  # noqa: S608
    for column, value in (("verdict", kind.verdict), ("status", kind.status), ("class", kind.of_class)):
        if value is not None:
            where, values = f"{where} and {column} = ?", [*values, value]
    columns = ", ".join(EVENT_COLUMNS)
    return con.execute(
        f"select {columns} from v1.quality_events where {where} "  # noqa: S608 -- columns and conditions of ours
        "order by date desc, provider, instance, region, pricing_model, event_id",
        values,
    ).fetchall()


def event(con: Connection, prefix: str) -> dict[str, Any]:
    """The one event whose id begins so, by column: all that v1.quality_events knows of it.

    Raises CommandError (usage) when none or several do.
    """
    if not prefix:
        raise UsageError("an event's id cannot be empty; gpuhour quarantine list shows them")
    cursor = con.execute(
        "from v1.quality_events where starts_with(event_id, ?) order by event_id limit 6", [prefix.lower()]
    )
    names, rows = [c[0] for c in cursor.description or []], cursor.fetchall()
    found = [dict(zip(names, row, strict=True)) for row in rows]
    if not found:
        raise UsageError(f"no event begins with {prefix!r}; gpuhour quarantine list shows them")
    if len(found) > 1:
        shown = "\n".join(f"  {e['event_id']}  {e['date']} {e['provider']} {e['instance']}" for e in found[:5])
        more = "\n  ..." if len(found) > 5 else ""
        raise UsageError(f"several events begin with {prefix!r}; give more of it:\n{shown}{more}")
    return found[0]

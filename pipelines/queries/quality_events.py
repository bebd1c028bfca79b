"""Queries of the quarantine commands: selections from v1.quality_events."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from pipelines.errors import UsageError
from pipelines.queries.current_prices import conditions
from pipelines.queries.filters import ALL, PriceFilter
from warehouse.storage.connection import Connection, records

EVENT_COLUMNS = (
    "provider", "source", "instance", "region", "gpu", "pricing_model", "date", "date_to", "verdict", "status", "rule",
    "class", "reason", "price", "last_good", "event_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Criteria that quality events must meet; None matches all."""

    verdict: Literal["quarantine", "flag"] | None = None
    status: Literal["held", "released", "rejected"] | None = None
    of_class: str | None = None


def events(con: Connection, wanted: PriceFilter = ALL, kind: EventFilter | None = None) -> list[tuple[Any, ...]]:
    """Return rows of EVENT_COLUMNS, newest first: every price or range ever held or flagged, released ones too."""
    kind = kind or EventFilter()
    where, values = conditions(replace(wanted, gpu=None))
    if wanted.gpu:
        # Events have the model only; their series has memory and form factor.
        of_gpu, more = conditions(PriceFilter(gpu=wanted.gpu))
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


_MACHINES = "(from v1.quality_events)"
# Prices of machines, and those of hosts per token under the same names: a person decides on both alike.
_EVERY = """(
    from v1.quality_events
    union all by name
    select
        statement_id as event_id, statement_id as series_id, known_on as date, host as provider, list as source,
        hosted_model as instance, kind as price_unit, usd_per_m_tokens as price, rule as class,
        'quarantine' as verdict, status, reason, source_url, sha256, text
    from marts.hosted_price_faults
)"""


def every(con: Connection) -> str:
    """Return a subquery of all events; of machines alone in a file that was published before hosts were judged."""
    has_hosted = con.execute(
        "select 1 from information_schema.tables where table_schema = 'marts' and table_name = 'hosted_price_faults'"
    ).fetchone()
    return _EVERY if has_hosted else _MACHINES


HOSTED_COLUMNS = (
    "statement_id", "known_on", "rule", "status", "usd_per_m_tokens", "against", "kind", "host", "hosted_model",
    "model", "list", "reason", "source_url", "sha256", "text",
)  # fmt: skip


def hosted_faults(con: Connection, status: str | None, rule: str | None) -> list[tuple[Any, ...]]:
    """Return prices per token that the gate doubts, by HOSTED_COLUMNS, newest first."""
    return con.execute(
        f"select {', '.join(HOSTED_COLUMNS)} from marts.hosted_price_faults "  # noqa: S608 -- columns of ours
        "where ($status is null or status = $status) and ($rule is null or rule = $rule) "
        "order by known_on desc, host, hosted_model, kind, statement_id",
        {"status": status, "rule": rule},
    ).fetchall()


def event(con: Connection, prefix: str) -> dict[str, Any]:
    """Return the one event whose id starts with a prefix, with every column of v1.quality_events.

    Raises UsageError when none or several match.
    """
    if not prefix:
        raise UsageError("the event id is empty; gpuhour quarantine list shows all ids")
    cursor = con.execute(
        f"from {every(con)} where starts_with(event_id, ?) order by event_id limit 6", [prefix.lower()]
    )
    matches = records(cursor)
    if not matches:
        raise UsageError(f"no event id begins with {prefix!r}; gpuhour quarantine list shows all ids")
    if len(matches) > 1:
        shown = "\n".join(f"  {e['event_id']}  {e['date']} {e['provider']} {e['instance']}" for e in matches[:5])
        more = "\n  ..." if len(matches) > 5 else ""
        raise UsageError(f"several event ids begin with {prefix!r}; use a longer prefix:\n{shown}{more}")
    return matches[0]

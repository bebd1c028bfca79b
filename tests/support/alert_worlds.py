"""Small worlds for alerts: the events of a rule over a few landed scrapes and their build."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pipelines.alerts.config.schema import AlertConfig
from pipelines.alerts.event import Event
from pipelines.alerts.rules.evaluate import evaluate
from tests.support.worlds import built, offer, put, seen
from warehouse.storage.landing import Seen
from warehouse.storage.state_dir import Home

START = date(2026, 3, 2)
INDEX = "v1.index_daily"  # a tenth of a small build, for one kind of rule
# What rules read, but for those on tokens' costs.
ALERTED = (
    "v1.price_changes", "v1.price_intervals", "v1.quality_events", "v1.series", "v1.source_health", INDEX,
    "v1.meta",
)  # fmt: skip
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def day(n: int) -> str:
    """Return the n-th day of a world."""
    return (START + timedelta(days=n)).isoformat()


def prices(
    *listed: str | None, provider: str = "oracle", source: str = "products_api", origin: str = "live", **facts: Any
) -> list[Seen]:
    """Return one scrape a day of one offer; None: the scrape did not list it."""
    return [
        seen(
            day(n),
            [offer(price, source=source, **facts)] if price else [],
            provider=provider,
            source=source,
            origin=origin,
        )
        for n, price in enumerate(listed)
    ]


def lists(
    listed: Mapping[str, Sequence[str | None]], provider: str = "oracle", source: str = "products_api"
) -> list[Seen]:
    """Return one scrape a day of a list: instance -> its price on each day, the last one for the remaining days."""
    length = max(len(found) for found in listed.values())
    padded = {name: [*found, *[found[-1]] * (length - len(found))] for name, found in listed.items()}
    return [
        seen(
            day(n),
            [offer(found[n], source=source, instance=name) for name, found in padded.items() if found[n]],
            provider=provider,
            source=source,
        )
        for n in range(length)
    ]


def book(*rules: dict[str, Any], **more: Any) -> AlertConfig:
    """Return a rules file as parsed from YAML."""
    return AlertConfig.model_validate({"rules": [{"id": f"rule-{n}"} | rule for n, rule in enumerate(rules)]} | more)


def told(home: Home, rules: AlertConfig, looks: Iterable[Seen], now: datetime = NOW) -> list[Event]:
    """Return all events of the rules over these scrapes."""
    put(home, *looks)
    reads_index = any(rule.kind == "index_move" for rule in rules.rules)
    with built(home, *(name for name in ALERTED if reads_index or name != INDEX)) as con:
        return evaluate(con, rules.rules, now)


def moves(events: Sequence[Event]) -> list[tuple[str, float | None, float | None]]:
    """Return (notification day, old price, new price) of each event."""
    return [(e.told_on.isoformat(), e.old, e.new) for e in events]


def released(home: Home, *looks: Seen) -> None:
    """Land scrapes, build and publish."""
    from warehouse.publish.release import build_and_publish

    put(home, *looks)
    build_and_publish(home)

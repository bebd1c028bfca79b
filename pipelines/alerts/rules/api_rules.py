"""Rules on what hosts charge per token: one event per host, model and day, for however many of its prices fell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from pipelines.alerts.config.schema import ApiPrice
from pipelines.alerts.event import Event, event_id
from pipelines.queries.percent import pct_text
from warehouse.alert_queries import market_query
from warehouse.storage.connection import Connection

UNIT = "USD per million tokens"
_TOLD_WITHIN = timedelta(days=180)  # a price that goes up and down again is told once in this time
_SAME_PRICE = 0.005
_ORDER = ("output", "input", "cached_input", "cache_write", "batch_output", "batch_input")  # which is in the title
Drop = dict[str, Any]


def api_prices(con: Connection, rule: ApiPrice) -> Iterator[Event]:
    """Yield drops of list prices per token; what other lists or names repeat is left out already."""
    asked = [drop for drop in market_query.api_prices(con) if _is_asked(rule, drop)]
    for (_, host, model), of_day in groupby(_news(asked), key=lambda d: (d["known_on"], d["host"], d["model_key"])):
        drops = sorted(of_day, key=lambda d: (d["above_tokens"], d["hours_utc"], _ORDER.index(d["kind"])))
        first = drops[0]
        trigger = "|".join(f"{d['changed_on']} {d['kind']} {d['above_tokens']} {d['new']:g}" for d in drops)
        subject = f"{host}/{model}"
        yield Event(
            event_id(rule.id, subject, rule.kind, trigger), rule.id, rule.kind, subject, first["changed_on"],
            first["known_on"], old=first["old"], new=first["new"], pct=round(first["pct"], 1), unit=UNIT,
            reason=f"{', '.join(map(_words, drops))}; {first['source']} says so", held=first["quality"] == "released",
            about={
                "provider": host, "model": first["model"], "hosted_model": first["hosted_model"],
                "prices": [{key: d[key] for key in ("kind", "above_tokens", "old", "new", "pct")} for d in drops],
                "next_day": first["next_day"], "source": first["source"], "source_url": first["source_url"],
                "sha256": first["sha256"], "text": first["text"],
            },
        )  # fmt: skip


def _is_asked(rule: ApiPrice, drop: Drop) -> bool:
    names = [drop["model"] or "", drop["hosted_model"], drop["model_key"]]
    is_model = any(_matches(rule.model, name) for name in names) if rule.model else drop["model"] is not None
    is_host = not rule.provider or _matches(rule.provider, drop["host"])
    return is_model and is_host and -drop["pct"] >= rule.pct and (not rule.prices or drop["kind"] in rule.prices)


def _matches(patterns: Sequence[str], name: str) -> bool:
    """Return whether one of the patterns is this name; `*` stands for anything within it."""
    return any(re.fullmatch(re.escape(p).replace(r"\*", ".*"), name, re.IGNORECASE) for p in patterns)


def _news(drops: Sequence[Drop]) -> Iterator[Drop]:
    """Yield drops whose new price was not told of that host and model before, within half a year."""
    recent: dict[tuple[Any, ...], list[tuple[float, date]]] = {}
    for drop in drops:
        key = tuple(drop[column] for column in ("host", "model_key", "kind", "above_tokens", "hours_utc"))
        earlier = recent.setdefault(key, [])
        if not any(
            abs(drop["new"] / price - 1) <= _SAME_PRICE and drop["known_on"] - day <= _TOLD_WITHIN
            for price, day in earlier
        ):
            earlier.append((drop["new"], drop["known_on"]))
            yield drop


def _words(drop: Drop) -> str:
    """Describe one drop: "cached input 0.28 -> 0.14 (-50.0%)"."""
    tier = f" above {drop['above_tokens']:,} tokens" if drop["above_tokens"] else ""
    hours = f" at {drop['hours_utc']} UTC" if drop["hours_utc"] else ""
    return f"{drop['kind'].replace('_', ' ')}{tier}{hours} {drop['old']:g} -> {drop['new']:g} ({pct_text(drop['pct'])})"

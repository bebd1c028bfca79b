"""Words for alert events: titles, moves and the facts of one offer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from pipelines.queries.percent import change_pct, pct_text
from pipelines.serialize import printable

_SHADES = "▁▂▃▄▅▆▇█"
_VERBS = {
    "drop_pct": "fell", "rise_pct": "rose", "change_pct": "changed", "below": "is at or below the threshold",
    "above": "is at or above the threshold", "new_low": "is at a new low", "below_median": "is below its median",
    "drawdown": "is far below its high", "cheapest_changed": "is now the cheapest", "offer_added": "is newly listed",
    "offer_removed": "is no longer listed", "restock": "is available again", "sold_out": "sold out",
    "index_move": "index moved", "cost_per_token_below": "serves tokens below the threshold",
    "source_stale": "has not been read for days",
    "source_broken": "cannot be read", "source_redesigned": "has a new layout",
    "quarantined": "has a quarantined price", "dead_man": "no refresh succeeded",
    "unstable": "is unstable",
}  # fmt: skip


def title(events: list[dict[str, Any]]) -> str:
    """Return a title: "A100 80GB SXM on-demand: lambda $1.29 -> $1.10 /GPU-h (-14.7%)", or the range of many prices."""
    first = events[0]
    who = first["provider"] or first["subject"]
    if cut := first["about"].get("list_cut"):
        return f"{who} {_terms(first)}{_alone(first)}: {cut}{_span(events)}"
    if first["kind"] == "api_price":
        return _api_title(events)
    what = _variant(first)
    verb = _VERBS.get(first["kind"], first["kind"])
    if first["unit"] != "USD per GPU-hour":
        return f"{what}: {verb} {_change(first)}"
    if not what:
        return f"{who} {verb}" + (f" ({first['about'].get('source')})" if first["about"].get("source") else "")
    pairs = {(money(e["old_usd_per_gpu_hour"]), money(e["new_usd_per_gpu_hour"])) for e in events}
    if len(pairs) == 1 and first["new_usd_per_gpu_hour"] is not None:
        moved = moves(first)
        return (
            f"{what}: {who} {moved}"
            if first["kind"] in ("drop_pct", "rise_pct", "change_pct")
            else (f"{what}: {who} {verb}, {moved}")
        )
    return f"{what}: {who} {verb}{_span(events)} ({len(events)} offers)"


def _api_title(events: list[dict[str, Any]]) -> str:
    """Return "gpt-oss-120b at groq: $0.75 -> $0.60 per million output tokens (-20.0%)", or a count of models."""
    first = events[0]
    host = first["provider"]
    if len(events) > 1:
        return f"{host}: API prices of {len(events)} models fell{_span(events)}"
    model = first["about"].get("model") or first["about"].get("hosted_model")
    kind = first["about"]["prices"][0]["kind"].replace("_", " ")
    old, new = money(first["old_usd_per_gpu_hour"]), money(first["new_usd_per_gpu_hour"])
    return f"{model} at {host}: {old} -> {new} per million {kind} tokens ({_change(first)})"


def _span(events: list[dict[str, Any]]) -> str:
    spread = sorted((e for e in events if e["pct"] is not None), key=lambda e: e["pct"])
    return f" {_change(spread[0])} to {_change(spread[-1])}" if spread else ""


def _alone(event: dict[str, Any]) -> str:
    return ", GPU alone" if event["about"].get("price_scope") == "gpu_component" else ""


def _variant(event: dict[str, Any]) -> str:
    memory = event["about"].get("gpu_memory_gb")
    return " ".join(
        str(p) for p in (event["gpu"], f"{memory:g}GB" if memory else "", event["form_factor"], _terms(event)) if p
    ) + _alone(event)


def _terms(event: dict[str, Any]) -> str:
    months = event["term_months"]
    return " ".join(
        p for p in ((event["pricing_model"] or "").replace("_", "-"), f"{months} months" if months else "") if p
    )


def money(value: float | None) -> str:
    """Format a price per GPU-hour with as many decimals as it needs, at least two."""
    if value is None:
        return "?"
    text = f"{value:.4f}".rstrip("0")
    whole, _, part = text.partition(".")
    return f"${whole}.{part.ljust(2, '0')}"


def moves(event: dict[str, Any]) -> str:
    """Format a move: "$1.29 -> $1.10 /GPU-h (-14.7%)"."""
    old, new, pct = event["old_usd_per_gpu_hour"], event["new_usd_per_gpu_hour"], event["pct"]
    if new is None:
        return f"was {money(old)} /GPU-h"
    shown = money(new) if old is None or old == new else f"{money(old)} -> {money(new)}"
    return f"{shown} /GPU-h" + (f" ({_change(event)})" if pct is not None and old != new else "")


def _change(event: dict[str, Any]) -> str:
    """Format by how much a price changed, from the prices beside it: `pct` is rounded already."""
    change = change_pct(event["old_usd_per_gpu_hour"], event["new_usd_per_gpu_hour"])
    return pct_text(event["pct"] if change is None else change)


def line(event: dict[str, Any]) -> dict[str, Any]:
    """Describe one offer: where it is, how it moved, and its context in words."""
    about = event["about"]
    facts = ["a component price: the GPU alone, without its machine"] if _alone(event) else []
    count = about.get("gpu_count")
    if about.get("price_unit") == "instance_hour" and count and about.get("price"):
        facts.append(f"per GPU, from {count:g}x node {_native(about)} an hour")
    elif about.get("price_unit"):
        facts.append(f"priced {_native(about)} per {about['price_unit'].replace('_', ' ')}")
    if about.get("availability", "unknown") != "unknown":
        facts.append(str(about["availability"]).replace("_", " "))
    if about.get("rank_now"):
        before = about.get("rank_before")
        was = f", was {_nth(before)}" if before and before != about["rank_now"] else ""
        facts.append(f"now {_nth(about['rank_now'])} of {about['n_providers']}{was}")
    median, new = about.get("median_30d"), event["new_usd_per_gpu_hour"]
    if new and (off := change_pct(median, new)) is not None:
        facts.append(f"{pct_text(off)} against its 30-day median {money(median)}")
    if about.get("n_days") is not None and new:
        facts.append(_lowest(event))
    if event.get("n_changes"):
        facts.append(f"{event['n_changes']} changes since {event['since']}")
    if event["held"]:
        facts.append("quarantined until it was confirmed")
    if about.get("quality") == "flagged":
        facts.append("flagged by the gate")
    place = ", ".join(printable(str(p)) for p in (event["instance"], event["region"], about.get("zone")) if p)
    return {
        "event_id": event["event_id"],
        "what": place or printable(str(event["subject"])),
        "moves": moves(event) if event["unit"] == "USD per GPU-hour" and (new or event["old_usd_per_gpu_hour"]) else "",
        "facts": [f for f in facts if f],
        "recent": _sparkline([*about.get("recent", []), *([new] if new else [])]),
        "seen_at": about.get("observed_at") or event["date"],
        "source_url": _web(about.get("source_url")),
        "sha256": about.get("sha256") or "",
        "reason": printable(event["reason"]),
    }


def _native(about: dict[str, Any]) -> str:
    return (
        money(about["price"]) if about.get("currency") == "USD" else f"{about['price']:g} {about.get('currency', '')}"
    )


def _lowest(event: dict[str, Any]) -> str:
    """Return a claim about the low; it needs two weeks of data and states how much there is."""
    about = event["about"]
    if about["n_days"] < 14:
        return f"insufficient history for a low ({about['n_days']} days of data)"
    if about.get("lowest_since"):
        days = (date.fromisoformat(event["date"]) - date.fromisoformat(about["lowest_since"])).days
        return f"lowest since {about['lowest_since']}" if days > 1 else ""
    return f"lowest on record ({about['n_days']} days of data)"


def _nth(n: int) -> str:
    return f"{n}{'th' if 10 <= n % 100 <= 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(n % 10, 'th')}"


def _sparkline(prices: Sequence[float]) -> str:
    low, high = (min(prices), max(prices)) if prices else (0.0, 0.0)
    if high <= low:
        return ""
    return "".join(_SHADES[round((p - low) / (high - low) * 7)] for p in prices)


def _web(url: str | None) -> str:
    """Return a link that is safe to show; empty for anything but http and https."""
    return url if url and re.fullmatch(r"https?://[^\s<>\"'`]+", url) else ""

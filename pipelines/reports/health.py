"""Summarises how well the sources were read recently, and how old the prices in force are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pipelines.reports.query_runner import Row
from pipelines.reports.site_data import FRESH, SiteData

STRIP_DAYS = 60
READ = ("ok", "partial", "no_public_price")


def sources(data: SiteData) -> list[dict[str, Any]]:
    """Return every source with its last attempt, and the status of each of the last 60 days."""
    first = data.as_of - timedelta(days=STRIP_DAYS - 1)
    result = []
    for (provider, source), tries in data.health.items():
        by_day = {t["seen_on"]: t["status"] for t in tries}
        last = tries[-1]
        result.append(
            {
                "provider": provider,
                "source": source,
                "status": last["status"],
                "detail": last["detail"] or "",
                "tried_on": last["seen_on"],
                "read_on": last["read_on"],
                "days_behind": (data.as_of - last["read_on"]).days if last["read_on"] else None,
                "n_offers": last["n_offers"],
                "strip": [_mark(by_day.get(first + timedelta(days=n))) for n in range(STRIP_DAYS)],
                "since": last["since"],
            }
        )
    return result


def _mark(status: str | None) -> str:
    return "" if status is None else "part" if status == "partial" else "read" if status in READ else "failed"


def verdict(source: dict[str, Any]) -> str:
    """Return ok, stale (not read for a week), failed, blocked, or needs a key."""
    if source["status"] in ("needs_key", "blocked"):
        return "needs a key" if source["status"] == "needs_key" else "blocked"
    if source["days_behind"] is None or source["status"] not in READ:
        return "failed"
    return "stale" if source["days_behind"] > FRESH else "ok"


def summary(data: SiteData) -> dict[str, Any]:
    """Return counts of healthy and unhealthy sources, and the age of the oldest price in force."""
    all_sources = [s | {"verdict": verdict(s)} for s in sources(data)]
    oldest = max((o for o in data.offers if o["place"] == 1), key=lambda o: o["age_days"], default=None)
    return {
        "n_sources": len(all_sources),
        "n_without_key": len([s for s in all_sources if s["verdict"] == "needs a key"]),
        "n_ok": len([s for s in all_sources if s["verdict"] == "ok"]),
        "unwell": [_short(s) for s in all_sources if s["verdict"] in ("stale", "failed", "blocked")][:12],
        "n_unwell": len([s for s in all_sources if s["verdict"] in ("stale", "failed", "blocked")]),
        "oldest_days": oldest["age_days"] if oldest else None,
        "n_carried": len([o for o in data.offers if o["place"] == 1 and o["is_carried_forward"]]),
        "n_held": held(data.quality_events),
    }


def held(quality_events: list[Row]) -> int:
    """Return the number of quarantined prices."""
    return next((d["n"] for d in quality_events if d["status"] == "held"), 0)


def _short(source: dict[str, Any]) -> dict[str, Any]:
    return {k: source[k] for k in ("provider", "source", "verdict", "tried_on", "read_on")}

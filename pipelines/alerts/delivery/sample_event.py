"""A fictional event for testing a channel."""

from __future__ import annotations

from datetime import datetime

from pipelines.alerts.event import Event, event_id


def event(now: datetime) -> Event:
    """Return a price drop at a provider that does not exist."""
    about = {
        "provider": "example-cloud", "source": "test", "instance": "example-8x-a100", "gpu": "A100",
        "gpu_memory_gb": 80, "form_factor": "SXM", "gpu_count": 8, "region": "nowhere-1",
        "pricing_model": "on_demand", "term_months": 0,
        "price": 8.8, "currency": "USD", "price_unit": "instance_hour", "rank_now": 1, "rank_before": 3,
        "n_providers": 11, "median_30d": 1.29, "n_days": 264, "recent": [1.29] * 30,
        "source_url": "https://example.com/pricing", "sha256": "0" * 64,
        "observed_at": now.isoformat(timespec="seconds"),
    }  # fmt: skip
    return Event(
        event_id("test", "example-cloud", "drop_pct", now.isoformat()), "test", "drop_pct", "example-cloud", now.date(),
        now.date(), old=1.29, new=1.1, pct=-14.73, reason="a test of this channel, requested by hand", about=about,
    )  # fmt: skip

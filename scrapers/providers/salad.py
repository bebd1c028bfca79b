"""Salad: PCs of private owners; probed until a page was recorded."""

from __future__ import annotations

from scrapers.parsing.probe import probe

PROVIDER = probe(
    "salad",
    "Salad",
    "https://salad.com/pricing",
    publishes="on-demand, by priority",
    units="per GPU-hour",
    kind="marketplace",
)

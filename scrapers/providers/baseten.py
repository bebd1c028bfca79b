"""Baseten: dedicated deployments priced by the minute; probed until a page was recorded."""

from __future__ import annotations

from scrapers.parsing.probe import probe

PROVIDER = probe(
    "baseten",
    "Baseten",
    "https://www.baseten.co/pricing/",
    publishes="on-demand dedicated GPUs",
    units="per instance-minute",
)

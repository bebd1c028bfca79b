"""Fly.io: GPU machines, which it is giving up; probed until a page was recorded."""

from __future__ import annotations

from scrapers.parsing.probe import probe

PROVIDER = probe(
    "fly",
    "Fly.io",
    "https://fly.io/docs/about/pricing/",
    publishes="on-demand GPUs, deprecated",
    units="per GPU-hour",
)

"""Replicate: hardware priced by the second; probed until a page was recorded."""

from __future__ import annotations

from scrapers.parsing.probe import probe

PROVIDER = probe(
    "replicate",
    "Replicate",
    "https://replicate.com/pricing",
    publishes="on-demand hardware for models",
    units="per GPU-second",
)

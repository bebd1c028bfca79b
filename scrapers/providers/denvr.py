"""Denvr: its prices were data of a page builder; probed until a page was recorded."""

from __future__ import annotations

from scrapers.parsing.probe import probe

PROVIDER = probe(
    "denvr",
    "Denvr",
    "https://www.denvrdata.com/pricing",
    publishes="on-demand, reserved",
    units="per GPU-hour",
)

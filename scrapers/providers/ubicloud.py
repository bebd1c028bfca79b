"""Ubicloud: GPU machines in its docs; probed until a page was recorded."""

from __future__ import annotations

from scrapers.parsing.probe import probe

PROVIDER = probe(
    "ubicloud",
    "Ubicloud",
    "https://www.ubicloud.com/docs/about/pricing",
    publishes="on-demand GPU runners and machines",
    units="per instance-minute or hour",
)

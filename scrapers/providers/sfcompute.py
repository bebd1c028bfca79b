"""SF Compute: a market for hours of clusters; probed until a page was recorded."""

from __future__ import annotations

from scrapers.parsing.probe import probe

PROVIDER = probe(
    "sfcompute",
    "SF Compute",
    "https://sfcompute.com/prices",
    publishes="going prices of clusters by the hour",
    units="per GPU-hour",
    kind="marketplace",
)

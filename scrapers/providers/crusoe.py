"""Crusoe: a price table per GPU until 2025, with reserved terms; boxes with on-demand and spot since."""

from __future__ import annotations

from scrapers.model import Provider, Request
from scrapers.reading.by_meaning import ByMeaning

PROVIDER = Provider(
    slug="crusoe",
    name="Crusoe",
    requests=(Request("https://www.crusoe.ai/cloud/pricing", "pricing_page", ends_with="</html>"),),
    parse=ByMeaning(),
    access="HTML page",
    publishes="on-demand, spot; reserved 6 months to 3 years until 2025; contact sales for the newest",
    units="per GPU-hour",
    hosts=("crusoe.ai",),
    note="the API with a key names types and free capacity, but no prices",
    expects=("H100", "H200", "A100", "L40S"),
)

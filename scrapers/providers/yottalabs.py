"""Yotta Labs: a table with on-demand and spot prices of a GPU, of which the spot ones lack their currency sign."""

from __future__ import annotations

from scrapers.model import Provider, Request
from scrapers.reading.by_meaning import ByMeaning

PROVIDER = Provider(
    slug="yottalabs",
    name="Yotta Labs",
    requests=(Request("https://www.yottalabs.ai/pricing", "pricing_page", ends_with="</html>"),),
    parse=ByMeaning(),
    access="HTML page",
    publishes="on-demand, spot",
    units="per GPU-hour",
    expects=("H100", "RTX 4090"),
)

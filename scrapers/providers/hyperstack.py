"""Hyperstack: tables of on-demand, reserved ("from") and spot prices per GPU; boxes since 2025."""

from __future__ import annotations

from scrapers.model import Provider, Request
from scrapers.reading.by_meaning import ByMeaning

PROVIDER = Provider(
    slug="hyperstack",
    name="Hyperstack",
    requests=(Request("https://www.hyperstack.cloud/gpu-pricing", "pricing_page", ends_with="</html>"),),
    parse=ByMeaning(),
    access="HTML page",
    publishes="on-demand, spot, reserved as a floor without a term",
    units="per GPU-hour",
    expects=("H100", "A100", "L40", "RTX A6000"),
)

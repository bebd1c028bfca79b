"""DeepInfra: one small table of dedicated GPUs amid many tables of prices per token."""

from __future__ import annotations

from scrapers.model import Provider, Request
from scrapers.reading.by_meaning import ByMeaning

PROVIDER = Provider(
    slug="deepinfra",
    name="DeepInfra",
    requests=(Request("https://deepinfra.com/pricing", "pricing_page", ends_with="</html>"),),
    parse=ByMeaning(),
    access="HTML page",
    publishes="on-demand dedicated GPUs; clusters by contact",
    units="per GPU-hour",
    expects=("A100", "H100", "H200", "B200"),
)

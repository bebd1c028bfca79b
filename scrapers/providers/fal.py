"""fal: serverless GPUs at a list price per hour; the column "As low as" is a bound, not a price."""

from __future__ import annotations

from scrapers.model import Provider, Request
from scrapers.reading.by_meaning import ByMeaning

PROVIDER = Provider(
    slug="fal",
    name="fal",
    requests=(Request("https://fal.ai/pricing", "pricing_page", ends_with="</html>"),),
    parse=ByMeaning(),
    access="HTML page",
    publishes="on-demand list prices of serverless GPUs",
    units="per GPU-hour",
    expects=("H100", "H200", "B200"),
)

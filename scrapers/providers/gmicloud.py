"""GMI Cloud: cards that state a lower bound ("from"), which is not a price, and availability."""

from __future__ import annotations

from scrapers.model import Provider, Request
from scrapers.reading.by_meaning import ByMeaning

PROVIDER = Provider(
    slug="gmicloud",
    name="GMI Cloud",
    requests=(Request("https://www.gmicloud.ai/pricing", "pricing_page", ends_with="</html>"),),
    parse=ByMeaning(),
    access="HTML page",
    publishes="lower bounds only ('from $x'), not prices; availability",
    units="per GPU-hour",
)

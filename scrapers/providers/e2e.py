"""E2E Networks: linked data of its price page, in rupees, one offer per GPU instance."""

from __future__ import annotations

from scrapers.model import Provider, Request
from scrapers.reading.by_meaning import ByMeaning

PROVIDER = Provider(
    slug="e2e",
    name="E2E Networks",
    requests=(Request("https://www.e2enetworks.com/pricing", "pricing_page", ends_with="</html>"),),
    parse=ByMeaning(),
    access="HTML page (linked data)",
    publishes="on-demand",
    units="per instance-hour, in INR",
    aliases=("e2enetworks",),
    expects=("H100", "H200", "A100", "L40S"),
)

"""E2E Networks: linked data in rupees and a table in the currency of the chosen region, on one page."""

from __future__ import annotations

from scrapers.model import Provider, Request
from scrapers.reading.by_meaning import ByMeaning

_PAGE = "https://www.e2enetworks.com/pricing"
PROVIDER = Provider(
    slug="e2e",
    name="E2E Networks",
    requests=(
        Request(
            f"{_PAGE}?region=us",  # the table in USD, the linked data in rupees
            "pricing_page",
            ends_with="</html>",
            alternatives=(
                Request(_PAGE, "pricing_page", ends_with="</html>"),
                Request(f"{_PAGE}.json", "pricing_page", expect="json"),
            ),
        ),
    ),
    parse=ByMeaning(),
    access="HTML page (linked data and a table)",
    publishes="on-demand, 1 and 12 months",
    units="per instance-hour, in INR and USD; months and years as totals",
    aliases=("e2enetworks",),
    expects=("H100", "H200", "A100", "L40S"),
)

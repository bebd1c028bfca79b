"""Together: GPU clusters on demand and by bands of days, and dedicated inference, each in a separate table."""

from __future__ import annotations

from scrapers.model import Provider, Request
from scrapers.reading.by_meaning import ByMeaning

PROVIDER = Provider(
    slug="together",
    name="Together AI",
    requests=(Request("https://www.together.ai/pricing", "pricing_page", ends_with="</html>"),),
    parse=ByMeaning(),
    access="HTML page",
    publishes="clusters on demand and reserved by bands of days; dedicated inference; contact sales for some",
    units="per GPU-hour",
    expects=("H100", "H200", "B200"),
)

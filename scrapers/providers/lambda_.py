"""Lambda: one price table, per instance in 2023, per GPU since 2024, in tabs by GPU count since 2026."""

from __future__ import annotations

from scrapers.model import Provider, Request
from scrapers.reading.by_meaning import ByMeaning

PROVIDER = Provider(
    slug="lambda",
    name="Lambda",
    requests=(
        Request("https://lambda.ai/pricing", "pricing_page", browser=True, wait_for="table", ends_with="</html>"),
    ),
    parse=ByMeaning(),
    access="HTML page",
    publishes="on-demand by GPU count, clusters by term",
    units="per GPU-hour (per instance-hour until 2023)",
    hosts=("lambdalabs.com",),
    expects=("H100", "A100"),
)

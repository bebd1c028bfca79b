"""Denvr: the API's machine configurations, which need an account; its price page is made by a page builder."""

from __future__ import annotations

from collections.abc import Iterator

from scrapers.model import Offer, Page, Provider, Request
from scrapers.parsing.object_offers import ObjectLayout, list_parser
from scrapers.parsing.table_offers import TableLayout, page_offers

_TABLE = TableLayout(per="gpu_hour")


def parse(page: Page) -> Iterator[Offer]:
    """Yield an offer per configuration with GPUs and cluster, priced per machine, or the rows of the page's tables."""
    if page.read().lstrip()[:1] in (b"{", b"["):
        yield from list_parser("items", _CONFIGURATION)(page)
    else:
        yield from page_offers(page, _TABLE, "a table with a GPU and a price per hour")


_CONFIGURATION = ObjectLayout(
    source="configurations",
    needs=("name", "gpus", "price"),
    instance="{name}",
    label="{text_name|gpu_name}",
    count="gpus",
    places="clusters",
    region="{place|'global'}",
    prices={"price": "on_demand"},
    currency="{currency|'USD'}",
    product="machine",
    facts={"vcpus": "vcpus", "ram_gb": "memory", "disk_gb": "storage", "interconnect": "compute_network"},
)


_API = "https://api.cloud.denvrdata.com/api/v1/servers/virtual/GetConfigurations"
PROVIDER = Provider(
    slug="denvr",
    name="Denvr",
    requests=(
        Request(
            _API,
            "configurations",
            headers={"Authorization": "Bearer {GPUHOUR_DENVR_TOKEN}"},
            expect="json",
            alternatives=(
                Request("https://www.denvr.com/pricing", "pricing_page", ends_with="</html>"),
                Request("https://www.denvrdata.com/pricing", "pricing_page", ends_with="</html>"),
            ),
        ),
    ),
    parse=parse,
    access="API with a key, HTML page",
    publishes="on-demand by configuration and cluster",
    units="per instance-hour",
    hosts=("denvr.com", "denvrdata.com"),
    basis="documented",
    expects=("A100",),
)

"""JarvisLabs: a price page in USD, and the API's list of servers, priced per GPU in the currency of the account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scrapers.model import Offer, Page, Provider, Request
from scrapers.parsing.json_stream import items, objects
from scrapers.parsing.object_offers import ObjectLayout, object_offers
from scrapers.parsing.table_offers import TableLayout, page_offers, require_offers

_SERVER = ObjectLayout(
    source="server_meta",
    needs=("gpu_type", "region", "price_per_hour"),
    instance="{gpu_type} {workload_type}",
    label="{gpu_type}",
    memory="{vram} GB",
    region="{region}",
    prices={"price_per_hour": "on_demand"},
    currency="{currency}",
    unit="gpu_hour",
    free="num_free_devices",
    facts={"vcpus": "cpus_per_gpu", "ram_gb": "ram_per_gpu"},  # of one with one GPU
)
_SPOT = replace(_SERVER, prices={"spot_price": "spot"}, free="spot_num_free_devices")
_TABLE = TableLayout(per="gpu_hour", memory=("VRAM", "GPU MEMORY", "GPU RAM"))


def parse(page: Page) -> Iterator[Offer]:
    """Yield on-demand and spot prices per GPU-hour: of each server of the API, or of the page's table.

    The API answers an Indian account in rupees and names no currency: then none is known.
    """
    if page.read().lstrip()[:1] not in (b"{", b"["):
        yield from page_offers(page, _TABLE, "a table with a GPU and a price per hour")
        return
    currency = {"currency": next(items(page, "currency"), "")}
    servers = [currency | item for item in objects(page, "server_meta")]
    offers = (offer for item in servers for kind in (_SERVER, _SPOT) for offer in object_offers(page, item, kind))
    yield from require_offers(page, offers, "server_meta with gpu_type and price_per_hour")


PROVIDER = Provider(
    slug="jarvislabs",
    name="JarvisLabs",
    requests=(
        Request("https://jarvislabs.ai/pricing", "pricing_page", ends_with="</html>"),
        Request(
            "https://backendprod.jarvislabs.net/misc/server_meta",
            "server_meta",
            headers={"Authorization": "Bearer {GPUHOUR_JARVISLABS_TOKEN}", "Accept": "application/json"},
            ends_with="}",
        ),
    ),
    parse=parse,
    access="HTML page, API with a key",
    publishes="on-demand; spot and available GPUs by region with a key",
    units="per GPU-hour",
    expects=("H100", "L4"),
)

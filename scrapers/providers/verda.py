"""Verda, DataCrunch until 2025: a public list of instance types, and a table with fixed, dynamic and spot prices."""

from __future__ import annotations

from collections.abc import Iterator

from scrapers.model import Hints, Offer, Page, Provider, Request
from scrapers.parsing.object_offers import ObjectLayout, list_parser
from scrapers.reading.by_meaning import ByMeaning

_TYPE = ObjectLayout(
    source="instance_types",
    needs=("instance_type", "gpu"),
    instance="{instance_type}",
    label="{name|model}",
    count="gpu.number_of_gpus",
    memory="{gpu_memory.size_in_gigabytes} GB",
    memory_is_total=True,
    prices={"price_per_hour": "on_demand", "spot_price": "spot", "dynamic_price": "dynamic"},
    currency="{currency}",
    facts={"vcpus": "cpu.number_of_cores", "ram_gb": "memory.size_in_gigabytes"},
)


def parse(page: Page) -> Iterator[Offer]:
    """Yield the offers of the API's list, or of the table of the products page, by meaning."""
    if page.read().lstrip()[:1] in (b"[", b"{"):
        yield from list_parser("instance_types", _TYPE)(page)
    else:
        yield from ByMeaning(PROVIDER.hints)(page)


PROVIDER = Provider(
    slug="verda",
    name="Verda (DataCrunch)",
    requests=(
        Request(
            "https://api.verda.com/v1/instance-types",
            "instance_types",
            expect="json",
            ends_with="]",
            alternatives=(
                Request("https://api.datacrunch.io/v1/instance-types", "instance_types", expect="json", ends_with="]"),
            ),
        ),
    ),
    parse=parse,
    hints=Hints(region="global"),
    access="public API",
    publishes="on-demand fixed and dynamic, spot",
    units="per instance-hour",
    note="the list names all instance types, not the available ones; dynamic prices change daily",
    hosts=("verda.com", "datacrunch.io"),
    aliases=("datacrunch",),
    expects=("H100",),
)

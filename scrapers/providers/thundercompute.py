"""Thunder Compute: a map of prices whose keys name GPU, count and mode; it states neither unit nor currency."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from scrapers.model import Offer, Page, Provider, Request
from scrapers.parsing.accelerator_labels import names_accelerator
from scrapers.parsing.json_stream import members
from scrapers.parsing.object_offers import ObjectLayout, object_offers
from scrapers.parsing.table_offers import require_offers

_KEY = re.compile(r"(?P<gpu>[a-z0-9]+)(?:_x(?P<n>\d+))?(?:_(?P<mode>production|prototyping))?")
_LABELS = {"a100xl": "A100 80GB", "t4": "T4", "a6000": "RTX A6000"}  # as its command line names them
_PRICE = ObjectLayout(source="pricing", instance="{key}", prices={"value": "on_demand"}, product="machine")


def parse(page: Page) -> Iterator[Offer]:
    """Yield an offer per key that names a GPU; disks and further vCPUs are charged on top.

    Its price page prints the same figures in dollars per hour of the machine.
    """
    prices = list(members(page, "pricing")) or list(members(page, ""))
    yield from require_offers(page, _offers(page, prices), "keys such as h100_x1_production")


def _offers(page: Page, prices: Iterable[tuple[str, Any]]) -> Iterator[Offer]:
    for key, value in prices:
        hit = _KEY.fullmatch(str(key))
        label = _LABELS.get(hit["gpu"], hit["gpu"]) if hit else ""
        if hit and names_accelerator(label):
            more = {"gpu_label": label, "gpu_count": Decimal(hit["n"] or 1)}
            yield from object_offers(page, {"key": key, "value": value}, _PRICE, **more)


PROVIDER = Provider(
    slug="thundercompute",
    name="Thunder Compute",
    requests=(Request("https://api.thundercompute.com:8443/v1/pricing", "pricing", expect="json", ends_with="}"),),
    parse=parse,
    access="public API",
    publishes="on-demand, production and prototyping (GPUs over the network)",
    units="per instance-hour",
    note="a prototyping machine reaches its GPU over the network and runs no code of its own on it",
    expects=("H100", "A100"),
)

"""Sesterce: an aggregator whose console renders all offers on the server, priced per machine, with stock by region."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from scrapers.model import LayoutError, Offer, Page, Provider, Request
from scrapers.parsing.embedded_json import objects_with, stream
from scrapers.parsing.object_offers import ObjectLayout, object_offers
from scrapers.parsing.table_offers import require_offers

_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL | re.IGNORECASE)


def parse(page: Page) -> Iterator[Offer]:
    """Yield an offer per machine and region.

    The data names no currency: it is that of the amounts the page prints. Raises LayoutError where it prints none.
    """
    printed = _SCRIPT.sub(" ", page.text())
    if re.search(r"\$\s?\d", printed) is None:
        raise LayoutError(page, "an amount in dollars beside the data, which name no currency", printed)
    items = (item for root in stream(page) for item in objects_with(root, "gpuName", "gpuCount", "hourlyPrice"))
    offers = (offer for item in items for offer in _offers(page, item))
    yield from require_offers(page, offers, "offers with gpuName, gpuCount and hourlyPrice")


_MACHINE = ObjectLayout(
    source="console",
    needs=("availability",),
    instance="{instanceId} {deploymentType}",
    label="{gpuName}",
    count="gpuCount",
    memory="{configuration.vRamGB} GB",
    places="availability",
    region="{place.region|'global'}",
    prices={"hourlyPrice": "on_demand", "hourlySpotPrice": "spot"},
    product="machine",
    facts={"interconnect": "configuration.interconnect"},
)
_WITHOUT_SPOT = replace(_MACHINE, prices={"hourlyPrice": "on_demand"})


def _offers(page: Page, item: dict[str, Any]) -> Iterator[Offer]:
    for place in item["availability"] if isinstance(item.get("availability"), list) else ():
        layout = _WITHOUT_SPOT if item.get("spotOfferAvailable") is False else _MACHINE
        state = "available" if place.get("available") else "sold_out"
        yield from object_offers(page, {**item, "availability": [place]}, layout, availability=state)


PROVIDER = Provider(
    slug="sesterce",
    name="Sesterce",
    requests=(Request("https://cloud.sesterce.com/compute", "console", ends_with="</html>"),),
    parse=parse,
    access="HTML page (data in its scripts)",
    publishes="on-demand and spot of other clouds, availability by region",
    units="per instance-hour",
    note="an aggregator: its prices never count as the clouds' own",
    kind="aggregator",
    basis="documented",
)

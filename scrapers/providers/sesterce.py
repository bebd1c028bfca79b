"""Sesterce: an aggregator whose console renders all offers on the server, priced per machine, with stock by region."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from scrapers.model import LayoutError, Offer, Page, PricingModel, Provider, Request, clip
from scrapers.parsing.embedded_json import objects_with, stream
from scrapers.parsing.json_stream import amount
from scrapers.parsing.table_offers import require_offers

_PRICES: tuple[tuple[str, PricingModel], ...] = (("hourlyPrice", "on_demand"), ("hourlySpotPrice", "spot"))
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


def _offers(page: Page, item: dict[str, Any]) -> Iterator[Offer]:
    if not isinstance(item.get("availability"), list):
        raise LayoutError(page, "the availability of an offer", str(item))
    if not item["gpuCount"]:
        return
    memory = (item.get("configuration") or {}).get("vRamGB")
    for key, model in _PRICES:
        price = amount(page, item.get(key))
        if price is None or (model == "spot" and item.get("spotOfferAvailable") is False):
            continue
        for place in item["availability"] or [{}]:
            yield Offer(
                source="console",
                instance=" ".join(str(item[name]) for name in ("instanceId", "deploymentType") if item.get(name)),
                gpu_label=str(item["gpuName"]).replace("_", " "),
                gpu_count=Decimal(str(item["gpuCount"])),
                gpu_memory=f"{memory} GB" if memory else "",
                region=str(place.get("region") or "global"),
                pricing_model=model,
                price=price,
                price_unit="instance_hour",
                availability="available" if place.get("available") else "sold_out",
                interconnect=str((item.get("configuration") or {}).get("interconnect") or ""),
                product="machine",
                text=clip(f"{item['gpuCount']}x {item['gpuName']} {place.get('region')} {key} {item[key]}"),
            )


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

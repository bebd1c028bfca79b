"""Reads AWS savings plan files: effective hourly rates for a commitment of one or three years."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from scrapers.model import LayoutError, Offer, Page
from scrapers.parsing.deduplicate import undisputed
from scrapers.parsing.json_stream import amount, items
from scrapers.providers.aws.accelerators import is_accelerated
from scrapers.providers.aws.price_list import UPFRONT

# Two products at different prices: one follows any instance, one is bound to a family in a region. Never spliced.
_SOURCES = {"ComputeSavingsPlans": "compute_savings_plan", "EC2InstanceSavingsPlans": "ec2_instance_savings_plan"}
# A savings plan also names dedicated hosts and reserved but unused capacity; BoxUsage is the running shared machine.
_USAGE = re.compile(r"(?:[A-Z0-9]+-)?BoxUsage:(?P<instance>[\w.-]+)")


def read(page: Page) -> Iterator[Offer]:
    """Yield Linux rates per instance, term and upfront option.

    Raises LayoutError without plans or with unknown families.
    """
    plans = {plan["sku"]: plan for plan in items(page, "products.item") if "sku" in plan}
    place = next(items(page, "regionCode"), "")
    offers: list[Offer] = []
    terms = 0
    for term in items(page, "terms.savingsPlan.item"):
        terms += 1
        plan = plans.get(term.get("sku"))
        if plan is None:
            raise LayoutError(page, f"a product for savings plan {term.get('sku')}", ", ".join(plans))
        offers.extend(_offers(page, plan, term, place))
    if not terms:
        raise LayoutError(page, "terms.savingsPlan", ", ".join(plans))
    yield from undisputed(offers)


def excerpt(page: Page) -> Iterator[bytes]:
    """Yield a file of savings plans with the rates alone that `read` reads; all else that it needs stays."""
    place = next(items(page, "regionCode"), "")
    yield b'{"regionCode": %s, "products": [' % _json(place)
    yield b",\n".join(_json(plan) for plan in items(page, "products.item"))
    yield b'],\n"terms": {"savingsPlan": [\n'
    for number, term in enumerate(items(page, "terms.savingsPlan.item")):
        rates = [rate for rate in term.get("rates", ()) if _is_read(rate)]
        yield (b",\n" if number else b"") + _json(term | {"rates": rates})
    yield b"]}}\n"


def _json(value: Any) -> bytes:
    return json.dumps(value, default=str).encode()  # a fraction becomes a text of the same digits


def _is_read(rate: dict[str, Any]) -> bool:
    usage = _USAGE.fullmatch(rate.get("discountedUsageType", ""))
    return bool(usage and rate.get("discountedOperation") == "RunInstances" and is_accelerated(usage["instance"]))


def _offers(page: Page, plan: dict[str, Any], term: dict[str, Any], place: str) -> Iterator[Offer]:
    attributes = plan.get("attributes", {})
    source = _SOURCES.get(plan.get("productFamily", ""))
    years = re.fullmatch(r"(\d)\s*yrs?", attributes.get("purchaseTerm", ""))
    upfront = UPFRONT.get(attributes.get("purchaseOption", "").lower())
    if not (source and years and upfront):
        raise LayoutError(page, "productFamily, purchaseTerm and purchaseOption of a savings plan", str(plan))
    for rate in term.get("rates", ()):
        usage = _USAGE.fullmatch(rate.get("discountedUsageType", ""))
        discounted = rate.get("discountedRate", {})
        price = amount(page, discounted.get("price"))
        region = rate.get("discountedRegionCode") or place
        is_linux_hour = rate.get("discountedOperation") == "RunInstances" and rate.get("unit", "Hrs") == "Hrs"
        if usage and price and region and is_linux_hour and is_accelerated(usage["instance"]):
            yield Offer(
                source=source,
                pricing_model="reserved",
                price=price,
                price_unit="instance_hour",
                text=f"{plan['productFamily']} {attributes['purchaseTerm']} {attributes['purchaseOption']}: "
                f"{rate['discountedUsageType']} {discounted['price']}",
                instance=usage["instance"],
                region=region,
                term_months=int(years[1]) * 12,
                upfront=upfront,
                currency=discounted.get("currency", "USD"),
            )

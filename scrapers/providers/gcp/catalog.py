"""Reads the Cloud Billing Catalog: SKUs of GPUs, of their hosts' cores, memory and local SSD, and of TPU chips."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from scrapers.model import LayoutError, Offer, Page, PriceScope, PriceUnit, PricingModel, clip
from scrapers.parsing.json_stream import objects

USAGE: dict[str, tuple[PricingModel, int | None]] = {
    "OnDemand": ("on_demand", None),
    "Preemptible": ("spot", None),
    "Commit1Yr": ("reserved", 12),
    "Commit3Yr": ("reserved", 36),
}
USAGE_UNIT: dict[PriceUnit, str] = {"gpu_hour": "h", "vcpu_hour": "h", "gib_hour": "GiBy.h", "gib_month": "GiBy.mo"}
# Not the plain, shared Linux product: dedicated hosts, placeholders of reservations, licences, other service tiers.
_OTHER = re.compile(r"sole tenancy|premium|custom|suspended|virtual workstation|capacity optimized|reserved", re.I)
_HOST = re.compile(r"(?P<family>[AG]\d\w*) (?:Instance )?(?P<part>Core|Cpu|Ram)\b", re.IGNORECASE)
_SSD = re.compile(r"SSD backed Local Storage|Local SSD\b", re.IGNORECASE)
_TPU = re.compile(r"(?P<name>Tpu ?v?\d\w*)\b", re.IGNORECASE)
# "A4 Nvidia B200 (1 gpu slice)" holds its share of the host; "Nvidia L4 GPU" and "RTX 6000 96GB" are the GPU alone.
_SLICE = re.compile(r"(?P<family>[AG]\d\w*(?: Max)?) (?P<name>.+?) \(1 gpu slice\)", re.IGNORECASE)
_GPU = re.compile(r"(?P<name>.+?)(?: GPUs?)? (?:attached to|running in|in)\b", re.IGNORECASE)
_PREFIX = re.compile(r"^(?:Commitment v\d+: |Spot Preemptible |DWS (?:Calendar Mode|Defined Duration) )+", re.I)


@dataclass(frozen=True, slots=True)
class Product:
    """The product of a SKU: a component of an instance, or (scope instance) one GPU or chip with all it needs."""

    scope: PriceScope
    unit: PriceUnit
    instance: str
    gpu_label: str = ""


def offers(page: Page) -> Iterator[Offer]:
    """Yield one offer per SKU and region. Raises LayoutError for invalid or (unless an excerpt) cut JSON."""
    seen: set[tuple[object, ...]] = set()
    for sku in objects(page, "skus"):
        if "description" not in sku:
            raise LayoutError(page, "SKUs with a description", str(sku))
        for offer in _offers(page.source or "billing_catalog", sku):
            key = (offer.instance, offer.region, offer.pricing_model, offer.term_months, offer.price_unit, offer.price)
            if key not in seen:
                seen.add(key)
                yield offer


def _offers(source: str, sku: dict[str, Any]) -> Iterator[Offer]:
    words = str(sku.get("description", ""))
    kind, product = _kind(words, sku.get("category", {}).get("usageType", "")), _product(sku, words)
    if kind is None or product is None:
        return
    model, term = kind
    price, currency, since = _price(sku, USAGE_UNIT[product.unit])
    if price == 0:
        return  # a placeholder, not a price
    for region in sku.get("serviceRegions", []):
        yield Offer(
            source=source,
            pricing_model=model,
            price=price,
            price_unit="" if price is None else product.unit,
            price_status="no_price_stated" if price is None else "priced",
            price_scope=product.scope,
            instance=product.instance,
            gpu_label=product.gpu_label,
            region=region,
            term_months=term,
            currency=currency,
            effective_from=since,
            text=clip(f"{sku.get('skuId', '')} {words}: {currency} {price}"),
        )


def _kind(words: str, usage: str) -> tuple[PricingModel, int | None] | None:
    """Return pricing model and commitment.

    The description takes precedence: provisional kinds are filed under OnDemand.
    """
    text = words.lower()
    if "calendar mode" in text:
        return "dws_calendar", None
    if _OTHER.search(text):
        return None
    if "dws" in text or "defined duration" in text:
        return "dws_flex_start", None
    return USAGE["Preemptible"] if "spot preemptible" in text else USAGE.get(usage)


def _product(sku: dict[str, Any], words: str) -> Product | None:
    text, group = _PREFIX.sub("", words), sku.get("category", {}).get("resourceGroup", "")
    if host := _HOST.match(text):
        unit: PriceUnit = "gib_hour" if host["part"].lower() == "ram" else "vcpu_hour"
        return Product("host_component", unit, host["family"])
    if _SSD.match(text):
        return Product("host_component", "gib_month", "Local SSD")
    if part := _SLICE.match(text):
        return Product("instance", "gpu_hour", part["family"], part["name"])
    if group == "TPU" and (chip := _TPU.match(text)):
        return Product("instance", "gpu_hour", chip["name"])
    if (group == "GPU" or " GPU " in text) and (gpu := _GPU.match(text)):
        return Product("gpu_component", "gpu_hour", gpu["name"], gpu["name"])
    return None


def _price(sku: dict[str, Any], unit: str) -> tuple[Decimal | None, str, date | None]:
    """Return (price, currency, start date): `units` is a string of whole money, `nanos` an integer of billionths.

    The price is None when there is not exactly one rate, or it is not per the unit that this component is sold in.
    """
    info = (sku.get("pricingInfo") or [{}])[-1]
    since = str(info.get("effectiveTime") or info.get("EffectiveTime") or "")[:10]
    expression = info.get("pricingExpression", {})
    rates = []
    for tier in expression.get("tieredRates", []):
        rates += [tier.get("unitPrice", {})] if tier.get("unitPrice", {}) not in rates else []
    currency = rates[0].get("currencyCode", "USD") if rates else "USD"
    started = date.fromisoformat(since) if since else None
    if len(rates) != 1 or expression.get("usageUnit") != unit:
        return None, currency, started
    return Decimal(rates[0].get("units") or 0) + Decimal(rates[0].get("nanos") or 0).scaleb(-9), currency, started

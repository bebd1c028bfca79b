"""What a price line of the EC2 price list means, however it was written down (CSV, JSON, API answer)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal

from scrapers.model import Offer, clip
from scrapers.parsing.deduplicate import best
from scrapers.providers.aws.accelerators import is_accelerated

Upfront = Literal["", "none", "partial", "all"]
UPFRONT: dict[str, Upfront] = {"no upfront": "none", "partial upfront": "partial", "all upfront": "all"}
# Outposts are left out: hardware rented in the customer's own rooms, listed under the parent region.
_PLACES = {"", "aws region", "aws local zone", "aws wavelength zone"}
_NOTHING = {"", "na", "n/a"}


@dataclass(frozen=True, slots=True)
class Line:
    """One price dimension with the product it prices; keys of `product` are lower case without spaces and signs."""

    product: Mapping[str, str]
    sku: str
    term_code: str
    is_reserved: bool
    unit: str
    price: str
    currency: str
    description: str = ""
    effective: str = ""
    lease: str = ""
    purchase: str = ""
    offering_class: str = ""


def key(name: str) -> str:
    """The one spelling of an attribute: "Pre Installed S/W", "preInstalledSw" -> "preinstalledsw"."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def is_sold_plainly(product: Mapping[str, str]) -> bool:
    """True for an accelerated instance with Linux, without licences, on shared hardware (or all of a bare machine)."""

    def says(name: str, *allowed: str) -> bool:
        return product.get(name, "").lower() in allowed

    instance = product.get("instancetype", "")
    is_metal = instance.endswith(".metal") and says("tenancy", "dedicated")
    return (
        is_accelerated(instance)
        and says("operatingsystem", "linux")
        and (says("tenancy", "shared") or is_metal)
        and says("preinstalledsw", *_NOTHING)
        and says("licensemodel", *_NOTHING, "no license required")
        and says("capacitystatus", *_NOTHING, "used")
        and says("marketoption", *_NOTHING, "ondemand")
        and says("operation", "", "runinstances")  # "RunInstances:CB" is a capacity block listed at $0
        and says("locationtype", *_PLACES)
        and (is_metal or "usagetype" not in product or re.search(r"\bBoxUsage\b", product["usagetype"]) is not None)
    )


@dataclass(slots=True)
class _Deal:
    """The lines of one offer: an hourly part and, for reservations, a fee."""

    line: Line
    hourly: set[Decimal] = field(default_factory=set)
    fees: set[Decimal] = field(default_factory=set)


def offers(lines: Iterable[Line], source: str) -> Iterator[Offer]:
    """Offers of plainly sold lines: hourly part and upfront fee joined, one per instance, place, term and upfront.

    Convertible reservations are left out: they are another product at another price, and have no word of their own.
    A fee or hourly part that the file does not hold (cut off, or two different ones) makes no offer.
    """
    deals: dict[tuple[object, ...], _Deal] = {}
    for line in lines:
        if line.is_reserved and line.offering_class.lower() not in ("standard", ""):
            continue
        price = _decimal(line.price)
        if price is not None:
            contract = (line.sku, line.term_code, line.is_reserved, line.lease, line.purchase, line.currency)
            deal = deals.setdefault(contract, _Deal(line))
            if line.unit.lower() in ("hrs", "hours"):
                deal.hourly.add(price)
                deal.line = line
            elif line.unit.lower() == "quantity":
                deal.fees.add(price)
    yield from best((_rank(deal.line), offer) for deal in deals.values() if (offer := _offer(deal, source)))


def _rank(line: Line) -> tuple[bool, str]:
    """Of several listings of one machine: shared before dedicated hardware, then the newest price."""
    return line.product.get("tenancy", "").lower() == "shared", line.effective


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and number >= 0 else None


def _offer(deal: _Deal, source: str) -> Offer | None:
    line, product = deal.line, deal.line.product
    upfront: Upfront = UPFRONT.get(line.purchase.lower(), "")
    hourly, fee = _only(deal.hourly), _only(deal.fees)
    term = re.fullmatch(r"(\d)\s*yrs?", line.lease.lower())
    place = product.get("regioncode", product.get("location", ""))  # lists before 2021 name the place only
    if hourly is None or not place or (line.is_reserved and not (upfront and term)):
        return None
    has_fee = upfront in ("partial", "all")
    # A $0 line is a placeholder, except the hourly part of an all-upfront reservation whose fee is known.
    if (has_fee and not fee) or (not has_fee and deal.fees - {Decimal(0)}) or (hourly == 0 and upfront != "all"):
        return None
    count = _decimal(product.get("gpu", ""))
    memory = product.get("gpumemory", "")
    return Offer(
        source=source,
        pricing_model="reserved" if line.is_reserved else "on_demand",
        price=hourly or Decimal(0),  # not "0E-10"
        price_unit="instance_hour",
        text=_receipt(line, fee),
        instance=product["instancetype"],
        gpu_count=count or None,
        gpu_memory="" if memory.lower() in _NOTHING else memory,
        gpu_memory_is_total=memory.lower() not in _NOTHING,
        region=place,
        term_months=int(term[1]) * 12 if line.is_reserved and term else None,
        upfront=upfront if line.is_reserved else "",
        upfront_price=fee if has_fee else None,
        currency=line.currency,
        effective_from=_day(line.effective),
    )


def _receipt(line: Line, fee: Decimal | None) -> str:
    upfront = f" + {fee} upfront" if fee else ""
    return clip(f"{line.price} {line.currency} {line.unit}{upfront}: {line.description}")


def _only(values: set[Decimal]) -> Decimal | None:
    return next(iter(values)) if len(values) == 1 else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None

"""Interprets a row of the EC2 price list, whichever format it was read from (CSV, JSON, API answer)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal

from scrapers.model import Offer, clip
from scrapers.parsing.deduplicate import highest_ranked
from scrapers.parsing.machine_facts import disks_gb, gigabytes, machine_facts
from scrapers.providers.aws.accelerators import is_accelerated

Upfront = Literal["", "none", "partial", "all"]
UPFRONT: dict[str, Upfront] = {"no upfront": "none", "partial upfront": "partial", "all upfront": "all"}
# Outposts are left out: hardware rented in the customer's own rooms, listed under the parent region.
_PLACES = {"", "aws region", "aws local zone", "aws wavelength zone"}
_BLANK = {"", "na", "n/a"}


@dataclass(frozen=True, slots=True)
class PriceListRow:
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
    """Normalise the name of an attribute: "Pre Installed S/W", "preInstalledSw" -> "preinstalledsw"."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def is_plain_product(product: Mapping[str, str]) -> bool:
    """Return True for an accelerated instance with Linux, without licences, on shared hardware or bare metal."""

    def is_any(name: str, *allowed: str) -> bool:
        return product.get(name, "").lower() in allowed

    instance = product.get("instancetype", "")
    is_metal = instance.endswith(".metal") and is_any("tenancy", "dedicated")
    return (
        is_accelerated(instance)
        and is_any("operatingsystem", "linux")
        and (is_any("tenancy", "shared") or is_metal)
        and is_any("preinstalledsw", *_BLANK)
        and is_any("licensemodel", *_BLANK, "no license required")
        and is_any("capacitystatus", *_BLANK, "used")
        and is_any("marketoption", *_BLANK, "ondemand")
        and is_any("operation", "", "runinstances")  # "RunInstances:CB" is a capacity block listed at $0
        and is_any("locationtype", *_PLACES)
        and (is_metal or "usagetype" not in product or re.search(r"\bBoxUsage\b", product["usagetype"]) is not None)
    )


@dataclass(slots=True)
class _Terms:
    """The rows of one offer: an hourly part and, for reservations, a fee."""

    row: PriceListRow
    hourly: set[Decimal] = field(default_factory=set)
    fees: set[Decimal] = field(default_factory=set)


def offers(rows: Iterable[PriceListRow], source: str) -> Iterator[Offer]:
    """Yield offers with hourly part and upfront fee joined, one per instance, place, term and upfront option.

    Convertible reservations are left out: they are another product at another price, and have no pricing model of
    their own here. A fee or hourly part that the file lacks (cut off, or two different ones) makes no offer.
    """
    by_terms: dict[tuple[object, ...], _Terms] = {}
    for row in rows:
        if row.is_reserved and row.offering_class.lower() not in ("standard", ""):
            continue
        price = _decimal(row.price)
        if price is not None:
            key_of_terms = (row.sku, row.term_code, row.is_reserved, row.lease, row.purchase, row.currency)
            terms = by_terms.setdefault(key_of_terms, _Terms(row))
            if row.unit.lower() in ("hrs", "hours"):
                terms.hourly.add(price)
                terms.row = row
            elif row.unit.lower() == "quantity":
                terms.fees.add(price)
    yield from highest_ranked(
        (_rank(terms.row), offer) for terms in by_terms.values() if (offer := _offer(terms, source))
    )


def _rank(row: PriceListRow) -> tuple[bool, str]:
    """Rank several listings of one machine: shared before dedicated hardware, then the newest price."""
    return row.product.get("tenancy", "").lower() == "shared", row.effective


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and number >= 0 else None


def _offer(terms: _Terms, source: str) -> Offer | None:
    row, product = terms.row, terms.row.product
    upfront: Upfront = UPFRONT.get(row.purchase.lower(), "")
    hourly, fee = _only(terms.hourly), _only(terms.fees)
    term = re.fullmatch(r"(\d)\s*yrs?", row.lease.lower())
    place = product.get("regioncode", product.get("location", ""))  # lists before 2021 name the place only
    if hourly is None or not place or (row.is_reserved and not (upfront and term)):
        return None
    has_fee = upfront in ("partial", "all")
    # A $0 row is a placeholder, except the hourly part of an all-upfront reservation whose fee is known.
    if (has_fee and not fee) or (not has_fee and terms.fees - {Decimal(0)}) or (hourly == 0 and upfront != "all"):
        return None
    count = _decimal(product.get("gpu", ""))
    memory = product.get("gpumemory", "")
    return Offer(
        source=source,
        pricing_model="reserved" if row.is_reserved else "on_demand",
        price=hourly or Decimal(0),  # not "0E-10"
        price_unit="instance_hour",
        text=_receipt(row, fee),
        instance=product["instancetype"],
        gpu_count=count or None,
        gpu_memory="" if memory.lower() in _BLANK else memory,
        gpu_memory_is_total=memory.lower() not in _BLANK,
        region=place,
        term_months=int(term[1]) * 12 if row.is_reserved and term else None,
        upfront=upfront if row.is_reserved else "",
        upfront_price=fee if has_fee else None,
        currency=row.currency,
        effective_from=_day(row.effective),
        **machine_facts(
            vcpus=product.get("vcpu"),
            ram_gb=gigabytes(product.get("memory")),
            disk_gb=disks_gb(product.get("storage")),
            interconnect=product.get("networkperformance"),
        ),
    )


def _receipt(row: PriceListRow, fee: Decimal | None) -> str:
    upfront = f" + {fee} upfront" if fee else ""
    return clip(f"{row.price} {row.currency} {row.unit}{upfront}: {row.description}")


def _only(values: set[Decimal]) -> Decimal | None:
    return next(iter(values)) if len(values) == 1 else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None

"""Reads the capacity blocks page (HTML, or its rows as JSON), whose rates are per instance or per accelerator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from scrapers.model import LayoutError, Offer, Page
from scrapers.parsing.deduplicate import undisputed
from scrapers.parsing.html_tables import table_rows
from scrapers.parsing.json_stream import amount, members
from scrapers.parsing.text import Money, count_prefix, price, soup

_TOLERANCE = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class _Block:
    instance: str
    accelerator: str
    count: Decimal
    region: str
    instance_rate: Decimal | None
    accelerator_rate: Decimal | None  # None: not stated, or stated as zero (not read)
    currency: str = "USD"


def read_json(page: Page) -> Iterator[Offer]:
    """Yield the offers of the table as JSON. Raises LayoutError when instance types or fields are missing."""
    blocks = []
    for instance, kind in members(page, "instance_types"):
        try:
            label, count = kind["accelerator_type"], Decimal(str(kind["accelerator_count"]))
            for row in kind["pricing"]:
                rates = amount(page, row["hourly_rate_usd"]), amount(page, row.get("accelerator_hourly_rate_usd"))
                blocks.append(_Block(instance, label, count, row["region_code"], *rates))
        except (KeyError, TypeError, ArithmeticError) as error:
            raise LayoutError(page, "accelerator type, count and pricing", f"{error!r} in {kind}") from error
    yield from _offers(page, blocks)


def read_html(page: Page) -> Iterator[Offer]:
    """Yield the offers of tables with an instance type and an hourly rate. Raises LayoutError when there is none."""
    blocks = []
    for row in table_rows(soup(page)):
        instance = row.get("INSTANCE TYPE", "ULTRASERVER TYPE")
        count, label = count_prefix(row.get("GPU", "ACCELERATORS"))
        if instance and count and row.column("INSTANCE HOURLY", "HOURLY RATE") is not None:
            # Older tables print the accelerator's rate in brackets behind that of the instance.
            whole, _, each = row.get("INSTANCE HOURLY", "HOURLY RATE").partition("(")
            rates = price(page, whole), price(page, row.get("ACCELERATOR HOURLY") or each)
            blocks.append(_block(instance, label, count, row.get("REGION"), *rates))
    yield from _offers(page, blocks)


def _block(
    instance: str, label: str, count: Decimal, region: str, rate: Money | None, accelerator: Money | None
) -> _Block:
    each = accelerator.amount if accelerator else None
    currency = rate.currency if rate else "USD"
    return _Block(instance, label, count, region, rate.amount if rate else None, each, currency)


def _offers(page: Page, blocks: list[_Block]) -> Iterator[Offer]:
    if not any(block.instance_rate for block in blocks):
        raise LayoutError(page, "a table of capacity blocks with hourly rates", page.text()[:400])
    yield from undisputed(_offer(block, unit) for block in blocks if (unit := _unit(block, blocks)))


def _offer(block: _Block, unit: Literal["instance_hour", "gpu_hour"]) -> Offer:
    return Offer(
        source="capacity_blocks",
        pricing_model="reserved",
        price=block.instance_rate,
        price_unit=unit,
        text=f"{block.instance} {block.region}: {block.instance_rate} / {block.accelerator_rate} per accelerator",
        instance=block.instance,
        gpu_label=block.accelerator,
        gpu_count=block.count,
        region=block.region,
        currency=block.currency,
    )


def _unit(block: _Block, blocks: list[_Block]) -> Literal["instance_hour", "gpu_hour"] | None:
    """Return the unit of the hourly rate; None when the row does not determine it."""
    if block.instance_rate is None or block.count < 1 or not block.region:
        return None
    each = block.instance_rate / block.count
    if block.accelerator_rate is not None:
        is_quotient = abs(each - block.accelerator_rate) <= _TOLERANCE * block.accelerator_rate
        return "instance_hour" if is_quotient else None
    # One rate for machines of different sizes cannot be the price of both: it is the price of one accelerator.
    for other in blocks:
        is_same_chip = other.accelerator == block.accelerator and other.region == block.region
        if is_same_chip and other.count != block.count and other.instance_rate == block.instance_rate:
            return "gpu_hour"
    # Without an accelerator rate a row is accepted only if that makes no accelerator cheaper than all stated ones.
    stated = [b.accelerator_rate for b in blocks if b.accelerator_rate is not None]
    return "instance_hour" if stated and each >= min(stated) * (1 - _TOLERANCE) else None

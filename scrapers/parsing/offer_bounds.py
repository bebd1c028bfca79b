"""The bounds of an offer: what lies outside is no price of a GPU, whatever a page says, and is refused at the door."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from scrapers.model import Offer, clip

MOST_MONEY = Decimal(10) ** 12  # of any currency and unit: five years of the largest machine, in rupiah
FEWEST_GPUS, MOST_GPUS = Decimal("0.001"), 100_000
MOST_MONTHS = 120
# Of one machine, with room: the largest of today has 2,000 CPUs, 32 TB of memory and 400 TB of disks.
MOST_OF_MACHINE = {"vcpus": 100_000, "ram_gb": 10_000_000, "local_disk_gb": 100_000_000, "max_gpu_count": MOST_GPUS}
LONGEST_NAME = 1000  # characters; asks of an order book list a machine's facts in theirs
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def fault(offer: Offer) -> str:
    """Return why an offer cannot be a price, naming what lies outside which bounds; empty where it can be one."""
    for name, money in (("price", offer.price), ("upfront_price", offer.upfront_price)):
        if money is not None and not (money.is_finite() and 0 <= money <= MOST_MONEY):
            return f"{name} {_short(money)} is not between 0 and {MOST_MONEY:,}"
    count = offer.gpu_count
    if count is not None and not (count.is_finite() and (count == 0 or FEWEST_GPUS <= count <= MOST_GPUS)):
        return f"gpu_count {_short(count)} is not between {FEWEST_GPUS} and {MOST_GPUS:,}"
    for name, most in MOST_OF_MACHINE.items():
        amount = getattr(offer, name)
        if amount is not None and not (Decimal(amount).is_finite() and 0 <= amount <= most):
            return f"{name} {_short(amount)} is not between 0 and {most:,}"
    if offer.term_months is not None and not 0 <= offer.term_months <= MOST_MONTHS:
        return f"term_months {_short(offer.term_months)} is not between 0 and {MOST_MONTHS}"
    for name, day in (("effective_from", offer.effective_from), ("effective_until", offer.effective_until)):
        if day is not None and not date(2000, 1, 1) <= day <= date(2199, 12, 31):
            return f"{name} {day} is not between 2000 and 2199"
    for name in (
        "source",
        "instance",
        "gpu_label",
        "gpu_memory",
        "region",
        "zone",
        "currency",
        "interconnect",
        "product",
    ):
        if len(text := getattr(offer, name)) > LONGEST_NAME:
            return f"{name} {clip(text, 40)!r} is longer than {LONGEST_NAME:,} characters"
        if _CONTROL.search(text):
            return f"{name} {clip(text, 40)!r} holds control characters"
    return ""


def _short(number: object) -> str:
    return clip(f"{number}", 40)

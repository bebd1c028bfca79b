"""What a simulated page states: the one vocabulary that the market, the model and the driver share."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

Status = Literal["ok", "partial", "failed", "layout_changed", "no_public_price"]


class Row(NamedTuple):
    """One price of one offer as a page states it, in native money per hour of the machine."""

    price: Decimal | None
    price_status: Literal["priced", "missing", "contact_sales"] = "priced"
    currency: str = "USD"
    starts_on: date | None = None  # announced: in force from this day


Statement = tuple[Row, ...]  # all that one listing says of one offer


@dataclass(frozen=True, slots=True)
class Thing:
    """What is for sale, whatever its price and its name of the day."""

    number: int
    provider: str
    gpu_label: str
    gpu_count: int
    region: str
    pricing_model: Literal["on_demand", "spot"]
    first_name: str


@dataclass(frozen=True, slots=True)
class Scrape:
    """One attempt at one provider's only page on one UTC day."""

    provider: str
    day: date
    status: Status
    listing: dict[int, Statement] = field(default_factory=dict)  # by Thing.number
    names: dict[int, str] = field(default_factory=dict)  # instance names that differ from the first

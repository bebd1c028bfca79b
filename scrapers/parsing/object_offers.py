"""Turns objects of a JSON answer into offers: a provider adds only which keys state what."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Literal

from scrapers.model import (
    Availability,
    LayoutError,
    Offer,
    Page,
    PriceScope,
    PriceStatus,
    PriceUnit,
    PricingModel,
    clip,
)
from scrapers.parsing.json_stream import amount, objects
from scrapers.parsing.machine_facts import machine_facts
from scrapers.parsing.table_offers import require_offers

_PATHS: Final = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectLayout:
    """Which keys of an object state what of its offers.

    A path leads into objects by dots ("gpu.model"); of paths divided by bars, the first that holds something counts; in
    quotes stands a word. A text may hold paths in braces: "{cloud} {name|'unnamed'}".
    """

    source: str
    prices: Mapping[str, PricingModel]  # by path: an offer for each that holds an amount
    needs: tuple[str, ...] = ()  # keys without which the object is another
    only: str = ""  # path: an object that holds nothing there has no GPU
    places: str = ""  # path of a list: an offer for each of its members, which paths find as "place"
    instance: str  # text
    label: str = ""  # text
    count: str = ""  # path: without a number of GPUs there is no offer
    memory: str = ""  # text, with its unit
    memory_is_total: bool = False
    region: str = "global"  # text
    currency: str = "USD"  # text
    unit: PriceUnit = "instance_hour"
    scope: PriceScope = "instance"
    shift: int = 0  # decimal places: -2 where the data counts cents
    free: str = ""  # path of what is free: nothing is sold out
    product: str = ""
    unpriced: PriceStatus | Literal[""] = ""  # status of an offer whose price is not stated; else there is no offer
    facts: Mapping[str, str] = field(default_factory=dict)  # arguments of machine_facts, by path


def object_offers(page: Page, item: object, layout: ObjectLayout, **more: Any) -> Iterator[Offer]:
    """Yield the offers of an object; `more` are fields of theirs that its layout does not tell.

    Raises LayoutError when it lacks a key that it needs, or holds no number where a price belongs.
    """
    if not isinstance(item, dict) or (missing := [key for key in layout.needs if key not in item]):
        raise LayoutError(
            page, f"an object with {', '.join(missing if isinstance(item, dict) else layout.needs)}", str(item)
        )
    if layout.only and not at(item, layout.only):
        return
    places = at(item, layout.places) if layout.places else None
    for place in places or [None]:
        yield from _of_place(page, {**item, "place": place} if layout.places else item, layout, more)


def _of_place(page: Page, item: dict[str, Any], layout: ObjectLayout, more: dict[str, Any]) -> Iterator[Offer]:
    count = at(item, layout.count) if layout.count else None
    if layout.count and not Decimal(str(count or 0)):
        return
    label = text_of(item, layout.label).replace("_", " ")
    facts: Any = machine_facts(**{name: at(item, path) for name, path in layout.facts.items()})
    for path, model in layout.prices.items():
        price = amount(page, at(item, path))
        if price is None and not layout.unpriced:
            continue
        stated = {
            "source": layout.source,
            "instance": text_of(item, layout.instance),
            "gpu_label": label,
            "gpu_count": None if count is None else Decimal(str(count)),
            "gpu_memory": text_of(item, layout.memory) if _is_stated(item, layout.memory) else "",
            "gpu_memory_is_total": layout.memory_is_total,
            "region": text_of(item, layout.region),
            "pricing_model": model,
            "price": None if price is None else price.scaleb(layout.shift),
            "currency": text_of(item, layout.currency).upper(),
            "price_unit": "" if price is None else layout.unit,
            "price_status": layout.unpriced if price is None else "priced",
            "price_scope": layout.scope,
            "availability": availability_of(at(item, layout.free)) if layout.free else "unknown",
            "product": layout.product,
        } | facts | more  # fmt: skip
        receipt = f"{stated['instance']} {label} {stated['region']} {path} {at(item, path)}"
        yield Offer(**({"text": clip(receipt)} | stated))


def list_parser(name: str, layout: ObjectLayout) -> Callable[[Page], Iterator[Offer]]:
    """Return the parser of an answer that is a list of such objects, bare or under a name."""

    def parse(page: Page) -> Iterator[Offer]:
        offers = (offer for item in objects(page, name) for offer in object_offers(page, item, layout))
        yield from require_offers(page, offers, f"objects in {name} with {' or '.join(layout.prices)}")

    return parse


def availability_of(free: object) -> Availability:
    """Return what a number of free machines, or a list of places with some, says; unknown where there is none."""
    return "unknown" if free is None else "available" if free else "sold_out"


def at(item: object, paths: str) -> Any:
    """Return what the first of some paths holds that holds something; else what the last holds, or None."""
    value: Any = None
    for path in paths.split("|"):
        value = path.strip("'") if path.startswith("'") else item
        for key in () if path.startswith("'") else path.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        if value not in (None, "", [], {}):
            break
    return value


def text_of(item: object, text: str) -> str:
    """Return a text with what its paths hold in their places, and nothing where they hold nothing."""
    filled = _PATHS.sub(lambda hit: "" if (value := at(item, hit[1])) is None else str(value), text)
    return " ".join(filled.split())


def _is_stated(item: object, text: str) -> bool:
    """Return whether one of a text's paths holds something, or it has none."""
    paths = _PATHS.findall(text)
    return not paths or any(at(item, path) for path in paths)

"""One offer per thing: repeated blocks count once, and two prices for the same thing are no price."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

from scrapers.model import Offer

Rank = TypeVar("Rank", bound=tuple[bool, str] | tuple[bool, bool, str])


def same_thing(offer: Offer) -> Hashable:
    """What a price history is kept for: instance, place, pricing model, term, upfront option, currency and feed."""
    where = (offer.source, offer.instance, offer.region)
    return (*where, offer.pricing_model, offer.term_months, offer.upfront, offer.currency)


def same_row(offer: Offer) -> Hashable:
    """The same, told apart by all else that a page may print beside it."""
    gpus = (offer.gpu_label, offer.gpu_count, offer.gpu_memory)
    return (same_thing(offer), *gpus, offer.zone, offer.price_scope, offer.effective_from)


def agreed(offers: Iterable[Offer], thing: Callable[[Offer], Hashable] = same_thing) -> Iterator[Offer]:
    """The first offer of each thing, in order; none where a later one states another price."""
    first: dict[Hashable, Offer] = {}
    disputed: set[Hashable] = set()
    for offer in offers:
        known = first.setdefault(thing(offer), offer)
        if (known.price, known.upfront_price) != (offer.price, offer.upfront_price):
            disputed.add(thing(offer))
    yield from (offer for thing, offer in first.items() if thing not in disputed)


def best(ranked: Iterable[tuple[Rank, Offer]]) -> Iterator[Offer]:
    """Of each thing the offer with the highest rank; none where the highest rank states two prices."""
    listed = list(ranked)
    highest: dict[Hashable, Rank] = {}
    for rank, offer in listed:
        highest[same_thing(offer)] = max(rank, highest.get(same_thing(offer), rank))
    yield from agreed(offer for rank, offer in listed if rank == highest[same_thing(offer)])

"""Removes repeated offers; a product with two different prices on one page has no price."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

from scrapers.model import Offer

Rank = TypeVar("Rank", bound=tuple[bool, str] | tuple[bool, bool, str])


def series_key(offer: Offer) -> Hashable:
    """Return the key of the price history: instance, place, pricing model, term, upfront option, currency and feed."""
    where = (offer.source, offer.instance, offer.region)
    return (*where, offer.pricing_model, offer.term_months, offer.upfront, offer.currency)


def row_key(offer: Offer) -> Hashable:
    """Return the series key together with everything else that a page may print beside it."""
    gpus = (offer.gpu_label, offer.gpu_count, offer.gpu_memory)
    return (series_key(offer), *gpus, offer.zone, offer.price_scope, offer.effective_from)


def undisputed(offers: Iterable[Offer], key: Callable[[Offer], Hashable] = series_key) -> Iterator[Offer]:
    """Yield the first offer of each key, in order; none where a later one states another price."""
    first: dict[Hashable, Offer] = {}
    disputed: set[Hashable] = set()
    for offer in offers:
        earlier = first.setdefault(key(offer), offer)
        if (earlier.price, earlier.upfront_price) != (offer.price, offer.upfront_price):
            disputed.add(key(offer))
    yield from (offer for offer_key, offer in first.items() if offer_key not in disputed)


def highest_ranked(ranked: Iterable[tuple[Rank, Offer]]) -> Iterator[Offer]:
    """Yield the offer with the highest rank of each series; none where the highest rank states two prices."""
    pairs = list(ranked)
    highest: dict[Hashable, Rank] = {}
    for rank, offer in pairs:
        highest[series_key(offer)] = max(rank, highest.get(series_key(offer), rank))
    yield from undisputed(offer for rank, offer in pairs if rank == highest[series_key(offer)])

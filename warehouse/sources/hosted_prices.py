"""Loads list prices of hosted open models from a maintained package that dates and checks them; needs no network."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from importlib.metadata import version

from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import (
    ConditionalPrice,
    ModelInfo,
    Provider,
    StartDateConstraint,
    TieredPrices,
    TimeOfDateConstraint,
)

from warehouse.identity.hosted_models import model_key, spec_of

PACKAGE = "genai-prices"
Row = tuple[str | None, ...]
_KINDS = {
    "input_mtok": "input", "output_mtok": "output", "cache_read_mtok": "cached_input",
    "cache_write_mtok": "cache_write",
}  # fmt: skip
_IN_BATCH = {"input_mtok": "batch_input", "output_mtok": "batch_output"}


@cache
def listed() -> tuple[Row, ...]:
    """Return every price of the installed version, once a process: it does not change while one lives.

    Of models that have a spec alone: these prices are the fallback of comparisons. Rows are those of python_inputs,
    USD per million tokens, as a list that is fetched states them.
    """
    installed = version(PACKAGE)
    return tuple(
        (*row, PACKAGE, installed, host.pricing_urls[0] if host.pricing_urls else None)
        for host in get_snapshot().providers
        for sold in host.models
        if (spec := spec_of(sold.id)) is not None
        for row in _prices(host, sold, spec)
    )


def _prices(host: Provider, sold: ModelInfo, spec: str) -> Iterator[Row]:
    """Yield a model's prices at a host, without what is the same for all of the host's."""
    dated = sold.prices if isinstance(sold.prices, list) else [ConditionalPrice(prices=sold.prices)]
    cards = [(card.constraint, card.prices, _KINDS) for card in dated]
    batch = [variant for variant in sold.price_variants or () if variant.when == {"processing": "batch"}]
    cards += [(variant.constraint, variant.prices, _IN_BATCH) for variant in batch]
    for when, card, kinds in cards:
        day = when.start_date.isoformat() if isinstance(when, StartDateConstraint) else None
        hours = f"{when.start_time:%H:%M}-{when.end_time:%H:%M}" if isinstance(when, TimeOfDateConstraint) else ""
        for name, kind in kinds.items():
            for above, price in _steps(getattr(card, name, None)):
                yield (
                    host.id, sold.id, spec, model_key(sold.id), kind, str(above), hours, day, str(price),
                    str(bool(sold.deprecated)),
                )  # fmt: skip


def _steps(price: Decimal | TieredPrices | None) -> Iterator[tuple[int, Decimal]]:
    """Yield the prompt lengths above which a price holds, with the price."""
    if isinstance(price, TieredPrices):
        yield 0, price.base
        yield from ((tier.start, tier.price) for tier in price.tiers)
    elif price is not None:
        yield 0, price

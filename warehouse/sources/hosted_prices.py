"""Loads list prices of hosted open models from a maintained package that dates and checks them; needs no network."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from importlib.metadata import version

from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import (
    ConditionalPrice,
    ModelInfo,
    ModelPrice,
    Provider,
    StartDateConstraint,
    TimeOfDateConstraint,
)

from warehouse.identity.spec_names import on_record
from warehouse.paths import SEEDS

PACKAGE = "genai-prices"
Row = tuple[str | None, ...]
_RELEASE = re.compile(r"(?<!\d)(2[3-9](?:0[1-9]|1[0-2]))(?!\d)")  # 2407: what a maker dates a release with


@cache
def listed() -> tuple[Row, ...]:
    """Return every price of the installed version, once a process: it does not change while one lives.

    Rows are those of python_inputs: USD per million tokens, up to up_to_input_tokens where longer prompts cost more.
    """
    with (SEEDS / "llm_specs.csv").open(newline="") as stream:
        repos = {row["name"]: row["repo"] for row in csv.DictReader(stream)}
    return tuple(
        row
        for host in get_snapshot().providers
        for sold in host.models
        if (spec := spec_of(sold.id, repos)) is not None
        for row in _prices(host, sold, spec)
    )


def spec_of(label: str, repos: Mapping[str, str]) -> str | None:
    """Return the spec of what a host sells under a label, or None. repos: repository of each spec.

    A dated release is only itself, and an undated name of one may by now mean the next.
    """
    name = on_record().known_model(label)
    if name is None:
        return None
    of_spec = set(_RELEASE.findall(repos[name]))
    return name if not of_spec or of_spec & set(_RELEASE.findall(label)) else None


def _prices(host: Provider, sold: ModelInfo, spec: str) -> Iterator[Row]:
    dated = sold.prices if isinstance(sold.prices, list) else [ConditionalPrice(prices=sold.prices)]
    for listed in dated:
        when, money = listed.constraint, _per_million(listed.prices)
        if money is None:
            continue
        day = when.start_date.isoformat() if isinstance(when, StartDateConstraint) else None
        hours = f"{when.start_time:%H:%M}-{when.end_time:%H:%M}" if isinstance(when, TimeOfDateConstraint) else None
        url = host.pricing_urls[0] if host.pricing_urls else None
        yield host.id, sold.id, spec, *money, day, hours, str(bool(sold.deprecated)), PACKAGE, version(PACKAGE), url


def _per_million(price: ModelPrice) -> tuple[str, str, str | None] | None:
    """Return input and output price, and the tokens up to which they hold; None if a part is missing or free."""
    parts = (price.input_mtok, price.output_mtok)
    base = [getattr(part, "base", part) for part in parts]
    if not all(isinstance(part, Decimal) and part > 0 for part in base):
        return None
    starts = [tier.start for part in parts for tier in getattr(part, "tiers", [])]
    return str(base[0]), str(base[1]), str(min(starts)) if starts else None

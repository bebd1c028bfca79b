"""Loads what hosts charge for open models from a kept package: lists that somebody else dates and checks, without a network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from importlib.metadata import version

from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ModelInfo, ModelPrice, Provider, StartDateConstraint, TimeOfDateConstraint

from warehouse.connection import Connection
from warehouse.costing.names import known_model
from warehouse.landing import select_rows


PACKAGE = "genai-prices"
TYPES = {
    "host": "varchar", "hosted_model": "varchar", "model": "varchar", "usd_per_m_input_tokens": "decimal(18,9)",
    "usd_per_m_output_tokens": "decimal(18,9)", "up_to_input_tokens": "bigint", "valid_from": "date",
    "hours_utc": "varchar", "package": "varchar", "version": "varchar", "source_url": "varchar",
}  # fmt: skip
Row = list[str | None]
_RELEASE = re.compile(r"(?<!\d)(2[3-9](?:0[1-9]|1[0-2]))(?!\d)")  # 2407: what a maker dates a release with


def build(con: Connection) -> None:
    """Make staging.hosted_prices: a row per host, its name of a model that has a spec here, and day or hours of a price.

    Prices in USD per million tokens, up to up_to_input_tokens where longer prompts cost more; valid_from NULL: undated.
    """
    repos = dict(con.execute("select name, repo from seeds.llm_specs").fetchall())
    rows = [
        row
        for host in get_snapshot().providers
        for sold in host.models
        if (spec := _spec(sold.id, repos)) is not None
        for row in _prices(host, sold, spec)
    ]
    con.execute(f"create or replace table staging.hosted_prices as {select_rows(con, 'hosted', rows, TYPES)}")
    con.unregister("hosted")


def _spec(label: str, repos: dict[str, str]) -> str | None:
    """The spec of what is sold, or None; a dated release is only itself, and an undated name of one may mean the next."""
    name = known_model(label)
    if name is None:
        return None
    of_spec = set(_RELEASE.findall(repos[name]))
    return name if not of_spec or of_spec & set(_RELEASE.findall(label)) else None


def _prices(host: Provider, sold: ModelInfo, spec: str) -> Iterator[Row]:
    listed = [(None, sold.prices)] if not isinstance(sold.prices, list) else [(p.constraint, p.prices) for p in sold.prices]
    for when, price in listed:
        money = _per_million(price)
        if money is None:
            continue
        day = when.start_date.isoformat() if isinstance(when, StartDateConstraint) else None
        hours = f"{when.start_time:%H:%M}-{when.end_time:%H:%M}" if isinstance(when, TimeOfDateConstraint) else None
        url = host.pricing_urls[0] if host.pricing_urls else None
        yield [host.id, sold.id, spec, *money, day, hours, PACKAGE, version(PACKAGE), url]


def _per_million(price: ModelPrice) -> tuple[str, str, str | None] | None:
    """Input, output, and up to how many input tokens; None where a part is missing or free: 0 is never a price."""
    parts = (price.input_mtok, price.output_mtok)
    base = [getattr(part, "base", part) for part in parts]
    if not all(isinstance(part, Decimal) and part > 0 for part in base):
        return None
    starts = [tier.start for part in parts for tier in getattr(part, "tiers", [])]
    return str(base[0]), str(base[1]), str(min(starts)) if starts else None

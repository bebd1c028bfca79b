"""Gives what was read by meaning the names it had before: where it agrees with the offers that a page last stated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any, Final

from scrapers.model import Offer
from scrapers.reading.provider_page import GENERAL
from warehouse.identity.gpus import identify_offer
from warehouse.storage.connection import in_memory, quoted
from warehouse.storage.landing import landed
from warehouse.storage.state_dir import Home

_LOOKED_AT: Final = 30  # newest landings of a provider in which its last good page is sought
_HIGHEST_MOVE: Final = Decimal(
    2
)  # the gate holds larger ones until a later scrape confirms them, and this is no scrape


def known_offers(home: Home, provider: str, source: str) -> list[Offer]:
    """Return the priced offers of a provider's source as its newest good page stated them; none where there is none."""
    files = [name for name in landed(home, "pages") if name.startswith(f"{provider}/")][-_LOOKED_AT:]
    for name in reversed(files):
        with in_memory() as con:
            pages, offers = (quoted(home.landing / kind / name) for kind in ("pages", "offers"))
            rows = con.execute(
                f"select offers.* from '{offers}' as offers "  # noqa: S608 -- paths of ours
                f"join '{pages}' as pages using (landing_id, url, captured_at) "
                "where pages.status = 'ok' and offers.source = ? and offers.price_status = 'priced' "
                # A month's file has many landings.
                "qualify offers.landing_id = first(offers.landing_id) over (order by captured_at desc, landing_id)",
                [source],
            )
            names = [column[0] for column in rows.description or []]
            offers_before = [_offer(dict(zip(names, row, strict=True))) for row in rows.fetchall()]
        if offers_before:
            return offers_before
    return []


def adopt(provider: str, read: Iterable[Offer], stated_before: Iterable[Offer]) -> list[Offer]:
    """Return what was read, under the names of known offers where it agrees with exactly one, else as unvouched for.

    It agrees where GPU, count, memory, pricing model, term, currency and unit are the same, and the price has not more
    than doubled or halved. Everything else comes from the source "general_reader", which the gate holds.
    """
    by_thing: dict[tuple[Any, ...], list[Offer]] = defaultdict(list)
    for offer in stated_before:
        by_thing[_thing(provider, offer)].append(offer)
    listed = list(read)
    times: dict[tuple[Any, ...], int] = defaultdict(int)
    for offer in listed:
        times[_thing(provider, offer)] += 1
    result = []
    for offer in listed:
        thing = _thing(provider, offer)
        before = by_thing.get(thing, [])
        if times[thing] == 1 and len(before) == 1 and _is_near(offer.price, before[0].price) and not offer.is_floor:
            text = f"by the general reader: {offer.text}"
            result.append(replace(before[0], price=offer.price, availability=offer.availability, text=text))
        else:
            result.append(replace(offer, source=GENERAL))
    return result


def _thing(provider: str, offer: Offer) -> tuple[Any, ...]:
    identity = identify_offer(provider, offer)
    term = offer.term_months or 0 if offer.pricing_model != "reserved" else offer.term_months
    unit = offer.price_unit if offer.gpu_count != 1 else offer.price_unit.replace("instance", "gpu")
    gpu = (identity.gpu.model, identity.gpu.memory_gb, identity.gpu_count or Decimal(1))
    return (*gpu, offer.pricing_model, term, offer.currency, unit, offer.effective_from)


def _is_near(price: Decimal | None, before: Decimal | None) -> bool:
    return bool(price and before) and before / _HIGHEST_MOVE <= price <= before * _HIGHEST_MOVE  # type: ignore[operator]


def _offer(row: dict[str, Any]) -> Offer:
    values: dict[str, Any] = {f.name: row[f.name] for f in fields(Offer) if f.name in row}
    texts = {f.name for f in fields(Offer) if f.type == "str"}
    values |= {name: "" for name in texts if values.get(name) is None}
    return Offer(**values)

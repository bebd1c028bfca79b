"""Gives what was read by meaning the names it had before: where it agrees with the offers that a page last stated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from scrapers.model import Offer, Page
from scrapers.reading.provider_page import GENERAL
from warehouse.identity.gpus import identify_offer
from warehouse.storage.connection import in_memory, quoted, records, scratch
from warehouse.storage.landing import OFFER_TYPES, landed
from warehouse.storage.state_dir import Home

_LOOKED_AT: Final = 30  # newest landings of a provider in which its last good page is sought
_LANDINGS: Final = 5  # newest landings of a provider in which versions of lists are sought
# The gate holds larger moves until a later scrape confirms them, and this is no scrape.
_HIGHEST_MOVE: Final = Decimal(2)


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
            offers_before = [_offer(row) for row in records(rows)]
        if offers_before:
            return offers_before
    return []


class LandedVersions:
    """Versions of lists that were landed by the same parsers: what they state need not be parsed again."""

    def __init__(self, home: Home, provider: str, parser_version: str) -> None:
        """Look through a provider's newest landings."""
        self._home, self._provider, self._places = home, provider, dict[tuple[str, str], tuple[str, str, datetime]]()
        self._read: dict[str, dict[tuple[str, str, datetime], list[Offer]]] = {}
        names = [name for name in landed(home, "pages") if name.startswith(f"{provider}/")][-_LANDINGS:]
        if not names:
            return
        files = ", ".join(f"'{quoted(home.landing / 'pages' / name)}'" for name in names)
        with scratch() as con:
            rows = con.execute(
                "select url, sha256, filename, landing_id, captured_at "  # noqa: S608 -- paths of ours
                f"from read_parquet([{files}], union_by_name = true, filename = true) "
                "where parser_version = ? and status = 'ok' and detail = '' and n_offers > 0 order by captured_at",
                [parser_version],
            ).fetchall()
        self._places = {(url, sha256): (Path(file).name, landing_id, at) for url, sha256, file, landing_id, at in rows}

    def has(self, page: Page) -> bool:
        """Return whether the offers of these very bytes were landed."""
        return (page.url, page.sha256) in self._places

    def offers(self, page: Page) -> tuple[Offer, ...]:
        """Return the offers that were landed of a page; for pages that `has` finds."""
        file, landing_id, at = self._places[page.url, page.sha256]
        if file not in self._read:
            by_page = defaultdict(list)
            path = self._home.landing / "offers" / self._provider / file
            with scratch() as con:
                for values in records(con.execute(f"from '{quoted(path)}'")):
                    by_page[values["landing_id"], values["url"], values["captured_at"]].append(_offer(values))
            self._read[file] = by_page
        return tuple(self._read[file].get((landing_id, page.url, at), ()))


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


_FACTS: Final = tuple(f.name for f in fields(Offer) if f.name in OFFER_TYPES)
_TEXTS: Final = frozenset(f.name for f in fields(Offer) if f.type == "str")


def _offer(row: dict[str, Any]) -> Offer:
    values: dict[str, Any] = {name: row[name] for name in _FACTS if name in row}
    for name in _TEXTS:
        if values.get(name) is None:
            values[name] = ""
    return Offer(**values)

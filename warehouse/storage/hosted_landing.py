"""Lands published lists of hosted prices: each attempt, and of its prices those that the list states anew.

A list has ten thousand prices and changes a hundred of them a day, so only changes are written: a day's file holds
every price of each series (host, model, kind, prompt length, hours) that is new or different since the last file, and
one row without a price for a series that is gone. Together the files say what the list said on every day; the archive
keeps its bytes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from scrapers.model import HostedPrice
from warehouse.storage import list_landing
from warehouse.storage.connection import scratch
from warehouse.storage.files import locked
from warehouse.storage.landing import Origin, Status
from warehouse.storage.state_dir import Home

SCRAPE_TYPES = {
    "landing_id": "VARCHAR",
    "landed_at": "TIMESTAMPTZ",
    "origin": "VARCHAR",
    "parser_version": "VARCHAR",
    "list": "VARCHAR",
    "url": "VARCHAR",
    "captured_at": "TIMESTAMPTZ",
    "status": "VARCHAR",
    "detail": "VARCHAR",
    "sha256": "VARCHAR",
    "n_prices": "INTEGER",
    "watched_from": "TIMESTAMPTZ",  # of an import: what it says is all that changed from then to captured_at
}
PRICE_TYPES = {
    "landing_id": "VARCHAR",
    "list": "VARCHAR",
    "host": "VARCHAR",
    "model": "VARCHAR",
    "kind": "VARCHAR",
    "above_tokens": "BIGINT",
    "hours_utc": "VARCHAR",
    "effective_from": "DATE",
    "price": "DECIMAL(38,18)",  # NULL: the list states this series no more
    "price_before": "DECIMAL(38,18)",  # what the list said until then, where an import states it
    "unit": "VARCHAR",
    "is_deprecated": "BOOLEAN",
    "context_tokens": "BIGINT",
    "output_limit": "BIGINT",
    "captured_at": "TIMESTAMPTZ",
    "source_url": "VARCHAR",
    "sha256": "VARCHAR",
    "host_url": "VARCHAR",
    "text": "VARCHAR",
}
_SERIES = ("host", "model", "kind", "above_tokens", "hours_utc")
_MODEL = _SERIES.index("model")
_STATED = ("effective_from", "price", "unit", "is_deprecated", "context_tokens", "output_limit")
_KIND = list_landing.Kind("hosted_prices", "hosted_scrapes", PRICE_TYPES, SCRAPE_TYPES)
Series = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HostedScrape:
    """One attempt at a list, and its result; `prices` is empty unless status is ok or partial."""

    list: str
    url: str
    captured_at: datetime  # UTC
    status: Status
    detail: str = ""
    sha256: str = ""
    origin: Origin = "live"
    prices: tuple[HostedPrice, ...] = ()
    unread: frozenset[str] = frozenset()  # models that the list has in a form that cannot be read: none is gone


def land_hosted(home: Home, scrape: HostedScrape, *, parser_version: str) -> Status:
    """Write one attempt and what its list states anew; return its status, which is partial if the list shrank.

    Prices are written before the attempt, and count only with it, so a kill in between lands nothing half. The same
    page again writes an attempt without prices. Raises OSError (disk full, no permission) with the path in it.
    """
    with locked(home.locks / "hosted.lock"):  # what changed depends on what is landed
        before = _last_stated(home, scrape)
        stated = _by_series(scrape.prices)
        n_before = sum(_is_there(rows) for rows in before.values())
        is_short = list_landing.is_short(scrape, len(stated), n_before)
        status: Status = "partial" if is_short else scrape.status
        landing = list_landing.landing_of(home, _KIND, scrape, parser_version)
        if list_landing.is_landed(landing):
            return status
        changed = [
            row for series, rows in stated.items() if _said(rows) != _said(before.get(series, ())) for row in rows
        ]
        if status == "ok":
            absent = sorted(before.keys() - stated.keys())
            changed += [_gone(s) for s in absent if _is_there(before[s]) and s[_MODEL] not in scrape.unread]
        note = f"{len(stated)} series instead of {n_before}: what is missing is not taken for gone" if is_short else ""
        facts = {"status": status, "n_prices": str(len(scrape.prices)), "watched_from": None}
        list_landing.write(landing, _KIND, scrape, changed, facts, note, parser_version)
    return status


def _by_series(prices: Iterable[HostedPrice]) -> dict[Series, list[dict[str, Any]]]:
    """Return rows of text by series, so that no digit is lost."""
    names = [f.name for f in fields(HostedPrice)]
    rows: dict[Series, list[dict[str, Any]]] = defaultdict(list)
    for price in prices:
        row = {name: None if (value := getattr(price, name)) is None else str(value) for name in names}
        rows[tuple(str(row[name]) for name in _SERIES)].append(row)
    return rows


def _gone(series: Series) -> dict[str, Any]:
    return dict(zip(_SERIES, series, strict=True)) | {"text": "no longer in the list"}


def _is_there(rows: Iterable[Mapping[str, Any]]) -> bool:
    return any(row["price"] is not None for row in rows)


def _said(rows: Iterable[Mapping[str, Any]]) -> set[tuple[str, ...]]:
    """Return what rows of a series state, equal however a figure is written."""
    return {tuple(_plain(name, row[name]) for name in _STATED) for row in rows if row["price"] is not None}


def _plain(name: str, value: Any) -> str:
    """Return a value as the landing holds it: a price has eighteen decimals there."""
    if value is None:
        return ""
    if name == "price":
        with localcontext(prec=60):
            return str(Decimal(value).quantize(Decimal(1).scaleb(-18), rounding=ROUND_HALF_UP))
    return str(value).lower()


def _last_stated(home: Home, scrape: HostedScrape) -> dict[Series, list[dict[str, Any]]]:
    """Return the rows of each series in the newest landing of a list that has it, by series."""
    source = list_landing.landed_rows(home, _KIND, scrape)
    if not source:
        return {}
    columns = (*_SERIES, *_STATED)
    with scratch() as con:
        rows = con.execute(
            f"select {', '.join(f'{name}::varchar' for name in columns)} {source} "
            f"qualify rank() over (partition by {', '.join(_SERIES)} order by captured_at desc, landing_id desc) = 1",
            [scrape.origin == "live"],
        ).fetchall()
    last: dict[Series, list[dict[str, Any]]] = defaultdict(list)
    for values in rows:
        row = dict(zip(columns, values, strict=True))
        last[tuple(str(row[name]) for name in _SERIES)].append(row)
    return last

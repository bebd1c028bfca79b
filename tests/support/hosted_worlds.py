"""Small worlds of hosted prices: lists read on some days, files of changes, and the warehouse built from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from scrapers.model import HostedPrice
from tests.support.worlds import at, building
from warehouse.imports.hosted_changes import land_changes
from warehouse.imports.import_file import Imported, only_importer
from warehouse.storage.connection import Connection
from warehouse.storage.hosted_landing import HostedScrape, land_hosted
from warehouse.storage.state_dir import Home

HEADER = "seen_at,provider,model,field,old,new,commit"
TABLES = ("core.hosted_price_changes", "v1.hosted_price_changes", "v1.hosted_price_intervals",
          "marts.hosted_price_faults")  # fmt: skip


def price(usd: str, host: str = "groq", model: str = "openai/gpt-oss-120b", **facts: Any) -> HostedPrice:
    """Return an input price in USD per million tokens."""
    stated: dict[str, Any] = {"kind": "input", "unit": "m_tokens", "text": f"input: {usd}"} | facts
    return HostedPrice(host=host, model=model, price=Decimal(usd), **stated)


def both(usd_in: str, usd_out: str, host: str = "groq", model: str = "openai/gpt-oss-120b") -> list[HostedPrice]:
    """Return an input and an output price."""
    return [price(usd_in, host, model), price(usd_out, host, model, kind="output")]


def read(home: Home, day: str, prices: Iterable[HostedPrice], of: str = "models.dev", **facts: Any) -> str:
    """Land what a list says on a day; return the status."""
    stated: dict[str, Any] = {"status": "ok", "sha256": f"{of} {day}"} | facts
    url = f"https://{of}/list.json"
    return land_hosted(home, HostedScrape(of, url, at(day), prices=tuple(prices), **stated), parser_version="1")


def changes(home: Home, *lines: str, of: str = "models.dev", header: str = HEADER) -> Imported:
    """Import a file of changes; a line without a commit gets one."""
    file = home.root / "changes.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    whole = [line if line.count(",") >= 6 else f"{line},{'ab12' * 10}" for line in lines]
    file.write_text("\n".join([header, *whole, ""]))
    with only_importer(home) as room:
        return land_changes(home, file, of, room)


def change(day: str, old: str, new: str, field: str = "input", host: str = "groq", model: str = "openai/gpt-oss-120b",
           clock: str = "12:00:00+00:00") -> str:  # fmt: skip
    """Return a line of a file of changes."""
    return f"{day}T{clock},{host},{model},{field},{old},{new}"


@contextmanager
def hosted(folder: Path | Home, *more: str) -> Iterator[Connection]:
    """Build what hosted prices need, with the tables of all steps; more: tables that also rest on prices of GPUs."""
    home = folder if isinstance(folder, Home) else Home(folder)
    with building(home, *TABLES, *more, "core.hosted_prices_as_of", "v1.hosted_prices_as_of") as con:
        yield con

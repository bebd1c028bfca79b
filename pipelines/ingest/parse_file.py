"""Parses one recorded file offline: the same parser and SQL as a refresh, on an in-memory database."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scrapers import registry
from scrapers.model import PACKED, NoPublicPrice, Offer, Page, Provider, clip
from scrapers.parsing import paging
from scrapers.reading.account import Account, nothing_read
from scrapers.reading.by_meaning import ByMeaning
from scrapers.reading.provider_page import Reading, read_provider_page
from scrapers.reading.reader import read_page
from warehouse.engine.build import build_tables, prepare_tables
from warehouse.storage.connection import Connection, scratch
from warehouse.storage.landing import OFFER_TYPES, PAGE_TYPES, RATE_TYPES, Seen, offer_rows, page_rows
from warehouse.storage.rows import execute_with_rows

OFFER_COLUMNS = (
    "provider", "instance", "gpu", "form_factor", "gpu_memory_gb", "gpu_count", "region", "region_id", "country",
    "continent", "pricing_model", "term_months", "price", "currency", "price_unit", "usd_per_gpu_hour", "price_scope",
    "availability", "product", "is_floor", "vcpus", "ram_gb", "local_disk_gb", "interconnect",
)  # fmt: skip
# Who read the row, a provider's layout or the general reader; and the words that it was read from, with their place.
COLUMNS = (*OFFER_COLUMNS, "read_by", "reason")
# As v1.offers_latest shows them: the region as printed, and the machine by the page or else by the instance table.
_SHOWN = (
    "stated_region as region, coalesce(vcpus, known_vcpus) as vcpus, coalesce(ram_gb, known_ram_gb) as ram_gb, "
    "coalesce(local_disk_gb, known_disk_gb) as local_disk_gb, "
    "coalesce(interconnect, known_interconnect) as interconnect, coalesce(is_floor, false) as is_floor, "
    "nullif(currency, '') as currency"
)
_UPTO = "staging.offers"
_NOBODY = Provider("", "", (), ByMeaning())
_NAME_DATE = re.compile(r"(20\d\d)-(\d\d)(?:-(\d\d))?")
_SMALL = 64 * 1024 * 1024


def open_page(provider: str, path: Path, url: str | None, captured_at: datetime | None) -> Page:
    """Return the file as a Page. Without `captured_at` (UTC), use the date in its name, else its modification time."""
    if captured_at is None:
        hit = _NAME_DATE.search(path.name)
        captured_at = (
            datetime(int(hit[1]), int(hit[2]), int(hit[3] or 1), tzinfo=UTC)
            if hit
            else datetime.fromtimestamp(path.stat().st_mtime, UTC)
        )
    common: dict[str, Any] = {
        "provider": provider,
        "url": url or path.resolve().as_uri(),
        "captured_at": captured_at.replace(tzinfo=captured_at.tzinfo or UTC),
        "fetched_by": "file",
        "is_excerpt": True,
    }
    if path.suffix in PACKED or path.stat().st_size > _SMALL:
        return Page(path=path, **common)
    content = _without_note(path.read_bytes())
    return Page(content=content, sha256=hashlib.sha256(content).hexdigest(), **common)


def _without_note(content: bytes) -> bytes:
    """Remove a leading comment about the recording, which is not part of the page."""
    if content.lstrip()[:12] == b"<!-- FIXTURE":
        return content.split(b"-->", 1)[1] if b"-->" in content else content
    return content


@dataclass(frozen=True, slots=True)
class FileReading:
    """Rows of COLUMNS, a remark for people ("" for none), and the account of the page's amounts."""

    rows: list[tuple[Any, ...]]
    remark: str
    account: Account

    def offers(self) -> list[tuple[Any, ...]]:
        """Return rows of OFFER_COLUMNS: without who read them and where."""
        return list(dict.fromkeys(row[: len(OFFER_COLUMNS)] for row in self.rows))


def parse_file(provider: str, path: Path, url: str | None = None, captured_at: datetime | None = None) -> FileReading:
    """Read a file as one provider's page: by its layout, or by meaning where that fails.

    Raises KeyError (unknown provider), OSError (unreadable file), LayoutError (nothing read).
    """
    return parse_file_as(registry.get(provider), path, url, captured_at)


def parse_file_as(
    parser: Provider, path: Path, url: str | None = None, captured_at: datetime | None = None
) -> FileReading:
    """Read a file as the page of a provider that need not be registered. Raises OSError and LayoutError."""
    page = open_page(parser.slug, path, url, captured_at)
    try:
        reading = read_provider_page(parser, page)
    except NoPublicPrice as fact:
        return FileReading([], str(fact), Account())
    return file_reading(page, reading, parser)


def read_file(path: Path, captured_at: datetime | None = None) -> FileReading:
    """Read a file of no known provider by meaning. Raises OSError (unreadable), LayoutError (nothing read)."""
    return read_any_page(open_page("", path, None, captured_at))


def read_any_page(page: Page) -> FileReading:
    """Read a page of no known provider by meaning. Raises LayoutError when nothing is read."""
    account = read_page(page)
    if not account.offers:
        raise nothing_read(page, account)
    return file_reading(page, Reading(tuple(account.offers), "general", account))


def file_reading(page: Page, reading: Reading, provider: Provider | None = None) -> FileReading:
    """Return a page's reading as rows, with what is left out of them."""
    offers = reading.offers
    in_force = tuple(offer for offer in offers if not is_announced(offer, page))
    rows = normalise(
        Seen(page.provider, page.source, page.url, page.captured_at, "ok", offers=in_force), reading.read_by
    )
    unpriced = sum(offer.price is None for offer in offers)
    announced = sum(is_announced(offer, page) for offer in offers)
    unknown = sorted(
        {offer.instance or offer.gpu_label for offer in in_force if offer.price is not None and not offer.currency}
    )
    remarks = [f"read by the general reader: {clip(reading.failure)}"] if reading.failure else []
    remarks += [f"{unpriced} offers without a price not shown"] if unpriced else []
    remarks += [f"{announced} announced prices, not in force yet, not shown"] if announced else []
    remarks += [f"the currency of {', '.join(unknown[:5])} is unknown: no USD price"] if unknown else []
    if part := paging.remark(provider or _NOBODY, page):
        reading.account.faults.append(part)
    return FileReading(rows, "; ".join(remarks), reading.account)


def is_announced(offer: Offer, page: Page) -> bool:
    """Return whether a price takes effect after the page was recorded."""
    return offer.effective_from is not None and offer.effective_from > page.captured_at.date()


@contextmanager
def _prepared() -> Iterator[Connection]:
    """Yield a database with formulas and seeds; the next file finds it as this one did, and need not wait for them."""
    with scratch("parse") as con:
        if not con.execute("select 1 from duckdb_schemas() where schema_name = 'landing'").fetchall():
            con.execute("begin")
            prepare_tables(con, _UPTO)
            con.execute("commit")
        con.execute("begin")
        try:
            yield con
        finally:
            con.execute("rollback")


def normalise(seen: Seen, read_by: str) -> list[tuple[Any, ...]]:
    """Return rows of COLUMNS for one page's offers, using the warehouse's own staging SQL.

    `reason`: what each price was read from, and where it stands on the page.
    """
    with _prepared() as con:
        common = {"landing_id": "parse", "landed_at": seen.captured_at.isoformat()}
        for name, rows, types in (
            ("pages", page_rows([seen], **common, parser_version="parse"), PAGE_TYPES),
            ("offers", offer_rows([seen], "parse"), OFFER_TYPES),
        ):
            execute_with_rows(con, f"create table landing.{name} as ", rows, types)
        execute_with_rows(con, "create table landing.rates as ", [], RATE_TYPES)
        build_tables(con, _UPTO)
        # A commitment paid entirely upfront has no hourly price: the file states the fee.
        return con.execute(
            f"""
            select {", ".join(OFFER_COLUMNS)}, ? as read_by, "text" as reason from (
                select distinct on ({", ".join(OFFER_COLUMNS)}, upfront, upfront_price) * replace (
                    if(price = 0, upfront_price, price) as price, if(price = 0, 'term_total', price_unit) as price_unit,
                    nullif(currency, '') as currency
                )
                from (select {", ".join(OFFER_COLUMNS)}, upfront, upfront_price, "text"
                      from (select * replace ({_SHOWN}) from staging.offers)
                      where price_status in ('priced', 'unknown_currency') and price_scope <> 'host_component')
                order by all
            )
            order by all
            """,  # noqa: S608 -- column names of ours
            [read_by],
        ).fetchall()

"""Parses one recorded file offline: the same parser and SQL as a refresh, on an in-memory database."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scrapers import registry
from scrapers.model import LayoutError, NoPublicPrice, Offer, Page
from warehouse.engine.build import build_tables
from warehouse.engine.seeds import load_seeds
from warehouse.storage.connection import in_memory
from warehouse.storage.landing import OFFER_TYPES, PAGE_TYPES, RATE_TYPES, Seen, offer_rows, page_rows
from warehouse.storage.rows import execute_with_rows

COLUMNS = (
    "provider", "instance", "gpu", "form_factor", "gpu_memory_gb", "gpu_count", "region", "region_id", "country",
    "continent", "pricing_model", "term_months", "price", "currency", "price_unit", "usd_per_gpu_hour", "price_scope",
    "availability", "product", "is_floor", "vcpus", "ram_gb", "local_disk_gb", "interconnect",
)  # fmt: skip
# As v1.offers_latest shows them: the region as printed, and the machine by the page or else by the instance table.
_SHOWN = (
    "stated_region as region, coalesce(vcpus, known_vcpus) as vcpus, coalesce(ram_gb, known_ram_gb) as ram_gb, "
    "coalesce(local_disk_gb, known_disk_gb) as local_disk_gb, "
    "coalesce(interconnect, known_interconnect) as interconnect, coalesce(is_floor, false) as is_floor"
)
_NAME_DATE = re.compile(r"(20\d\d)-(\d\d)(?:-(\d\d))?")
_SMALL = 64 * 1024 * 1024


def open_page(provider: str, path: Path, url: str | None, captured_at: datetime | None) -> Page:
    """Return the file as a Page. Without `captured_at`, use the date in its name, else its modification time."""
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
        "captured_at": captured_at,
        "fetched_by": "file",
        "is_excerpt": True,
    }
    if path.suffix == ".gz" or path.stat().st_size > _SMALL:
        return Page(path=path, **common)
    content = _without_note(path.read_bytes())
    return Page(content=content, sha256=hashlib.sha256(content).hexdigest(), **common)


def _without_note(content: bytes) -> bytes:
    """Remove a leading comment about the recording, which is not part of the page."""
    if content.lstrip()[:12] == b"<!-- FIXTURE":
        return content.split(b"-->", 1)[1] if b"-->" in content else content
    return content


def parse_file(
    provider: str, path: Path, url: str | None = None, captured_at: datetime | None = None
) -> tuple[list[tuple[Any, ...]], str]:
    """Return rows of COLUMNS for the priced offers in a file, and a remark ("" when there is none).

    Raises KeyError (unknown provider), OSError (unreadable file), LayoutError (unknown layout).
    """
    parser = registry.get(provider)
    page = open_page(parser.slug, path, url, captured_at)
    try:
        offers = tuple(parser.parse(page))
    except NoPublicPrice as fact:
        return [], str(fact)
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as broken:
        # A parser that crashes on a page met an unknown layout, as in a refresh.
        raise LayoutError(page, "values as the parser knows them", repr(broken)) from broken
    in_force = tuple(offer for offer in offers if not is_announced(offer, page))
    rows = _normalise(Seen(parser.slug, page.source, page.url, page.captured_at, "ok", offers=in_force))
    unpriced = sum(offer.price is None for offer in offers)
    announced = sum(is_announced(offer, page) for offer in offers)
    remarks = [f"{unpriced} offers without a price not shown"] if unpriced else []
    remarks += [f"{announced} announced prices, not in force yet, not shown"] if announced else []
    return rows, "; ".join(remarks)


def is_announced(offer: Offer, page: Page) -> bool:
    """Return whether a price takes effect after the page was recorded."""
    return offer.effective_from is not None and offer.effective_from > page.captured_at.date()


def _normalise(seen: Seen) -> list[tuple[Any, ...]]:
    """Return rows of COLUMNS for one page's offers, using the warehouse's own staging SQL."""
    with in_memory() as con:
        con.execute("create schema landing")
        common = {"landing_id": "parse", "landed_at": seen.captured_at.isoformat()}
        for name, rows, types in (
            ("pages", page_rows([seen], **common, parser_version="parse"), PAGE_TYPES),
            ("offers", offer_rows([seen], "parse"), OFFER_TYPES),
        ):
            execute_with_rows(con, f"create table landing.{name} as ", rows, types)
        execute_with_rows(con, "create table landing.rates as ", [], RATE_TYPES)
        load_seeds(con)
        con.execute("create view landing.seed_prices as from seeds.seed_prices limit 0")  # not in this file
        build_tables(con, upto="staging.offers")
        # A commitment paid entirely upfront has no hourly price: the file states the fee.
        return con.execute(
            f"""
            select {", ".join(COLUMNS)} from (
                select distinct * replace (
                    if(price = 0, upfront_price, price) as price, if(price = 0, 'term_total', price_unit) as price_unit
                )
                from (select {", ".join(COLUMNS)}, upfront, upfront_price
                      from (select * replace ({_SHOWN}) from staging.offers)
                      where price_status = 'priced' and price_scope <> 'host_component')
            )
            order by all
            """  # noqa: S608 -- column names of ours
        ).fetchall()

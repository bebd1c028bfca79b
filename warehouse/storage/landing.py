"""Lands scrapes as Parquet, one file of pages and one of offers each: immutable, written whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from scrapers.model import Offer
from warehouse.storage import month_files
from warehouse.storage.connection import quoted, scratch
from warehouse.storage.files import replacing
from warehouse.storage.rows import execute_with_rows
from warehouse.storage.state_dir import Home

Status = Literal[
    "ok", "partial", "failed", "no_public_price", "needs_key", "robots_denied", "layout_changed", "unverified",
    "blocked",
]  # fmt: skip
Origin = Literal["live", "recorded", "sample", "imported", "archived", "seed"]

PAGE_TYPES = {
    "landing_id": "VARCHAR",
    "landed_at": "TIMESTAMPTZ",
    "origin": "VARCHAR",
    "parser_version": "VARCHAR",
    "provider": "VARCHAR",
    "source": "VARCHAR",
    "url": "VARCHAR",
    "captured_at": "TIMESTAMPTZ",
    "status": "VARCHAR",
    "detail": "VARCHAR",
    "sha256": "VARCHAR",
    "fetched_by": "VARCHAR",
    "n_offers": "INTEGER",
}
OFFER_TYPES = {
    "landing_id": "VARCHAR",
    "provider": "VARCHAR",
    "url": "VARCHAR",
    "captured_at": "TIMESTAMPTZ",
    "source": "VARCHAR",
    "instance": "VARCHAR",
    "gpu_label": "VARCHAR",
    "gpu_count": "DECIMAL(18,10)",
    "gpu_memory": "VARCHAR",
    "gpu_memory_is_total": "BOOLEAN",
    "region": "VARCHAR",
    "zone": "VARCHAR",
    "pricing_model": "VARCHAR",
    "term_months": "INTEGER",
    "upfront": "VARCHAR",
    "price": "DECIMAL(38,18)",
    "upfront_price": "DECIMAL(38,18)",
    "currency": "VARCHAR",
    "price_unit": "VARCHAR",
    "price_scope": "VARCHAR",
    "price_status": "VARCHAR",
    "availability": "VARCHAR",
    "effective_from": "DATE",
    "effective_until": "DATE",
    "vcpus": "DECIMAL(18,4)",
    "ram_gb": "DECIMAL(18,3)",
    "local_disk_gb": "DECIMAL(18,3)",
    "interconnect": "VARCHAR",
    "max_gpu_count": "INTEGER",
    "product": "VARCHAR",
    "is_floor": "BOOLEAN",
    "text": "VARCHAR",
}
RATE_TYPES = {"rate_on": "DATE", "currency": "VARCHAR", "per_eur": "DECIMAL(18,6)", "sha256": "VARCHAR"}


@dataclass(frozen=True, slots=True)
class Seen:
    """One page of a scrape and its result. `offers` is empty unless status is ok or partial (of a list, not all)."""

    provider: str
    source: str
    url: str
    captured_at: datetime  # UTC time of the scrape attempt
    status: Status
    detail: str = ""
    sha256: str = ""
    fetched_by: str = ""
    origin: Origin = "live"
    offers: tuple[Offer, ...] = ()


def offer_rows(seen: Iterable[Seen], landing_id: str) -> list[dict[str, Any]]:
    """Return offers as rows of OFFER_TYPES; all text, so that no digit of a price is lost."""
    names = [f.name for f in fields(Offer)]
    rows: list[dict[str, Any]] = []
    for page in seen:
        receipt = {
            "landing_id": landing_id,
            "provider": page.provider,
            "url": page.url,
            "captured_at": page.captured_at.isoformat(),
        }
        for offer in page.offers:
            values: dict[str, str | None] = {n: None if (v := getattr(offer, n)) is None else str(v) for n in names}
            rows.append(receipt | values)
    return rows


def page_rows(seen: Iterable[Seen], **common: str) -> list[dict[str, Any]]:
    """Return pages as rows of PAGE_TYPES; `common` holds the columns that all share."""
    return [
        common
        | {
            "provider": page.provider,
            "source": page.source,
            "url": page.url,
            "captured_at": page.captured_at.isoformat(),
            "status": page.status,
            "detail": page.detail,
            "sha256": page.sha256,
            "fetched_by": page.fetched_by,
            "origin": page.origin,
            "n_offers": str(len(page.offers)),
        }
        for page in seen
    ]


def _identify(provider: str, parser_version: str, seen: Sequence[Seen]) -> str:
    """Return a landing's name: equal for the same pages with the same offers read by the same parsers."""
    digest = hashlib.sha256(f"{provider} {parser_version}".encode())
    for page in seen:
        digest.update(repr(page).encode())
    return digest.hexdigest()[:16]


def land(home: Home, provider: str, seen: Sequence[Seen], *, parser_version: str) -> str:
    """Write one scrape of a provider; return the landing's id.

    Offers are written before pages: offers count only with their page, so a kill in between lands nothing half.
    Landing the same again writes nothing. Raises OSError (disk full, no permission) with the path in it.
    """
    landing_id = _identify(provider, parser_version, seen)
    stamp = max(page.captured_at for page in seen).astimezone(UTC).strftime("%Y-%m-%dT%H%M%SZ")
    name = f"{stamp}-{landing_id}.parquet"
    pages_file, offers_file = (home.landing / kind / provider / name for kind in ("pages", "offers"))
    if month_files.holder(pages_file):
        return landing_id
    common = {
        "landing_id": landing_id,
        "landed_at": datetime.now(UTC).isoformat(),
        "parser_version": parser_version,
    }
    write_landing(offers_file, offer_rows(seen, landing_id), OFFER_TYPES)
    write_landing(pages_file, page_rows(seen, **common), PAGE_TYPES)
    return landing_id


def land_rates(home: Home, sha256: str, rates: Sequence[tuple[date, str, Decimal]]) -> Path:
    """Write exchange rates (day, currency, units per euro) of one page; the same page again writes nothing."""
    newest = max(rate[0] for rate in rates)
    path = home.landing / "rates" / "ecb" / f"{newest}-{sha256[:16]}.parquet"
    if not path.exists():
        rows = [{"rate_on": str(d), "currency": c, "per_eur": str(r), "sha256": sha256} for d, c, r in rates]
        write_landing(path, rows, RATE_TYPES)
    return path


def landed(home: Home, kind: str) -> list[str]:
    """Return the landing files of a kind ("pages", "offers", "rates"), <provider>/<file>, in order.

    Of a month that was merged the files that it was made of are left out, whether they are still there or not.
    """
    folder = home.landing / kind
    return month_files.visible(folder, sorted(f"{path.parent.name}/{path.name}" for path in folder.glob("*/*.parquet")))


def stamped(home: Home, kind: str) -> dict[str, str]:
    """Return names as `landed` does -> size and modification time: a touched file counts as changed."""
    stats = {name: (home.landing / kind / name).stat() for name in landed(home, kind)}
    return {name: f"{stat.st_size} {stat.st_mtime_ns}" for name, stat in stats.items()}


def write_landing(path: Path, rows: list[dict[str, Any]], types: dict[str, str]) -> None:
    """Write rows as Parquet: under its name a file is whole."""
    with replacing(path) as part, scratch() as con:
        # A bloom filter damaged by a bad disk would hide rows without an error, and these files are small.
        options = "format parquet, compression zstd, write_bloom_filter false"
        execute_with_rows(con, "copy (", rows, types, f") to '{quoted(part)}' ({options})")

"""Lands an attempt at a published list and what it states anew: what the lists of prices and of throughput share."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from warehouse.storage import month_files
from warehouse.storage.connection import quoted
from warehouse.storage.landing import Origin, Status, landed, write_landing
from warehouse.storage.state_dir import Home

_LEAST = 0.5  # a list that shrinks to less than this lost its end: what it lacks is not gone
Row = Mapping[str, Any]


class ListScrape(Protocol):
    """One attempt at a list."""

    @property
    def list(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def captured_at(self) -> datetime: ...
    @property
    def status(self) -> Status: ...
    @property
    def detail(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def origin(self) -> Origin: ...


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of list: the folders that its rows and its attempts land in, and the columns of both."""

    rows: str
    attempts: str
    row_types: dict[str, str]
    attempt_types: dict[str, str]


@dataclass(frozen=True, slots=True)
class Landing:
    """Where an attempt lands: its id, and the files of its rows and of itself."""

    landing_id: str
    rows: Path
    attempt: Path


def landing_of(home: Home, kind: Kind, scrape: ListScrape, parser_version: str) -> Landing:
    """Return where an attempt lands; the same attempt lands in the same place."""
    digest = hashlib.sha256(f"{parser_version} {scrape!r}".encode()).hexdigest()[:16]
    name = f"{scrape.captured_at.astimezone(UTC):%Y-%m-%dT%H%M%SZ}-{digest}.parquet"
    rows, attempt = (home.landing / folder / scrape.list / name for folder in (kind.rows, kind.attempts))
    return Landing(digest, rows, attempt)


def is_landed(landing: Landing) -> bool:
    """Return whether an attempt was landed before, in a file of its own or of its month."""
    return month_files.holder(landing.attempt) is not None


def is_short(scrape: ListScrape, n_stated: int, n_before: int) -> bool:
    """Return whether a list lost its end: nothing that it lacks is taken for gone."""
    return scrape.status == "ok" and n_stated < _LEAST * n_before


def write(
    landing: Landing, kind: Kind, scrape: ListScrape, rows: Iterable[Row], facts: Row, note: str, parser_version: str
) -> None:
    """Write rows, then the attempt with which they count: a kill in between lands nothing half.

    facts: of the attempt, beside what every scrape has; each may replace what the scrape says. note: further detail.
    """
    receipt = {
        "landing_id": landing.landing_id, "list": scrape.list, "captured_at": scrape.captured_at.isoformat(),
        "source_url": scrape.url, "sha256": scrape.sha256,
    }  # fmt: skip
    whole = [{**dict.fromkeys(kind.row_types), **row, **receipt} for row in rows]
    write_landing(landing.rows, whole, kind.row_types)
    write_landing(landing.attempt, [{
        "landing_id": landing.landing_id, "landed_at": datetime.now(UTC).isoformat(), "origin": scrape.origin,
        "parser_version": parser_version, "list": scrape.list, "url": scrape.url,
        "captured_at": scrape.captured_at.isoformat(), "status": scrape.status,
        "detail": "; ".join(filter(None, (scrape.detail, note))), "sha256": scrape.sha256, **facts,
    }], kind.attempt_types)  # fmt: skip


def landed_rows(home: Home, kind: Kind, scrape: ListScrape) -> str:
    """Return the FROM and WHERE of a list's landed rows; empty where there are none.

    Its one parameter is whether they were read live: what was replayed says nothing of that, nor the other way round.
    """
    names = [name for name in landed(home, kind.attempts) if name.startswith(f"{scrape.list}/")]
    if not names:
        return ""
    attempts, rows = (
        ", ".join(f"'{quoted(home.landing / folder / name)}'" for name in names)
        for folder in (kind.attempts, kind.rows)
    )
    read_alike = f"select landing_id from read_parquet([{attempts}]) where (origin = 'live') = ?"  # noqa: S608 -- ours
    return f"from read_parquet([{rows}]) where landing_id in ({read_alike})"

"""The model of a page: its facts, its template, the downloads it offers and the receipts it cites."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any


class ReceiptLink(str):
    """The path of a receipt page, with the content hash that the page is about."""

    sha256: str

    def __new__(cls, path: str, sha256: str) -> ReceiptLink:
        """Make a link; it is its path wherever text is expected."""
        link = super().__new__(cls, path)
        link.sha256 = sha256
        return link


@dataclass(frozen=True, slots=True)
class Download:
    """A file that holds what a page shows, and more: its path on the site and its content in words."""

    path: str
    what: str

    @property
    def form(self) -> str:
        """Return the format: CSV, Parquet, JSON ..."""
        return {"csv": "CSV", "parquet": "Parquet", "json": "JSON", "atom": "Atom feed", "duckdb": "DuckDB"}[
            self.path.rpartition(".")[2]
        ]


@dataclass(frozen=True, slots=True)
class SitePage:
    """One page: its path, the template that renders its facts, and metadata for browsers and search engines.

    Facts are plain values, lists and dicts: equal facts give equal bytes, so their hash shows whether a page changed.
    `as_of` is the day of the data, None where a page does not age.
    """

    path: str
    template: str
    title: str
    about: str
    facts: dict[str, Any] = field(default_factory=dict)
    as_of: date | None = None
    downloads: tuple[Download, ...] = ()
    section: str = ""  # the navigation entry that it belongs to
    feed: str = ""  # the Atom feed of what it shows
    is_dataset: bool = False

    def cited_receipts(self) -> set[str]:
        """Return the content hashes of all receipts that the facts link to."""
        hashes: set[str] = set()
        pending: list[Any] = [self.facts]
        while pending:
            value = pending.pop()
            for part in value.values() if isinstance(value, dict) else value:
                if isinstance(part, (dict, list, tuple)):
                    pending.append(part)
                elif isinstance(part, ReceiptLink):
                    hashes.add(part.sha256)
        return hashes

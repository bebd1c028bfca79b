"""What a page of the site is, and what it offers besides itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Download:
    """A file that holds what a page shows, and more: its path on the site and what is in it."""

    path: str
    what: str

    @property
    def form(self) -> str:
        """CSV, Parquet, JSON ..."""
        return {"csv": "CSV", "parquet": "Parquet", "json": "JSON", "atom": "Atom feed", "duckdb": "DuckDB"}[
            self.path.rpartition(".")[2]
        ]


@dataclass(frozen=True, slots=True)
class Page:
    """One page: where it lies, which template renders which facts, and what heads and machines say of it.

    Facts are plain values, lists and dicts: two equal ones give equal bytes, and their hash tells that nothing changed.
    `as_of` is the day of the data, None where a page does not age.
    """

    path: str
    template: str
    title: str
    about: str
    facts: dict[str, Any] = field(default_factory=dict)
    as_of: date | None = None
    downloads: tuple[Download, ...] = ()
    section: str = ""  # the entry of the navigation that it belongs to
    feed: str = ""  # the Atom feed of what it shows
    is_dataset: bool = False

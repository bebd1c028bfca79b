"""A table as a grid: titles of columns and rows of cells, whatever tags it was built of; and which texts are titles."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from scrapers.reading import words
from scrapers.reading.accelerator_names import names_one
from scrapers.reading.amounts import find_amounts, find_rates
from scrapers.reading.page_tree import Box, Line

MOST_COLUMNS: Final = 40
LONGEST_TITLE: Final = 110
DECIMALS: Final = re.compile(r"\s*\d{1,4}[.,]\d{1,4}\s*")  # a price without a sign


@dataclass(slots=True, eq=False)
class Grid:
    """A table: column titles (joined over several head rows) and rows of cells, one per column."""

    titles: list[str]
    rows: list[list[Cell]]
    headings: tuple[tuple[int, str], ...]
    caption: str
    first_line: int  # order of its first line
    is_table: bool = False  # by its tags
    box: Box | None = None  # of the table
    look: tuple[str, str] = ("", "")  # of its rows, where they are boxes
    broken: list[Line] = field(default_factory=list)  # lines of rows with fewer cells: none can be told from another


@dataclass(slots=True, eq=False)
class Cell:
    """A cell: its text and the lines it was read from."""

    text: str
    lines: tuple[Line, ...] = ()
    is_head: bool = False


@lru_cache(maxsize=65_536)
def has_money(text: str) -> bool:
    """Return whether a text holds an amount, with a currency or with a price's unit."""
    return bool(find_amounts(text) or find_rates(text))


@lru_cache(maxsize=16_384)
def is_title(text: str) -> bool:
    kinds = (words.LABEL, words.INSTANCE, words.PRICE, words.MEMORY_GPU, words.RAM, words.VCPU, words.DISK, words.NETWORK, words.REGION, words.TERM,
             words.AVAILABILITY, words.ON_DEMAND, words.SPOT, words.RESERVED, words.TIME["hour"], words.TIME["month"], words.PROVIDER, words.DURATION, words.COUNT)  # fmt: skip
    return any(kind.search(text) for kind in kinds) or names_one(text)


@lru_cache(maxsize=16_384)
def titles_prices(text: str) -> bool:
    kinds = (words.PRICE, words.ON_DEMAND, words.SPOT, words.RESERVED, *words.TIME.values())
    return any(p.search(text) for p in kinds) or bool(re.search(r"\bpriority\b", text, re.IGNORECASE))


def nearest_heading(grid: Grid) -> str:
    return grid.headings[-1][1] if grid.headings else ""

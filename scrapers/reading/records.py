"""A record: one row, card or object of a page, as fields with titles, and the words that stand around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from scrapers.reading.page_tree import Line

AS_ABOVE: Final = "〃"  # in a row's first field, for an empty cell below an accelerator's name


@dataclass(slots=True, eq=False)
class Field:
    """A value and the title that says what it is: a table's cell and its column, a card's line, a key's value."""

    title: str
    text: str
    lines: tuple[Line, ...] = ()
    path: str | Callable[[], str] = ""
    is_number: bool = False  # a bare number of a data format: an amount wherever the title says price
    column: int = -1
    is_price: bool | None = None  # None: its words tell
    kind: str = field(default="", init=False)  # what it states, once that was asked

    def where(self) -> str:
        """Return the path of the value on its page."""
        if callable(self.path):
            return self.path()
        return self.path or (self.lines[0].path() if self.lines else "")


@dataclass(slots=True, eq=False)
class Record:
    """Fields that stand together. `scope` are captions and headings, the nearest first; `group` is the table it is of."""

    fields: list[Field]
    scope: tuple[str, ...] = ()
    kind: str = "row"  # row, card, sentence, object
    group: int = 0
    heading: str = ""  # the nearest one: it may name the accelerator where no field does
    intro: tuple[str, ...] = ()  # sentences right above the table: they may state what an hour buys
    is_comparison: bool = False  # some of its prices are other providers'
    seller: str = ""  # of a table whose rows are of several providers: the one that this row names
    among_specialists: bool = False  # some of them sell nothing but GPUs: no list of clouds that one provider runs on

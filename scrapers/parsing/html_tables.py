"""Finds the rows of HTML tables, and of the grids of boxes used in their place, each with its column titles."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bs4 import Tag

from scrapers.parsing.accelerator_labels import names_accelerator
from scrapers.parsing.price_words import is_price_like
from scrapers.parsing.text import heading_before, is_cut, money, visible_text

_LABEL = re.compile(
    r"^(?:(?:NVIDIA|AMD)?\s*GPUS?(?: MODEL| TYPE| NAME| PRICING)?|MODEL|ITEM|HARDWARE|ACCELERATOR"
    r"|INSTANCE(?: NAME| TYPE)?|SIZE|NAME|CHIP|MACHINE(?: TYPE)?)\b(?![-\s]*(?:HOUR|HR|COUNT))"
)
_PRICE = re.compile(r"PRIC|COST|RATE|DEMAND|SPOT|PREEMPT|RESERV|HOUR|HRL?Y?\b|STARTING|AS LOW AS|COMMIT")
_HEADING = re.compile(r"^h[1-6]$")
_MAX_COLUMNS = 24
_MAX_TITLE = 90  # characters
_MAX_TEXTS = 150  # of a row


@dataclass(frozen=True, slots=True)
class TableRow:
    """A body row of a table: a text per column, the column titles, the table's own title, and the element."""

    texts: tuple[str, ...]
    header: tuple[str, ...]  # upper case; empty when the table's header is not on the page (a cut recording)
    section: str  # the table's caption, else the heading before it
    tag: Tag

    def column(self, *any_of: str) -> int | None:
        """Return the index of the column whose title is, else begins with, else contains one of these; or None."""
        tests = (str.__eq__, str.startswith, str.__contains__)
        return next((i for test in tests for w in any_of for i, name in enumerate(self.header) if test(name, w)), None)

    def get(self, *any_of: str) -> str:
        """Return the text of that column, or ""."""
        index = self.column(*any_of)
        return "" if index is None else self.texts[index]

    def excerpt(self) -> str:
        """Return the row on one line."""
        return " | ".join(self.texts)


def rows(root: Tag) -> Iterator[TableRow]:
    """Yield the body rows of every table, then of every grid of boxes, under `root`."""
    yield from table_rows(root)
    yield from _boxes(root)


def table_rows(root: Tag) -> Iterator[TableRow]:
    """Yield the body rows of every table under `root`; nested tables are tables of their own.

    A cell that spans columns or rows stands in each of them. Left out are a title that spans the whole table, and a
    row with another number of cells than its header: its cells cannot be told apart.
    """
    for table in [root] if root.name == "table" else root.find_all("table"):
        yield from _table(table)
    yield from _rows_without_table(root)


def _table(table: Tag) -> Iterator[TableRow]:
    trs = [tr for tr in table.find_all("tr") if tr.find_parent("table") is table]
    in_thead = [tr for tr in trs if tr.find_parent("thead") is not None]
    head = [tr for tr in in_thead if not _has_amount(tr)]
    bare = table.find("thead")
    if not head and isinstance(bare, Tag) and bare.find("th", recursive=False):  # a thead of cells without a row
        head = [bare]
    if not head:  # a first row with an amount is data, unless it alone stands in the thead
        head = in_thead[:1] if len(in_thead) < len(trs) else []
    if not head:
        head = [tr for tr in trs[:1] if not _has_amount(tr)]
    yield from _body(table, head, [tr for tr in trs if not any(tr is h for h in head)])


def _rows_without_table(root: Tag) -> Iterator[TableRow]:
    """Yield the rows of a recording that begins amid a table: the HTML parser keeps them, or only their cells."""
    loose = [tr for tr in root.find_all("tr") if tr.find_parent("table") is None]
    stray = [th for th in root.find_all("th") if th.find_parent(["tr", "thead", "table"]) is None]
    if not loose:
        return
    header = tuple(visible_text(th).upper() for th in stray)
    if not header and not _has_amount(loose[0]):
        header = _titles([loose.pop(0)])
    for tr in loose:
        cells = tuple(visible_text(c) for c in tr.find_all(["td", "th"], recursive=False))
        if cells and (not header or len(cells) == len(header)):
            yield TableRow(cells, header, heading_before(tr), tr)


def _has_amount(tr: Tag) -> bool:
    return any(_amounts(visible_text(cell)) for cell in tr.find_all(["td", "th"], recursive=False))


def _amounts(text: str) -> bool:
    try:
        return money(text) is not None
    except ValueError:
        return True


def _body(table: Tag, head: list[Tag], body: list[Tag]) -> Iterator[TableRow]:
    header = _titles(head)
    caption = table.find("caption")
    section = visible_text(caption) if isinstance(caption, Tag) else heading_before(table)
    for tr, cells in zip(body, _spread(body), strict=True):
        is_title = len(cells) > 1 and all(cell is cells[0] for cell in cells)
        if cells and not is_title and (not header or len(cells) == len(header)):
            yield TableRow(tuple(visible_text(c) for c in cells), header, section, tr)


def _titles(head: list[Tag]) -> tuple[str, ...]:
    """Return one title per column; of several header rows, their words joined."""
    grid = [[visible_text(c).upper() for c in cells] for cells in _spread(head)]
    if not grid or len({len(row) for row in grid}) != 1:
        return tuple(grid[-1]) if grid else ()
    return tuple(" ".join(dict.fromkeys(t for t in column if t)) for column in zip(*grid, strict=True))


def _spread(trs: list[Tag]) -> list[list[Tag]]:
    """Return the cells of each row, one per column: a cell that spans columns or rows stands in each of them."""
    grid: list[list[Tag]] = []
    reaching: dict[int, tuple[Tag, int]] = {}  # column -> cell of a row above, rows it still reaches into
    for tr in trs:
        row: list[Tag] = []
        below: dict[int, tuple[Tag, int]] = {}
        own = [(c, _span(c, "colspan"), _span(c, "rowspan")) for c in tr.find_all(["td", "th"], recursive=False)]
        while own or len(row) in reaching:
            if len(row) in reaching:
                cell, left = reaching[len(row)]
                across = 1
            else:
                cell, across, down = own.pop(0)
                left = down - 1
            for _ in range(across):
                if left > 0:
                    below[len(row)] = (cell, left - (1 if len(row) in reaching else 0))
                row.append(cell)
            if len(row) > _MAX_COLUMNS:
                break
        reaching = {i: (cell, left) for i, (cell, left) in below.items() if left > 0}
        grid.append(row)
    return grid


def _span(cell: Tag, name: str) -> int:
    text = str(cell.get(name, "1")).strip()
    return min(int(text), _MAX_COLUMNS) if text.isdigit() and int(text) else 1


def _boxes(root: Tag) -> Iterator[TableRow]:
    """Yield the rows of boxes below a row of boxes that reads like a header, up to the next such header."""
    header: tuple[str, ...] = ()
    section = ""
    last: Tag | None = None
    for tag in root.find_all(True):
        if tag.name in ("tr", "thead", "tbody", "table", "ul", "svg", "script", "style", "select"):
            continue
        boxes = [child for child in tag.children if isinstance(child, Tag)]
        if not 2 <= len(boxes) <= _MAX_COLUMNS or (header and len(boxes) != len(header) and not _may_be_header(tag)):
            continue
        if not _is_small(tag) or (last is not None and last in tag.parents):
            continue
        if _may_be_header(tag) and (titles := _header(boxes)) and tag.find_parent("table") is None:
            header, section, last = titles, heading_before(tag), tag
        elif header and len(boxes) == len(header) and (texts := _row(header, boxes)):
            last = tag
            yield TableRow(texts, header, section, tag)


def _is_small(tag: Tag) -> bool:
    """Check that an element holds few enough texts to be a row: a page is made of boxes in boxes."""
    return next(itertools.islice(tag.strings, _MAX_TEXTS, None), None) is None


def _may_be_header(tag: Tag) -> bool:
    """Check that the first text of an element may title a column, before reading all of it."""
    first = next((text for text in itertools.islice(tag.stripped_strings, 3)), "")
    return len(first) <= _MAX_TITLE and "$" not in first


def _header(boxes: list[Tag]) -> tuple[str, ...]:
    titles: list[str] = []
    for box in boxes:
        title = visible_text(box).upper()
        if not title or len(title) > _MAX_TITLE or _amounts(title):
            return ()
        titles.append(title)
    return tuple(titles) if any(map(_LABEL.search, titles)) and any(map(_PRICE.search, titles)) else ()


def _row(header: tuple[str, ...], boxes: list[Tag]) -> tuple[str, ...]:
    """Return the boxes' texts if they read like a row: below a price title stands a price, or that there is none."""
    texts = tuple(visible_text(box) for box in boxes)
    if is_cut(boxes[-1]):
        return ()
    priced = [text for title, text in zip(header, texts, strict=True) if _PRICE.search(title) and not _is_label(title)]
    if any(_is_label(title) and _amounts(text) for title, text in zip(header, texts, strict=True)):
        return ()  # a box of rows, not a row
    is_named = any(priced) or any(_is_label(t) and names_accelerator(x) for t, x in zip(header, texts, strict=True))
    return texts if priced and is_named and all(map(is_price_like, priced)) else ()


def _is_label(title: str) -> bool:
    return _LABEL.search(title) is not None

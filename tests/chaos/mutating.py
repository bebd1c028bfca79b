"""Changes pages as providers change them; the rows must follow each change or be refused."""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from bs4 import BeautifulSoup, Comment, Tag
from bs4.element import NavigableString

Change = Callable[[BeautifulSoup, random.Random], None]
AMOUNT = re.compile(r"[$€£₹]\s*\d[\d.,]*\d|[$€£₹]\s*\d")
_MONEY = re.compile(r"(?:[$€£₹]|USD)\s*\d[\d.,]*|\d[\d.,]*\s*[$€£₹]")  # wherever the sign has moved to
_LONE = re.compile(r"^\s*(?:from |starts? from |starting from )?[$€£₹]\s*\d", re.IGNORECASE)
_IS_TITLE = re.compile(r"^(?:gpus?|items?)\b", re.IGNORECASE)
_WRAPPERS = ("div", "section", "article")


@dataclass(frozen=True)
class Table:
    """A table or a grid of boxes: its rows, the header first, each a list of cells."""

    rows: list[list[Tag]]

    @property
    def body(self) -> list[list[Tag]]:
        return self.rows[1:]


def tables(tree: BeautifulSoup) -> list[Table]:
    """Return tables without spans, and grids of boxes."""
    whole = [t for t in tree.find_all("table") if not t.select_one("[colspan], [rowspan], thead > th")]
    rows = [[list(tr.find_all(["td", "th"], recursive=False)) for tr in t.find_all("tr")] for t in whole]
    candidates = [Table([row for row in table if len(row) == max(map(len, table))]) for table in rows if table]
    return [t for t in [*candidates, *_grids(tree)] if len(t.rows) > 1 and len(t.rows[0]) > 1]


def _grids(tree: BeautifulSoup) -> list[Table]:
    """Return grids: rows of as many boxes as the header before them has titles."""
    if tree.select(".table-v2, .pricing-row, .table-body-row"):  # titles in boxes of their own
        grown = [[_cells(grid) for grid in t.select(".table-grid")] for t in tree.select(".table-v2")]
        return [Table([row for row in rows if len(row) == max(map(len, rows))]) for rows in grown if rows]
    grids: list[Table] = []
    for head in tree.find_all(_WRAPPERS):
        titles = list(head.find_all(True, recursive=False))
        if len(titles) < 2 or not _IS_TITLE.search(titles[0].get_text(" ", strip=True)):
            continue
        if (_MONEY.search(head.get_text(" "))) or head.find("table"):
            continue
        if any(head is row or head in row.parents or row in head.parents for g in grids for row in _elements(g)):
            continue
        rows = [titles]
        for other in head.find_all_next(_WRAPPERS):
            boxes = list(other.find_all(True, recursive=False))
            if len(boxes) == len(titles) and _IS_TITLE.search(boxes[0].get_text(" ", strip=True)):
                break
            if len(boxes) == len(titles) and _is_row(boxes):
                rows.append(boxes)
        grids.append(Table(rows))
    return grids


def _cells(grid: Tag) -> list[Tag]:
    return list(grid.find_all(class_="table-v2-cell", recursive=False))


def _elements(table: Table) -> list[Tag]:
    return [row[0].parent for row in table.rows if row[0].parent]


def _is_row(boxes: list[Tag]) -> bool:
    """Check that cells are short, hold one amount at most, and that the first one is a name."""
    texts = [box.get_text(" ", strip=True) for box in boxes]
    is_short = all(len(text) < 80 and len(_MONEY.findall(text)) < 2 for text in texts)
    return is_short and bool(texts[0]) and not _MONEY.search(texts[0])


def swap(a: Tag, b: Tag) -> None:
    """Swap two elements."""
    if a is b or a in b.parents or b in a.parents:
        return
    first, second = copy.copy(a), copy.copy(b)
    a.replace_with(second)
    b.replace_with(first)


def swap_rows(tree: BeautifulSoup, chance: random.Random) -> None:
    for table in tables(tree):
        if len(table.body) > 1:
            one, other = chance.sample(table.body, 2)
            if one[0].parent and other[0].parent:
                swap(one[0].parent, other[0].parent)


def swap_columns(tree: BeautifulSoup, chance: random.Random) -> None:
    """Swap two columns with their headers."""
    for table in tables(tree):
        i, j = chance.sample(range(len(table.rows[0])), 2)
        for row in table.rows:
            swap(row[i], row[j])


def add_column(tree: BeautifulSoup, chance: random.Random) -> None:
    title, value = chance.choice([("Nodes", "8"), ("Bandwidth", "3.2 Tbps"), ("Disk", "2 TB"), ("Rating", "4.8")])
    for table in tables(tree):
        at = chance.randrange(1, len(table.rows[0]))
        for i, row in enumerate(table.rows):
            new = copy.copy(row[at])
            new.clear()
            new.append(value if i else title)
            row[at].insert_before(new)


def rename_classes(tree: BeautifulSoup, chance: random.Random) -> None:
    """Rename classes, as releases change hashed names; "hide" is one that styles keep."""
    salt = f"x{chance.randrange(1000)}-"
    for tag in tree.find_all(True):
        tag["class"] = " ".join(c if c == "hide" else f"{salt}{c}" for c in tag.get("class") or ())


def nest_cells(tree: BeautifulSoup, chance: random.Random) -> None:
    """Nest the content of some cells one element deeper."""
    for table in tables(tree):
        for row in table.rows:
            cell = chance.choice(row)
            if cell.name in ("td", "th"):
                inner = tree.new_tag("div")
                inner.extend(list(cell.contents))
                cell.append(inner)


def insert_comments(tree: BeautifulSoup, chance: random.Random) -> None:
    for text in tree.find_all(string=AMOUNT):
        if type(text) is NavigableString and chance.random() < 0.3:
            text.insert_after(Comment(" -- "))


def change_spaces(tree: BeautifulSoup, chance: random.Random) -> None:
    blank = chance.choice(["\u00a0", "  ", "\n ", "\u2009"])
    _replace_texts(tree, " ", blank)


def move_currency_signs(tree: BeautifulSoup, chance: random.Random) -> None:
    to = chance.choice([r"USD \1", r"US$\1", r"$ \1", r"\1 $"])
    _replace_texts(tree, r"\$(\d[\d.,]*\d|\d)", to)


def double_blocks(tree: BeautifulSoup, chance: random.Random) -> None:
    if tree.body is None:  # a recording of a script alone
        return
    blocks = [t for t in tree.body.contents if not isinstance(t, Tag) or t.name != "script"]
    for block in [copy.copy(b) for b in blocks]:
        tree.body.append(block)


def uppercase_headers(tree: BeautifulSoup, chance: random.Random) -> None:
    for cell in tree.select("thead th"):
        for text in cell.find_all(string=True):
            text.replace_with(str(text).upper())


def _replace_texts(tree: BeautifulSoup, pattern: str, to: str) -> None:
    for text in tree.find_all(string=re.compile(pattern)):
        if type(text) is NavigableString and text.parent and text.parent.name not in ("script", "style"):
            text.replace_with(re.sub(pattern, to, text))


SAME: dict[str, Change] = {
    f.__name__: f
    for f in (
        swap_rows, swap_columns, add_column, rename_classes, nest_cells, insert_comments, change_spaces,
        move_currency_signs, double_blocks, uppercase_headers,
    )
}  # fmt: skip


def price_boxes(tree: BeautifulSoup) -> list[Tag]:
    """Return the smallest elements whose text begins with an amount."""
    boxes = []
    for tag in tree.find_all(True):
        if tag.name in ("script", "style", "html", "body") or not _LONE.match(tag.get_text(" ")):
            continue
        if len(AMOUNT.findall(tag.get_text(" "))) == 1 and not any(
            _LONE.match(c.get_text(" ")) for c in tag.find_all(True)
        ):
            boxes.append(tag)
    return boxes


def replace_text(tag: Tag, pattern: str, to: str) -> None:
    """Replace the text of an element, its units included."""
    text = re.sub(r"\s+", " ", tag.get_text(" ")).strip()
    tag.clear()
    tag.append(re.sub(pattern, to, text, count=1))


_ALL = r"^(?:from |starts? from |starting from )?[$€£₹]\s*[\d.,]*\d"
LOST: dict[str, tuple[str, str]] = {
    "contact sales": (r"^.*$", "Contact sales"),
    "sold out": (r"^.*$", "Sold out"),
    "coming soon": (r"^.*$", "Coming soon"),
    "a dash": (r"^.*$", "—"),
    "nothing": (r"^.*$", ""),
    "zero": (_ALL, "$0.00"),
    "a span": (_ALL, "$1.00 - $99.99"),
    "free": (r"^.*$", "Free"),
}

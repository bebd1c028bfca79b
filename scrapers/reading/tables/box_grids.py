"""Finds grids of boxes used in a table's place: a row of titles above rows of as many boxes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from scrapers.reading import words
from scrapers.reading.accelerator_names import names_one
from scrapers.reading.amounts import find_amounts
from scrapers.reading.page_tree import Box, Line
from scrapers.reading.tables.flat_grids import is_in_table
from scrapers.reading.tables.grids import MOST_COLUMNS, Cell, Grid, has_money, titles_prices

_BUTTON: Final = re.compile(
    r"^(?:deploy|launch|order|buy|get|start|rent|reserve|select|try|contact|learn|view|sign|choose|configure|立即|购买|申请|zur|bestellen|commander|заказать)\b",
    re.IGNORECASE,
)


def box_grids(top: Box) -> Iterator[Grid]:
    """Yield grids of boxes: a row of titles, and the rows of as many boxes below it."""
    grid: Grid | None = None
    width = 0
    inside: set[int] = set()
    for box in top.walk():
        if (
            id(box.parent) in inside
            or box.tag in ("table", "tr", "thead", "tbody", "td", "th", "select")
            or box.section_level
            or (box.tag == "ul" and not _stands_among_lists(box))
            or is_in_table(box)
        ):
            if id(box.parent) in inside:
                inside.add(id(box))
            continue
        cells = _cells(box)
        if grid is not None and len(cells) < width and len(full := _with_empty(box, cells)) == width:
            cells = full
        if not 2 <= len(cells) <= MOST_COLUMNS:
            continue
        texts = [cell.text for cell in cells]
        if _may_be_head(box, cells, texts):
            if grid is not None and grid.rows:
                yield grid
            grid, width = (
                Grid(texts, [], box.headings, "", cells[0].lines[0].order if cells[0].lines else 0),
                len(texts),
            )
            inside.add(id(box))
        elif grid is not None and _is_below(box, grid) and _fits(texts, width) and _reads_like_row(grid.titles, texts):
            grid.rows.append(cells[:width])
            grid.look = grid.look if any(grid.look) else _look(box)
            inside.add(id(box))
        elif (
            grid is not None
            and grid.look
            and any(grid.look)
            and _look(box) == grid.look
            and len(cells) < width
            and has_money(box.text())
        ):
            grid.broken += box.lines()
    if grid is not None and grid.rows:
        yield grid


def _stands_among_lists(box: Box) -> bool:
    """Return whether a list stands beside others of as many entries and little else: rows that are lists."""
    beside = box.parent.boxes() if box.parent is not None else []
    alike = [one for one in beside if one.tag == "ul" and len(one.children) == len(box.children)]
    return len(alike) > 1 and len(alike) * 2 > len(beside)


def _look(box: Box) -> tuple[str, str]:
    """Return what the rows of a grid have in common: their tag, and their class or else the box around them."""
    names = str(box.element.get("class") or "") if box.element is not None else ""
    return box.tag, names or str(id(box.parent))


def _with_empty(box: Box, cells: list[Cell]) -> list[Cell]:
    """Return the cells of a row with those that show nothing: a price that was taken out leaves its place."""
    if box.element is None:
        return cells
    own = {id(line.element): cell for cell in cells for line in cell.lines[:1]}
    full: list[Cell] = []
    for child in box.element:
        if not isinstance(child.tag, str) or child.tag in _NO_CELLS:
            continue
        inside = next((own[id(e)] for e in child.iter() if id(e) in own), None)
        full.append(inside if inside is not None else Cell(""))
    return full if [c for c in full if c.text] == cells else cells


_NO_CELLS: Final = frozenset({"script", "style", "template", "svg", "img", "br", "hr"})


def _is_below(box: Box, grid: Grid) -> bool:
    """Return whether no heading begins something else between a grid's titles and a box; names of accelerators do not."""
    above = {text for _, text in grid.headings}
    return all(level > _CHAPTER or text in above or names_one(text) for level, text in box.headings)


_CHAPTER: Final = 2


def _cells(box: Box) -> list[Cell]:
    children = box.children
    if len(children) == 1 and isinstance(children[0], Line):
        line = children[0]
        return [Cell(text, (line,)) for text in line.parts]
    if box.n_lines > 150:
        return []
    cells = []
    for child in children:
        lines = (child,) if isinstance(child, Line) else tuple(child.lines())
        cells.append(Cell(" ".join(line.text for line in lines if line.text), lines))
    return cells


def _may_be_head(box: Box, cells: list[Cell], texts: list[str]) -> bool:
    if any(not t or len(t) > 60 or has_money(t) or names_one(t) or re.search(r"[:：。，]\s", t) for t in texts) or any(
        len(c.lines) > 2 for c in cells
    ):
        return False
    if any(len(t.split()) > (_MOST_WORDS if titles_prices(t) else 6) for t in texts) or sum(
        len(c.lines) > 1 for c in cells
    ) * 2 > len(cells):
        return False
    is_named = any(words.LABEL.search(t) or words.INSTANCE.search(t) for t in texts)
    if not is_named or any(titles_prices(t) for t in texts):
        return is_named
    # Titles without a word of prices ("High priority"): only right above rows of as many cells, with amounts.
    plain = len(texts) >= 3 and all(len(t) <= 25 and not re.search(r"\d", t) for t in texts)
    return plain and _heads_rows(box, len(texts))


def _heads_rows(box: Box, width: int) -> bool:
    """Return whether the next two boxes beside this one are rows of its width with amounts."""
    siblings = box.parent.boxes() if box.parent is not None else []
    after = siblings[siblings.index(box) + 1 :][:2] if box in siblings else []
    return len(after) == 2 and all(len(_cells(b)) == width and has_money(b.text()) for b in after)


def _fits(texts: list[str], width: int) -> bool:
    return len(texts) == width or (len(texts) > width and all(not t or _BUTTON.match(t) for t in texts[width:]))


def _reads_like_row(titles: list[str], texts: list[str]) -> bool:
    if sum(map(_repeats_title, titles, texts)) >= _MOST_REPEATED:
        return False  # a card for small screens, whose lines say what the columns do
    # Where no title says price, the columns with amounts are prices; "GPU (per hour)" heads labels.
    heads_labels = [
        words.LABEL.search(t) is not None and names_one(text) for t, text in zip(titles, texts, strict=False)
    ]
    says_price = [titles_prices(t) and not h for t, h in zip(titles, heads_labels, strict=False)]
    unsaid = not any(says_price)
    pairs = list(zip(titles, texts, strict=False))
    is_priced = [says or (unsaid and has_money(text)) for says, (_, text) in zip(says_price, pairs, strict=False)]
    priced = [text for (_, text), is_one in zip(pairs, is_priced, strict=False) if is_one]
    others = [text for (_, text), is_one in zip(pairs, is_priced, strict=False) if not is_one]
    label = next((text for title, text in pairs if words.LABEL.search(title) or words.INSTANCE.search(title)), "")
    return (
        any(
            has_money(t)
            or words.SALES.search(t)
            or words.NOTHING.match(t)
            or re.match(r"^\s*\d[\d.,\s]*$|^\s*[.,]\d+\s*$|^free\b", t, re.I)
            or (len(t) < _SHORT and any(p.search(t) for _, p in words.STATES[:2]))
            for t in priced
        )
        and bool(others)
        and not any(map(find_amounts, others))
        and not has_money(label)
        and not any(_names_before_amount(t) for t in priced)  # rows in a row, not its cells
        and all(len(t) <= 90 for t in priced)
        and all(len(t) <= 200 for t in texts)
    )


_SHORT: Final = 40  # characters
_MOST_WORDS: Final = 9  # of a title that says which price: "Price per card, EUR a month without VAT"


def _repeats_title(title: str, text: str) -> bool:
    """Return whether a cell begins with its column's title, "On-demand: $2.45"."""
    key = re.match(r"([^:：]{2,30})\s*[:：]\s*\S", text)
    return key is not None and title.lower().startswith(key[1].strip().lower())


_MOST_REPEATED: Final = 2


def _names_before_amount(text: str) -> bool:
    first = find_amounts(text)
    return names_one(text[: first[0].start] if first else text)

"""Finds tables, and the grids of boxes used in their place, and turns their rows into records with column titles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from scrapers.reading import words
from scrapers.reading.accelerator_names import mentions, names_one
from scrapers.reading.amounts import find_amounts, find_rates
from scrapers.reading.page_tree import Box, Line
from scrapers.reading.records import Field, Record

_MOST_COLUMNS: Final = 40
_LONGEST_TITLE: Final = 110
_BUTTON: Final = re.compile(
    r"^(?:deploy|launch|order|buy|get|start|rent|reserve|select|try|contact|learn|view|sign|choose|configure|立即|购买|申请|zur|bestellen|commander|заказать)\b",
    re.IGNORECASE,
)


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


def table_grids(top: Box) -> Iterator[Grid]:
    """Yield every table of the page; a table in a cell is one of its own."""
    for box in top.walk():
        if box.tag == "table" or _role(box) in ("table", "grid"):
            grid = _grid_of(box)
            if grid is not None:
                yield grid


def _role(box: Box) -> str:
    return str(box.element.get("role", "")) if box.element is not None else ""


def _grid_of(table: Box) -> Grid | None:
    rows = [row for row in _rows_of(table) if row]
    if not rows:
        return None
    spread = _spread(rows)
    n_head = _head_size(rows, spread)
    caption = next((b.text() for b in table.walk() if b.tag == "caption"), "")
    body = spread[n_head:]
    titles = _join_heads(spread[:n_head])
    first = next((line for row in spread for cell in row for line in cell.lines), None)
    grid = Grid(titles, body, table.headings, caption, first.order if first else 0)
    grid = _transposed(grid) or _turned(grid) or grid
    grid.is_table, grid.box = True, table
    return grid


def _rows_of(table: Box) -> list[list[tuple[Cell, int, int]]]:
    """Return each row's cells with the columns and rows that they span."""
    by_element = {id(b.element): b for b in table.walk() if b.element is not None}
    rows: list[list[tuple[Cell, int, int]]] = []
    if table.tag == "table":
        trs = [tr for tr in table.element.iter("tr") if _nearest(tr, "table") is table.element]
        for tr in trs:
            cells = [td for td in tr if td.tag in ("td", "th")]
            rows.append(
                [
                    (_cell(by_element.get(id(td)), td.tag == "th"), _span(td, "colspan"), _span(td, "rowspan"))
                    for td in cells
                ]
            )
        bare = table.element.find("thead")
        if bare is not None and bare.find("th") is not None:  # a thead of cells without a row
            rows.insert(
                0, [(_cell(by_element.get(id(th)), True), _span(th, "colspan"), 1) for th in bare if th.tag == "th"]
            )
        return rows
    for box in table.walk():
        if _role(box) == "row":
            cells_of = [b for b in box.walk() if _role(b) in ("cell", "gridcell", "columnheader", "rowheader")]
            rows.append([(_cell(b, _role(b).endswith("header")), 1, 1) for b in cells_of])
    return rows


def _nearest(element: object, tag: str) -> object:
    return next(element.iterancestors(tag), None)  # type: ignore[attr-defined]


def _cell(box: Box | None, is_head: bool) -> Cell:
    if box is None:
        return Cell("", (), is_head)
    lines = tuple(box.lines())
    return Cell(" ".join(line.text for line in lines if line.text), lines, is_head)


def _span(element: object, name: str) -> int:
    text = str(element.get(name, "1")).strip()  # type: ignore[attr-defined]
    return min(int(text), _MOST_COLUMNS) if text.isdigit() and len(text) < 5 and int(text) else 1


def _spread(rows: list[list[tuple[Cell, int, int]]]) -> list[list[Cell]]:
    """Return one cell per column: a cell that spans columns or rows stands in each of them."""
    grid: list[list[Cell]] = []
    reaching: dict[int, tuple[Cell, int]] = {}
    for own in rows:
        row: list[Cell] = []
        below: dict[int, tuple[Cell, int]] = {}
        left = list(own)
        while (left or len(row) in reaching) and len(row) < _MOST_COLUMNS:
            if len(row) in reaching:
                cell, more = reaching[len(row)]
                if more > 1:
                    below[len(row)] = (cell, more - 1)
                row.append(cell)
                continue
            cell, across, down = left.pop(0)
            for _ in range(across):
                if down > 1:
                    below[len(row)] = (cell, down - 1)
                row.append(cell)
        reaching = below
        grid.append(row)
    return grid


def _head_size(rows: list[list[tuple[Cell, int, int]]], spread: list[list[Cell]]) -> int:
    """Return how many first rows are titles: all of head cells, or without amounts above the first row that has some."""
    size = 0
    for row in spread[: min(4, len(spread))]:
        texts = [cell.text for cell in row]
        if all(cell.is_head for cell in row) and (
            not any(map(has_money, texts)) or (not size and _reads_like_titles(texts))
        ):
            size += 1
            continue
        break
    if size:
        return min(size, len(rows))
    first = [cell.text for cell in spread[0]]
    if any(map(has_money, first)) or any(map(_SIZE.match, first)) or len(spread) < 2 or not _reads_like_titles(first):
        return 0
    size = 1  # a title that spans rows makes the next one a row of titles too
    while size < len(spread) - 1 and any(cell is above for cell, above in zip(spread[size], spread[0], strict=False)):
        size += 1
    return size


_SIZE: Final = re.compile(r"^\d[\d.,]*\s*(?:[GMT]i?B|GHz|v?CPUs?|cores?)?$", re.IGNORECASE)


def _reads_like_titles(texts: list[str]) -> bool:
    shown = [t for t in texts if t]
    return bool(shown) and all(len(t) <= _LONGEST_TITLE for t in shown) and sum(map(_is_title, shown)) * 2 >= len(shown)


def _is_title(text: str) -> bool:
    kinds = (words.LABEL, words.INSTANCE, words.PRICE, words.MEMORY_GPU, words.RAM, words.VCPU, words.DISK, words.NETWORK, words.REGION, words.TERM,
             words.AVAILABILITY, words.ON_DEMAND, words.SPOT, words.RESERVED, words.TIME["hour"], words.TIME["month"], words.PROVIDER, words.DURATION, words.COUNT)  # fmt: skip
    return any(kind.search(text) for kind in kinds) or names_one(text)


def _join_heads(heads: list[list[Cell]]) -> list[str]:
    width = max((len(row) for row in heads), default=0)
    titles = []
    for i in range(width):
        column = [row[i].text for row in heads if i < len(row) and row[i].text]
        # One title over all columns is the table's, not a column's.
        titles.append(" ".join(dict.fromkeys(column)))
    return titles


def _transposed(grid: Grid) -> Grid | None:
    """Return the grid with rows for columns where the accelerators stand in the titles."""
    named = [i for i, title in enumerate(grid.titles) if names_one(title)]
    if len(named) < 1 or not grid.rows or any(len(row) != len(grid.titles) for row in grid.rows):
        return None
    if (
        len({m.key for i in named for m in mentions(grid.titles[i])[:1]}) < min(2, len(grid.titles) - 1)
        and len(named) < len(grid.titles) - 1
    ):
        return None
    in_rows = sum(names_one(row[0].text) for row in grid.rows)
    if 0 in named or in_rows * 2 > len(grid.rows):
        return None
    rows = [
        [Cell(grid.titles[i], grid.rows[0][i].lines[:0]), *(row[i] for row in grid.rows)]
        for i in range(1, len(grid.titles))
    ]
    return Grid(["GPU", *(row[0].text for row in grid.rows)], rows, grid.headings, grid.caption, grid.first_line)


def _turned(grid: Grid) -> Grid | None:
    """Return the grid with rows for columns where titles stand in the first column, and one row names the accelerators.

    Of two columns without a head, the heading may name the one that all rows describe.
    """
    width = max((len(row) for row in grid.rows), default=0)
    if width < 2 or len(grid.rows) < 2 or any(len(row) != width for row in grid.rows):
        return None
    firsts = [row[0].text for row in grid.rows]
    if any(not t or len(t) > _LONGEST_TITLE or has_money(t) or names_one(t) for t in firsts):
        return None
    named = [row for row in grid.rows if sum(names_one(c.text) for c in row[1:]) * 2 > width - 1]
    priced = [row for row in grid.rows if any(has_money(c.text) for c in row[1:]) or _is_price_title(row[0].text)]
    is_headed = width == 2 and not any(grid.titles) and len(mentions(_nearest_heading(grid))) == 1
    if (
        not priced
        or (len(named) != 1 and not is_headed)
        or sum(map(_is_title, firsts)) * 2 < len(firsts)
        or any(
            _is_title(c.text) and not names_one(c.text) and not re.search(r"\d", c.text)
            for row in priced
            for c in row[1:]
        )
    ):
        return None
    if any(len({id(c) for c in row[1:]}) == 1 and width > 2 for row in priced) and len(priced) == 1:
        return None  # one cell over all columns
    head = [grid.titles[0] or "Name"] if any(grid.titles) else []
    rows = [
        [*([Cell(grid.titles[i] if i < len(grid.titles) else "")] if head else []), *(row[i] for row in grid.rows)]
        for i in range(1, width)
    ]
    return Grid([*head, *firsts], rows, grid.headings, grid.caption, grid.first_line)


def flat_grids(top: Box) -> Iterator[Grid]:
    """Yield grids whose cells all stand side by side in one box: titles first, then row after row."""
    for box in top.walk():
        if box.tag in ("table", "tr", "tbody", "thead", "select", "nav", "footer", "ul", "ol", "dl") or _in_table(box):
            continue
        if len(box.children) < 2 * _FEWEST_COLUMNS or box.n_lines > _MOST_LINES:
            continue
        cells = [Cell(_text_of(child), _lines_of(child)) for child in box.children]
        if grid := _flat_grid(box, cells):
            yield grid


_FEWEST_COLUMNS: Final = 2
_MOST_LINES: Final = 600


def _lines_of(child: Box | Line) -> tuple[Line, ...]:
    return (child,) if isinstance(child, Line) else tuple(child.lines())


def _text_of(child: Box | Line) -> str:
    return child.text if isinstance(child, Line) else " ".join(line.text for line in child.lines() if line.text)


def _flat_grid(box: Box, cells: list[Cell]) -> Grid | None:
    texts = [cell.text for cell in cells]
    first = next((i for i, t in enumerate(texts) if has_money(t)), 0)  # in the first row, after all titles
    for width in range(_FEWEST_COLUMNS, min(first, _MOST_COLUMNS) + 1):
        if len(cells) % width or len(cells) // width < 2:
            continue
        titles, rows = texts[:width], [cells[i : i + width] for i in range(width, len(cells), width)]
        if any(len(t) > 60 or names_one(t) or not re.search(r"[^\W\d_]", t) for t in titles):
            return None
        if not any(words.LABEL.search(t) or words.INSTANCE.search(t) for t in titles):
            continue
        labels = [j for j in range(width) if all(names_one(row[j].text) and not has_money(row[j].text) for row in rows)]
        money = [j for j in range(width) if any(has_money(row[j].text) for row in rows)]
        is_even = all(
            has_money(row[j].text) or words.NOTHING.match(row[j].text) or words.SALES.search(row[j].text)
            for row in rows
            for j in money
        )
        if labels and money and is_even and not _alternates(cells, width):
            return Grid(titles, rows, box.headings, "", cells[0].lines[0].order if cells[0].lines else 0)
    return None


def _alternates(cells: list[Cell], width: int) -> bool:
    """Return whether cells of the first row hold several lines each: cards side by side rather than cells."""
    return sum(len(cell.lines) > 3 for cell in cells) > len(cells) // (2 * width)


def box_grids(top: Box) -> Iterator[Grid]:
    """Yield grids of boxes: a row of titles, and the rows of as many boxes below it."""
    grid: Grid | None = None
    width = 0
    inside: set[int] = set()
    for box in top.walk():
        if (
            id(box.parent) in inside
            or box.tag in ("table", "tr", "thead", "tbody", "td", "th", "select", "ul")
            or _in_table(box)
        ):
            if id(box.parent) in inside:
                inside.add(id(box))
            continue
        cells = _cells(box)
        if grid is not None and len(cells) < width and len(full := _with_empty(box, cells)) == width:
            cells = full
        if not 2 <= len(cells) <= _MOST_COLUMNS:
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


def _in_table(box: Box) -> bool:
    outer = box.parent
    while outer is not None:
        if outer.tag in ("table", "nav", "footer"):
            return True
        outer = outer.parent
    return False


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
    if any(len(t.split()) > 6 for t in texts) or sum(len(c.lines) > 1 for c in cells) * 2 > len(cells):
        return False
    is_named = any(words.LABEL.search(t) or words.INSTANCE.search(t) for t in texts)
    if not is_named or any(_is_price_title(t) for t in texts):
        return is_named
    # Titles without a word of prices ("High priority"): only right above rows of as many cells, with amounts.
    plain = len(texts) >= 3 and all(len(t) <= 25 and not re.search(r"\d", t) for t in texts)
    return plain and _heads_rows(box, len(texts))


def _heads_rows(box: Box, width: int) -> bool:
    """Return whether the next two boxes beside this one are rows of its width with amounts."""
    siblings = box.parent.boxes() if box.parent is not None else []
    after = siblings[siblings.index(box) + 1 :][:2] if box in siblings else []
    return len(after) == 2 and all(len(_cells(b)) == width and has_money(b.text()) for b in after)


def _is_price_title(text: str) -> bool:
    kinds = (words.PRICE, words.ON_DEMAND, words.SPOT, words.RESERVED, *words.TIME.values())
    return any(p.search(text) for p in kinds) or bool(re.search(r"\bpriority\b", text, re.IGNORECASE))


def _fits(texts: list[str], width: int) -> bool:
    return len(texts) == width or (len(texts) > width and all(not t or _BUTTON.match(t) for t in texts[width:]))


def _reads_like_row(titles: list[str], texts: list[str]) -> bool:
    if sum(map(_repeats_title, titles, texts)) >= _MOST_REPEATED:
        return False  # a card for small screens, whose lines say what the columns do
    # Where no title says price, the columns with amounts are prices; "GPU (per hour)" heads labels.
    heads_labels = [
        words.LABEL.search(t) is not None and names_one(text) for t, text in zip(titles, texts, strict=False)
    ]
    says_price = [_is_price_title(t) and not h for t, h in zip(titles, heads_labels, strict=False)]
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
            or re.match(r"^\s*[\d.,]+\s*$|^free\b", t, re.I)
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


def _repeats_title(title: str, text: str) -> bool:
    """Return whether a cell begins with its column's title, "On-demand: $2.45"."""
    key = re.match(r"([^:：]{2,30})\s*[:：]\s*\S", text)
    return key is not None and title.lower().startswith(key[1].strip().lower())


_MOST_REPEATED: Final = 2


def _names_before_amount(text: str) -> bool:
    first = find_amounts(text)
    return names_one(text[: first[0].start] if first else text)


def _nearest_heading(grid: Grid) -> str:
    return grid.headings[-1][1] if grid.headings else ""


def grid_records(grid: Grid, group: int, before: list[Line]) -> Iterator[Record]:
    """Yield a record per body row; a title that spans a row heads the rows below it."""
    scope = [grid.caption] if grid.caption else []
    intro: list[str] = []
    for line in reversed(before[-4:]):  # what stands right above: a title that is no heading, a sentence on the prices
        if line.level or not line.text or (grid.headings and line.text == grid.headings[-1][1]):
            break
        if re.fullmatch(r"\s*\d+\s?[x×]\s*", line.text):
            continue  # the labels of tabs: which one is shown, the panel says
        (scope if len(line.text) <= 80 and not has_money(line.text) else intro).append(line.text)
    scope += [text for _, text in reversed(grid.headings)]
    over = ""
    for row in grid.rows:
        shown = [cell for cell in row if cell.text]
        if (
            shown
            and (
                (len({id(c) for c in row}) == 1 and len(row) > 1)
                or (len(shown) == 1 and len(grid.titles) > 2 and row[0].text)
            )
            and not has_money(shown[0].text)
        ):
            over = shown[0].text
            continue
        fields = [
            Field(_title(grid.titles, i), cell.text, cell.lines, column=i)
            for i, cell in enumerate(row)
            if i == 0 or cell is not row[i - 1]
        ]
        yield Record(
            fields, tuple(([over] if over else []) + scope), "row", group, over or _nearest_heading(grid), tuple(intro)
        )


def _title(titles: list[str], index: int) -> str:
    return titles[index] if index < len(titles) else ""

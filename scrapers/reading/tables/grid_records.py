"""Turns a grid's rows into records, with what stands right above them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from scrapers.reading.field_kinds import is_priced_title
from scrapers.reading.line_kinds import is_sentence
from scrapers.reading.page_tabs import is_tab
from scrapers.reading.page_tree import Line
from scrapers.reading.records import Field, Record
from scrapers.reading.tables.continued_rows import continued
from scrapers.reading.tables.grids import Cell, Grid, has_money, nearest_heading
from scrapers.reading.tables.units_above import with_unit_above
from scrapers.reading.units import pricing_model


def grid_records(grid: Grid, group: int, before: list[Line], after: str = "") -> Iterator[Record]:
    """Yield a record per body row; a title that spans a row heads the rows below it.

    before: the lines right above the grid. after: the text right below it, where that may state the unit of its prices.
    """
    scope = [grid.caption] if grid.caption else []
    intro: list[str] = []
    for line in reversed(before[-4:]):  # what stands right above: a title that is no heading, a sentence on the prices
        if line.level or not line.text or (grid.headings and line.text == grid.headings[-1][1]):
            break
        if re.fullmatch(r"\s*\d+\s?[x×]\s*", line.text) or is_tab(line.element):
            continue  # the labels of tabs: which one is shown, the panel says
        is_title = len(line.text) <= 80 and not has_money(line.text) and not is_sentence(line.text)
        (scope if is_title else intro).append(line.text)
    scope += [text for _, text in reversed(grid.headings)]
    titles = list(_with_months(grid.titles))
    titles += [""] * (max(map(len, grid.rows), default=0) - len(titles))
    titles = with_unit_above(titles, grid.rows, [grid.caption, *intro, *scope[:2], after])
    over, around, below = "", tuple(scope), titles
    for row in continued(titles, grid.rows):
        shown = [cell for cell in row if cell.text]
        if models := _models_of(row, titles):
            over, below = shown[0].text, [f"{models.get(i, '')} {title}".strip() for i, title in enumerate(titles)]
            around = (over, *scope)
            continue
        if (
            shown
            and (
                (len(row) > 1 and all(cell is row[0] for cell in row))
                or (len(shown) == 1 and len(grid.titles) > 2 and row[0].text)
            )
            and not has_money(shown[0].text)
        ):
            over = shown[0].text
            around, below = (over, *scope), titles
            continue
        fields = [
            Field(below[i], cell.text, cell.lines, column=i)
            for i, cell in enumerate(row)
            if i == 0 or cell is not row[i - 1]
        ]
        yield Record(fields, around, "row", group, over or nearest_heading(grid), tuple(intro))


def _models_of(row: list[Cell], titles: list[str]) -> dict[int, str]:
    """Return what a row within a table says of the columns of prices below it: "AMD EPYC", "Regular VM", "Preemptible VM"."""
    texts = {i: cell.text for i, cell in enumerate(row) if i and cell.text}
    if len(texts) < _FEWEST_TERMS or not row[0].text or len({*texts.values()}) != len(texts):
        return {}
    are_titles = all(
        len(text) <= _LONGEST and is_priced_title(titles[i]) and not re.search(r"\d", text) for i, text in texts.items()
    )
    return texts if are_titles and any(pricing_model(text) for text in texts.values()) else {}


_LONGEST: Final = 30  # characters


def _with_months(titles: list[str]) -> list[str]:
    """Return the titles with "M" and "Y" spelled out where several are terms: "1M", "3M", "1Y"."""
    if sum(_TERM.fullmatch(title) is not None for title in titles) < _FEWEST_TERMS:
        return titles
    spelled = {"M": "months", "Y": "years"}
    return [f"{hit['n']} {spelled[hit['unit']]}" if (hit := _TERM.fullmatch(t)) else t for t in titles]


_TERM: Final = re.compile(r"\s*(?P<n>\d{1,2})\s?(?P<unit>[MY])\s*")
_FEWEST_TERMS: Final = 2

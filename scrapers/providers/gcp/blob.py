"""Finds the prices of all regions in the JSON array that Google's pricing pages carry in a script element.

The tree holds no keys. A block is a list under which one region label stands ("Netherlands (europe-west4)"); a row is
the innermost list that holds a machine type and prices, its children being the cells, "-" where there is no price.
Columns are taken from a header row of the array, or from the visible table that repeats one of the array's rows cell
for cell. Without either the columns are unknown, and not guessed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from html import unescape
from typing import Any

from bs4 import BeautifulSoup

from scrapers.model import LayoutError, Page
from scrapers.parsing.text import squash
from scrapers.providers.gcp.cells import ACCELERATOR, REGION, amounts, column
from scrapers.providers.gcp.price_rows import TITLES, PriceRow

Cells = tuple[str, ...]
_TAG = re.compile(r"<[^>]*>")
_NAME = re.compile(rf"{ACCELERATOR.pattern}|(?:NVIDIA|AMD)\b.{{2,60}}", re.IGNORECASE)


def price_rows(page: Page, html: BeautifulSoup, visible: list[PriceRow]) -> list[PriceRow]:
    """Return the rows of the inline list, one per row and region; none when the page carries no such list.

    Raises LayoutError when the list cannot be read, or its columns cannot be determined.
    """
    inline_rows = list(dict.fromkeys(_rows(_array(page, html), "")))
    shapes = _shapes(inline_rows, visible)
    result = []
    for region, cells in inline_rows:
        if cells[0] in TITLES:
            continue
        columns = shapes.get(len(cells), set())
        if len(columns) != 1:
            raise LayoutError(page, f"headers for the {len(cells)} cells of an inline row", " | ".join(cells))
        row = PriceRow.of(region, dict(zip(next(iter(columns)), cells, strict=True)))
        result += [row] if row else []
    return result


def _shapes(inline_rows: list[tuple[str, Cells]], visible: list[PriceRow]) -> dict[int, set[Cells]]:
    """Map a number of cells to the header rows that are proven to head rows of that length."""
    inline = {cells for _, cells in inline_rows}
    heads = [cells for cells in inline if cells[0] in TITLES]
    heads += [tuple(v.cells) for v in visible if tuple(v.cells.values()) in inline]
    shapes: dict[int, set[Cells]] = {}
    for head in heads:
        shapes.setdefault(len(head), set()).add(head)
    return shapes


def _array(page: Page, html: BeautifulSoup) -> Any:
    """Decode the array of the script that names most regions; [] when no script names any."""
    best, labels = "", 0
    for script in html.find_all("script"):
        text = script.get_text()
        mentions = sum(1 for _ in REGION.finditer(text))
        if "[[" in text and mentions > labels:
            best, labels = text, mentions
    if not best:
        return []
    try:
        return json.JSONDecoder(parse_float=Decimal).raw_decode(best, best.index("[["))[0]
    except json.JSONDecodeError as error:
        raise LayoutError(page, "a JSON array from [[ in the script that names regions", best[:200]) from error


def _text(node: Any) -> str:
    """Join a cell's strings, without markup."""
    if isinstance(node, list):
        return squash(" ".join(filter(None, map(_text, node))))
    if not isinstance(node, str):
        return ""
    return squash(unescape(_TAG.sub(" ", node)))


def _labels(node: Any) -> set[str]:
    """Return the codes of the regions labelled anywhere under this node."""
    if isinstance(node, list):
        return set().union(*map(_labels, node)) if node else set()
    hit = REGION.fullmatch(_text(node))
    return {hit["code"]} if hit else set()


def _rows(node: Any, region: str) -> Iterator[tuple[str, Cells]]:
    """Yield (region, cells) of every row and header row below, each with the nearest enclosing region."""
    if not isinstance(node, list):
        return
    labels = _labels(node)
    region = next(iter(labels)) if len(labels) == 1 else region
    cells = tuple(text for text in map(_text, node) if not REGION.fullmatch(text))
    if cells and cells[0].upper() in TITLES and any(map(column, cells)):
        yield region, tuple(c.upper() for c in cells)
    elif cells and _NAME.fullmatch(cells[0]) and any(map(amounts, cells)):
        yield region, cells
    else:
        for child in node:
            yield from _rows(child, region)

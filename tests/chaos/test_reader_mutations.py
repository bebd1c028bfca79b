"""The general reader on pages that change as redesigns change them: what it read it still reads, and nothing wrong."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup, Tag

from pipelines.ingest.parse_file import open_page
from scrapers import registry
from scrapers.model import Page
from scrapers.reading.reader import read_page
from tests.chaos import mutating
from tests.support.golden import captures
from tests.support.reading_score import COMPARED, row
from tests.support.reference_data import SHARED
from tests.unit.scrapers.providers.test_golden import page_of

Row = tuple[object, ...]
RECALL = 0.98
IDENTITY = (*(name for name in COMPARED if name != "form_factor"), "per_gpu_hour")


def own_pages() -> list[Page]:
    return [page_of(c) for c in captures() if c.page.suffix == ".html" and not c.meta.get("is_index")]


def shared_pages() -> list[Page]:
    return [open_page("", path, None, None) for path in sorted((SHARED / "pages/captures").glob("*/*.html"))]


def rows_of(page: Page, content: str) -> set[Row]:
    """Return what is read from a page with other content: GPUs, terms and price per GPU-hour, whatever it is called."""
    offers = read_page(replace(page, content=content.encode(), path=None)).offers
    rows = [row(page.provider, o) for o in offers if o.price is not None and not o.is_floor]
    return {tuple(r[name] for name in IDENTITY) for r in rows if r["per_gpu_hour"] is not None}


def stated(page: Page, content: str) -> set[Row]:
    """Return what a page states: as read by meaning, and by its provider's own layout where there is one."""
    right = rows_of(page, content)
    if page.provider in registry.modules():
        offers = registry.get(page.provider).parse(replace(page, content=content.encode(), path=None))
        right |= {tuple(row(page.provider, o)[name] for name in IDENTITY) for o in offers if o.price is not None}
    return right


def tables_to_boxes(tree: BeautifulSoup, _: random.Random) -> None:
    """Turn tables without spans into grids of boxes, as a rewrite in another framework does."""
    for table in tree.find_all("table"):
        if table.select_one("[colspan], [rowspan], table, thead > th"):
            continue
        for tag in [table, *table.find_all(["thead", "tbody", "tfoot", "tr", "td", "th"])]:
            tag.name = "div"


def boxes_to_tables(tree: BeautifulSoup, _: random.Random) -> None:
    """Turn grids of boxes into tables."""
    for grid in mutating.tables(tree):
        if grid.rows[0][0].name in ("td", "th"):
            continue
        table = tree.new_tag("table")
        place = grid.rows[0][0].parent
        assert place is not None
        place.insert_before(table)
        for cells in grid.rows:
            line = tree.new_tag("tr")
            outer = cells[0].parent
            for cell in cells:
                inner = tree.new_tag("td")
                inner.extend(list(cell.contents))
                line.append(inner)
            table.append(line)
            if outer is not None:
                outer.decompose()


SECTIONS = (
    "<section><h2>Storage</h2><table><tr><th>Type</th><th>Price</th></tr><tr><td>NVMe</td><td>$0.08/GB/month</td></tr></table></section>",
    "<section><h2>CPU instances</h2><table><tr><th>Name</th><th>vCPU</th><th>Price per hour</th></tr><tr><td>c1.large</td><td>8</td><td>$0.12</td></tr></table></section>",
    "<section><h2>Serverless inference</h2><p>Llama 3.3 70B: $0.60 per million tokens</p></section>",
    "<section><h2>Support</h2><p>Business support starts at $500/month.</p></section>",
)  # fmt: skip


def add_sections(tree: BeautifulSoup, chance: random.Random) -> None:
    assert tree.body is not None
    for text in chance.sample(SECTIONS, 2):
        tree.body.append(BeautifulSoup(text, "lxml").section)  # type: ignore[arg-type]


def cut_rows(tree: BeautifulSoup, chance: random.Random) -> None:
    for table in mutating.tables(tree):
        if len(table.body) > 2:
            outer = chance.choice(table.body)[0].parent
            if isinstance(outer, Tag):
                outer.decompose()


SAME: dict[str, Callable[[BeautifulSoup, random.Random], None]] = {
    "rename classes": mutating.rename_classes,
    "swap columns": mutating.swap_columns,
    "swap rows": mutating.swap_rows,
    "nest cells": mutating.nest_cells,
    "add sections": add_sections,
}
OTHER = {"tables to boxes": tables_to_boxes, "boxes to tables": boxes_to_tables, "cut rows": cut_rows}


def changed(page: Page, change: Callable[[BeautifulSoup, random.Random], None], seed: str) -> str:
    tree = BeautifulSoup(page.text(), "lxml")
    change(tree, random.Random(seed))
    return str(tree)


def total(pages: list[Page], change: Callable[[BeautifulSoup, random.Random], None]) -> tuple[int, int, list[object]]:
    """Return how many rows were read before, how many of them after, and the rows that are new."""
    before = after = 0
    wrong: list[object] = []
    for page in pages:
        plain = str(BeautifulSoup(page.text(), "lxml"))
        if "<body" not in plain:
            continue
        right = rows_of(page, plain)
        read = rows_of(page, changed(page, change, page.url))
        before, after = before + len(right), after + len(right & read)
        wrong += [(page.url or page.path, one) for one in read - right - stated(page, plain)] if read - right else []
    return before, after, wrong


@pytest.mark.parametrize("name", SAME)
def test_what_changes_no_meaning_changes_no_row(name: str) -> None:
    before, after, wrong = total(own_pages(), SAME[name])
    assert not wrong
    assert before > 200 and after >= RECALL * before


@pytest.mark.parametrize("name", OTHER)
def test_another_shape_or_fewer_rows_give_nothing_wrong(name: str) -> None:
    before, after, wrong = total(own_pages(), OTHER[name])
    assert not wrong
    assert after > before / 2


@pytest.mark.parametrize("name", [*SAME, *OTHER])
def test_the_same_for_pages_of_providers_without_a_parser(name: str, shared: object) -> None:
    before, after, wrong = total(shared_pages(), (SAME | OTHER)[name])
    assert not wrong
    assert before > 100 and after >= (RECALL if name in SAME else 0.5) * before


def test_another_currency_is_read_as_that_currency() -> None:
    seen = 0
    for page in own_pages():
        text = str(BeautifulSoup(page.text(), "lxml"))
        if "USD" in text or "<script" in text or "US$" in text:
            continue
        right = {r for r in rows_of(page, text) if r[-2] == "USD"}
        if not right:
            continue
        read = rows_of(page, text.replace("$", "€"))
        assert {r[-2] for r in read} <= {"EUR"}
        seen += len({(*r[:-2], r[-1]) for r in read} & {(*r[:-2], r[-1]) for r in right})
    assert seen > 20

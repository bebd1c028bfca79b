"""Long pages: what is worked out once for many rows is what it was for each, and the work grows with the page alone."""

from __future__ import annotations

import gc
import time
from datetime import UTC, datetime

import lxml.html
import pytest

from scrapers.model import Page
from scrapers.reading.element_paths import ElementPaths
from scrapers.reading.reader import read_page
from tests.benchmarks.bench_reader import of_cards, of_data, of_prose, of_tables


@pytest.mark.parametrize("html", [
    "<p>a</p><p>b</p><div><p>c</p></div><p>d</p>",
    "<table><tr><th>a<td>b<td>c<tr><td>d</table><my-card><my-card>e</my-card></my-card><my-card>f</my-card>",
    "<svg:rect>a</svg:rect><svg:rect>b</svg:rect><o.p>c</o.p><o.p>d</o.p><été>e</été><p>f</p>",
    "<ul><li>a<!-- x --><li>b<?php y ?><li>c</ul>text<ul><li>d</ul>",
    of_tables(40, 10), of_cards(10), of_prose(10),
])  # fmt: skip
def test_paths_are_those_of_lxml(html: str) -> None:
    root = lxml.html.document_fromstring(html)
    paths, tree = ElementPaths(), root.getroottree()
    elements = [one for one in root.iter() if isinstance(one.tag, str)]
    assert [paths.of(one) for one in elements] == [tree.getpath(one) for one in elements]
    assert all(tree.xpath(paths.of(one)) == [one] for one in elements if ":" not in one.tag)


def seconds(content: str) -> float:
    """Return the processor seconds of reading a page, the best of four: one look for garbage would be most of a short one."""
    page = Page("", "https://x", datetime(2026, 11, 1, tzinfo=UTC), content=content.encode())
    took = []
    for _ in range(4):
        start = time.process_time()
        read_page(page)
        took.append(time.process_time() - start)
    return min(took)


def of_one_line(count: int, separator: str) -> str:
    """Return a page of one line that states so many prices."""
    text = separator.join(f"${n / 100}/h x{n}" for n in range(1, count))
    return f"<html><body><h1>GPU pricing</h1><p>H100 {text}</p></body></html>"


def of_one_cell(count: int, name: str) -> str:
    """Return a page of a table with one cell that states so many prices."""
    text = " | ".join(f"{name}${n % 90 + 1}.{n % 100:02d}/hr" for n in range(count))
    return f"<html><body><table><tr><th>GPU<th>Price<tr><td>H100<td>{text}</table></body></html>"


@pytest.mark.extras
@pytest.mark.parametrize(
    "made", [lambda n: of_tables(n, n), lambda n: of_tables(n, 10), of_cards, of_prose, of_data,
             lambda n: of_one_line(n, " or "), lambda n: of_one_line(n, ", H100 "),
             lambda n: of_one_cell(n, ""), lambda n: of_one_cell(n, "H100 ")],
    ids=["one table", "tables", "cards", "prose", "data", "one line", "one line of names", "one cell", "one cell of names"],
)  # fmt: skip
def test_work_grows_with_the_page_and_not_with_its_square(made: object) -> None:
    short, long = seconds(made(300)), seconds(made(2_400))  # type: ignore[operator]
    assert long < 20 * short, f"8 times the page took {long / short:.0f} times the seconds"


def test_garbage_is_collected_again_after_a_page() -> None:
    assert gc.isenabled()
    read_page(Page("", "https://x", datetime(2026, 11, 1, tzinfo=UTC), content=of_cards(2).encode()))
    assert gc.isenabled()


def test_garbage_is_left_as_the_caller_wants_it() -> None:
    gc.disable()
    try:
        read_page(Page("", "https://x", datetime(2026, 11, 1, tzinfo=UTC), content=of_cards(2).encode()))
        assert not gc.isenabled()
    finally:
        gc.enable()

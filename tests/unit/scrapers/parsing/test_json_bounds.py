"""JSON is bounded before a parser sees it, wherever blocks end; what lies within the bounds is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers import model
from scrapers.model import LayoutError, Page
from scrapers.parsing import embedded_json, json_bounds, json_stream
from scrapers.parsing.json_bounds import DEEPEST, LONGEST_NUMBER, JsonBounds

PAGE = Page("p", "https://a.example/list", datetime(2026, 9, 20, tzinfo=UTC))
READERS: dict[str, Callable[[Page], Iterator[Any]]] = {
    "documents": json_stream.documents,
    "objects": lambda page: json_stream.objects(page, "data"),
    "items": lambda page: json_stream.items(page, "data.item"),
    "members": lambda page: json_stream.members(page, "more"),
    "flat_maps": json_stream.flat_maps,
}


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    ("value", "bound"),
    [
        ("1" * LONGEST_NUMBER, ""), ("1" * (LONGEST_NUMBER + 1), "numbers of at most 300"),
        ("0." + "1" * LONGEST_NUMBER, "numbers of at most 300"), ("1e999", ""), ("1e9999", "exponents of three digits"),
        (nested(DEEPEST - 3), ""), (nested(DEEPEST + 1), "nesting of at most 200"),
        (f'"{nested(999)}{"1" * 999}"', ""),
    ],
)  # fmt: skip
def test_absurd_values_are_refused_before_they_are_parsed(reader: str, value: str, bound: str) -> None:
    content = f'{{"data": [{{"gpu": "H100", "x": {value}}}], "more": {{"x": {value}}}, "flat": {{"a": 1}}}}'.encode()
    page = replace(PAGE, content=content)
    if bound:
        with pytest.raises(LayoutError, match=bound):
            list(READERS[reader](page))
    else:
        assert list(READERS[reader](page))


DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text('ab"\\[]{}é1'),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text('k"\\{'), inner, max_size=4),
    max_leaves=12,
)


@given(DOCUMENTS, st.lists(st.integers(1, 9), min_size=1, max_size=9), st.booleans())
def test_no_block_of_a_plain_document_is_refused(document: Any, sizes: list[int], is_ascii: bool) -> None:
    content = json.dumps(document, ensure_ascii=is_ascii).encode()
    bounds, at, turn = JsonBounds(PAGE), 0, 0
    while at < len(content):
        bounds.check(content[at : at + sizes[turn % len(sizes)]])
        at, turn = at + sizes[turn % len(sizes)], turn + 1
    with pytest.raises(LayoutError):  # nothing is open: the bounds begin anew behind it
        bounds.check(b"[" * (DEEPEST + 1))


@pytest.mark.parametrize("size", [1, 7, 100])
@pytest.mark.parametrize("value", ["1" * (LONGEST_NUMBER + 1), nested(2 * DEEPEST + 1), '{"a\\"":' * (DEEPEST + 1)])
def test_bounds_hold_across_blocks(value: str, size: int) -> None:
    bounds, content = JsonBounds(PAGE), f'{{"text": "a \\" b", "x": {value}'.encode()
    with pytest.raises(LayoutError):
        for at in range(0, len(content), size):
            bounds.check(content[at : at + size])


def test_a_text_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_bounds, "LONGEST_TEXT", 100)
    bounds = JsonBounds(PAGE)
    bounds.check(b'{"a": "' + b"x" * 60)
    with pytest.raises(LayoutError, match="texts of at most"):
        bounds.check(b"x" * 60)


def test_a_page_that_unpacks_to_more_than_fits_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    page = replace(PAGE, content=b"x" * 101)
    assert page.read() == page.content
    monkeypatch.setattr(model, "LARGEST_IN_MEMORY", 100)
    with pytest.raises(LayoutError, match="looked for at most"):
        page.read()


def test_data_in_a_script_that_is_nested_too_deeply_ends_the_search() -> None:
    assert list(embedded_json.values('x = {"a": [1]} ' + nested(20_000))) == [{"a": [1]}]

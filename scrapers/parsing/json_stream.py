"""Reads JSON answers: a live one must be complete, a recorded excerpt loses only what its end cut."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, TypeVar

import ijson

from scrapers.model import LayoutError, Page
from scrapers.parsing.embedded_json import values
from scrapers.parsing.json_bounds import BoundedStream, check_json

Piece = TypeVar("Piece")
_BOM = b"\xef\xbb\xbf"
_NOTE = re.compile(rb"\A\s*<!--.*?-->", re.DOTALL)  # a recorder's note before the answer is not part of it
_BLOCK = 1 << 20
_OPENS, _CLOSES = ("start_map", "start_array"), ("end_map", "end_array")


def may_be_cut(page: Page) -> bool:
    """Return True for recorded excerpts and files handed over by a person; a live page must be complete."""
    return page.is_excerpt or page.fetched_by == "file"


def documents(page: Page) -> Iterator[Any]:
    """Yield the page's JSON document; of an excerpt, its complete objects and lists. Fractions are Decimal.

    Reads the whole page into memory. Raises LayoutError when the page is not JSON, or ends too early without being an
    excerpt.
    """
    text = page.text()
    if may_be_cut(page):
        yield from values(text)
        return
    check_json(page, text.encode("utf-8", "surrogatepass"))
    try:
        yield json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise LayoutError(page, "valid JSON to the end", f"{error}: {text[-100:]}") from error


def objects(page: Page, name: str) -> Iterator[dict[str, Any]]:
    """Yield the complete objects of the top-level list `name`, or of a bare list; numbers are Decimal.

    Raises LayoutError when there is none, or as `items` does.
    """
    content = _NOTE.sub(b"", page.read().removeprefix(_BOM)).lstrip()
    path = "item" if content.startswith(b"[") else f"{name}.item"
    if may_be_cut(page):  # after its last closed object an excerpt may hold half a number
        content = content[: content.rfind(b"}") + 1]
    check_json(page, content)
    is_empty = True
    for item in _checked(page, ijson.items(content, path)):
        if not isinstance(item, dict):
            raise LayoutError(page, f"objects in the list `{name}`", str(item))
        is_empty = False
        yield item
    if is_empty:
        raise LayoutError(page, f"at least one complete object in the list `{name}`", page.text()[:200])


def items(page: Page, prefix: str) -> Iterator[Any]:
    """Yield the complete values at an ijson prefix ("Items.item"); fractions are Decimal.

    Streams, so price lists of hundreds of MB fit. Raises LayoutError when the page is not JSON, or ends too early
    without being an excerpt.
    """
    with bounded(page) as stream:
        yield from _checked(page, ijson.items(stream, prefix, buf_size=_BLOCK))


def members(page: Page, prefix: str) -> Iterator[tuple[str, Any]]:
    """Yield the complete (key, value) pairs of the object at an ijson prefix. Raises LayoutError as `items` does."""
    with bounded(page) as stream:
        yield from _checked(page, ijson.kvitems(stream, prefix, buf_size=_BLOCK))


def flat_maps(page: Page) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Yield every complete object that holds only scalars, with the keys that lead to it (array places are "").

    Raises LayoutError as `items` does.
    """
    with bounded(page) as stream:
        yield from _flat(_checked(page, ijson.basic_parse(stream, buf_size=_BLOCK)))


def _flat(events: Iterable[tuple[str, Any]]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    open_maps: list[dict[str, Any] | None] = []
    path: list[str] = []
    for event, value in events:
        if event == "map_key":
            path[-1] = value
        elif event in _OPENS:
            _spoil(open_maps)  # a container of containers is not flat
            open_maps.append({} if event == "start_map" else None)
            path.append("")
        elif event in _CLOSES:
            flat = open_maps.pop()
            path.pop()
            if flat:
                yield tuple(path), flat
        elif open_maps and (flat := open_maps[-1]) is not None:
            flat[path[-1]] = value


def _spoil(open_maps: list[dict[str, Any] | None]) -> None:
    if open_maps:
        open_maps[-1] = None


def amount(page: Page, value: object) -> Decimal | None:
    """Read a price as JSON states it (text or number); None where it says there is none ("N/A*", "", zero).

    Raises LayoutError for anything else that is not a number.
    """
    text = str(value).strip()
    if value is None or text.upper().rstrip("*") in {"", "N/A", "NA", "-"}:
        return None
    try:
        number = Decimal(text)
    except ArithmeticError:
        raise LayoutError(page, "a number as price", text) from None
    return number if number.is_finite() and number > 0 else None


@contextmanager
def bounded(page: Page) -> Iterator[BoundedStream]:
    """Yield a page's JSON as a stream that raises LayoutError before a parser sees what it cannot take."""
    with page.open() as stream:
        if stream.read(len(_BOM)) != _BOM:
            stream.seek(0)
        yield BoundedStream(page, stream)


def _checked(page: Page, pieces: Iterable[Piece]) -> Iterator[Piece]:
    try:
        yield from pieces
    except ijson.JSONError as error:
        if not ("premature EOF" in str(error) and may_be_cut(page)):
            raise LayoutError(page, "valid JSON to the end", str(error)) from error
    except UnicodeDecodeError as error:
        raise LayoutError(page, "JSON in UTF-8", str(error)) from error

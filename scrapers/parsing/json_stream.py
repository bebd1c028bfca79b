"""Reads JSON of any size piece by piece: price lists of hundreds of MB fit, and a cut file loses only its end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import IO, Any, TypeVar

import ijson

from scrapers.model import LayoutError, Page

Piece = TypeVar("Piece")
_BOM = b"\xef\xbb\xbf"
_BLOCK = 1 << 20
_OPENS, _CLOSES = ("start_map", "start_array"), ("end_map", "end_array")


def may_be_cut(page: Page) -> bool:
    """True for recorded excerpts and files handed over by a person; a live page must be whole."""
    return page.is_excerpt or page.fetched_by == "file"


def items(page: Page, prefix: str) -> Iterator[Any]:
    """Complete values at an ijson prefix ("Items.item"); fractions are Decimal.

    Raises LayoutError when the page is not JSON, or ends too early without being an excerpt.
    """
    with _stream(page) as stream:
        yield from _checked(page, ijson.items(stream, prefix, buf_size=_BLOCK))


def members(page: Page, prefix: str) -> Iterator[tuple[str, Any]]:
    """Complete (key, value) pairs of the object at an ijson prefix. Raises LayoutError as `items` does."""
    with _stream(page) as stream:
        yield from _checked(page, ijson.kvitems(stream, prefix, buf_size=_BLOCK))


def flat_maps(page: Page) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Every complete object that holds only scalars, with the keys that lead to it (array places are "").

    Raises LayoutError as `items` does.
    """
    with _stream(page) as stream:
        yield from _flat(_checked(page, ijson.basic_parse(stream, buf_size=_BLOCK)))


def _flat(events: Iterable[tuple[str, Any]]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    open_maps: list[dict[str, Any] | None] = []
    path: list[str] = []
    for event, value in events:
        if event == "map_key":
            path[-1] = value
        elif event in _OPENS:
            _spoil(open_maps)  # what holds another container is not flat
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
    """A price as JSON states it (text or number), or None where it says there is none ("N/A*", "", zero).

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


def _stream(page: Page) -> IO[bytes]:
    stream = page.open()
    if stream.read(len(_BOM)) != _BOM:
        stream.seek(0)
    return stream


def _checked(page: Page, pieces: Iterable[Piece]) -> Iterator[Piece]:
    try:
        yield from pieces
    except ijson.JSONError as error:
        if not ("premature EOF" in str(error) and may_be_cut(page)):
            raise LayoutError(page, "valid JSON to the end", str(error)) from error
    except UnicodeDecodeError as error:
        raise LayoutError(page, "JSON in UTF-8", str(error)) from error

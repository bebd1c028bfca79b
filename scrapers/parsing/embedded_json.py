"""Finds data inside pages: JSON in scripts, linked data, and the stream of a server-rendered React page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from scrapers.model import Page

_PUSH = re.compile(r'self\.__next_f\.push\(\[1,"((?:[^"\\]|\\.)*)', re.DOTALL)
_SCRIPT = re.compile(r"<script\b(?P<kind>[^>]*)>(?P<text>.*?)</script>", re.DOTALL | re.IGNORECASE)
_OPEN_SCRIPT = re.compile(r"<script\b[^>]*>(?P<text>(?:(?!</script>).)*)\Z", re.DOTALL | re.IGNORECASE)
_DECODER = json.JSONDecoder(parse_float=Decimal)
_DEEPEST = 60  # levels of nesting that are searched


def scripts(page: Page, kind: str = "json") -> Iterator[Any]:
    """Values in scripts whose type says JSON (application/json, ld+json), the complete ones of a cut script too."""
    text = page.text()
    bodies = [hit["text"] for hit in _SCRIPT.finditer(text) if kind in hit["kind"].lower()]
    cut = _OPEN_SCRIPT.search(text)
    for body in [*bodies, *([cut["text"]] if cut else [])]:
        yield from values(body)


def stream(page: Page) -> Iterator[Any]:
    """Complete values of a React page's stream."""
    yield from values(stream_text(page))


def stream_text(page: Page) -> str:
    """The stream that a server-rendered React page pushes, unescaped; of a recording of a part of it, too."""
    text = page.text()
    parts = [_unescaped(hit[1]) for hit in _PUSH.finditer(text)]
    return "".join(parts) if parts else _unescaped(text) if '\\"' in text else text


def _unescaped(text: str) -> str:
    """A JSON string's content as text; an escape that the end cut in two is dropped."""
    whole = re.sub(r"\\(?:u[0-9a-fA-F]{0,3})?\Z", "", text)
    whole = re.sub(r'(?<!\\)((?:\\\\)*)"', r'\1\\"', whole).replace("\n", "\\n").replace("\r", "\\r")
    try:
        return str(json.loads(f'"{whole}"', strict=False))
    except ValueError:
        return whole.replace('\\"', '"').replace("\\\\", "\\")


def values(text: str, at_start: bool = False) -> Iterator[Any]:
    """Every complete JSON object or list in a text, outermost first: what is cut is left out, its whole parts are not.

    `at_start`: only what begins the text.
    """
    if at_start:
        try:
            yield _DECODER.raw_decode(text.lstrip())[0]
        except (ValueError, RecursionError):
            return
        return
    at = 0
    while (start := min((i for i in (text.find("{", at), text.find("[", at)) if i >= 0), default=-1)) >= 0:
        try:
            value, at = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            at = start + 1
            continue
        yield value


def having(value: Any, *keys: str, depth: int = _DEEPEST) -> Iterator[dict[str, Any]]:
    """Objects at any depth that have all these keys; one found is not searched further."""
    if depth == 0:
        return
    if isinstance(value, dict):
        if all(key in value for key in keys):
            yield value
            return
        for inner in value.values():
            yield from having(inner, *keys, depth=depth - 1)
    elif isinstance(value, list):
        for inner in value:
            yield from having(inner, *keys, depth=depth - 1)


def flat(value: Any) -> str:
    """All text of a React element on one line, in order."""
    if isinstance(value, dict):
        return flat(value.get("children", ""))
    if isinstance(value, list):
        if len(value) == 4 and value[0] == "$":  # ["$", tag, key, properties]
            return flat(value[3])
        return " ".join(filter(None, map(flat, value)))
    return str(value).replace("$$", "$") if isinstance(value, str | int | Decimal) and value is not True else ""

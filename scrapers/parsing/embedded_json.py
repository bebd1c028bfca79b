"""Extracts data embedded in pages: JSON in scripts, linked data, and the stream of a server-rendered React page."""

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
    """Yield the values of scripts whose type contains `kind`; of a script that was cut, its complete values."""
    text = page.text()
    bodies = [hit["text"] for hit in _SCRIPT.finditer(text) if kind in hit["kind"].lower()]
    cut = _OPEN_SCRIPT.search(text)
    for body in [*bodies, *([cut["text"]] if cut else [])]:
        yield from values(body)


def stream(page: Page) -> Iterator[Any]:
    """Yield the complete values of a React page's stream."""
    yield from values(stream_text(page))


def stream_text(page: Page) -> str:
    """Return the unescaped stream that a server-rendered React page pushes, also of a recording of a part of it."""
    text = page.text()
    parts = [_unescaped(hit[1]) for hit in _PUSH.finditer(text)]
    return "".join(parts) if parts else _unescaped(text) if '\\"' in text else text


def _unescaped(text: str) -> str:
    """Unescape the content of a JSON string; an escape that the end cut in two is dropped."""
    intact = re.sub(r"\\(?:u[0-9a-fA-F]{0,3})?\Z", "", text)
    intact = re.sub(r'(?<!\\)((?:\\\\)*)"', r'\1\\"', intact).replace("\n", "\\n").replace("\r", "\\r")
    try:
        return str(json.loads(f'"{intact}"', strict=False))
    except ValueError:
        return intact.replace('\\"', '"').replace("\\\\", "\\")


def values(text: str, at_start: bool = False) -> Iterator[Any]:
    """Yield every complete JSON object or list in a text, outermost first; of one that is cut, its complete parts.

    `at_start`: only the one that begins the text.
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
        except ValueError:
            at = start + 1
            continue
        except RecursionError:  # nested too deeply: what lies a level below it is so too
            return
        yield value


def objects_with(value: Any, *keys: str, depth: int = _DEEPEST) -> Iterator[dict[str, Any]]:
    """Yield objects at any depth that have all these keys; a match is not searched further."""
    if depth == 0:
        return
    if isinstance(value, dict):
        if all(key in value for key in keys):
            yield value
            return
        for inner in value.values():
            yield from objects_with(inner, *keys, depth=depth - 1)
    elif isinstance(value, list):
        for inner in value:
            yield from objects_with(inner, *keys, depth=depth - 1)


def flat(value: Any) -> str:
    """Join all text of a React element on one line, in order."""
    if isinstance(value, dict):
        return flat(value.get("children", ""))
    if isinstance(value, list):
        if len(value) == 4 and value[0] == "$":  # ["$", tag, key, properties]
            return flat(value[3])
        return " ".join(filter(None, map(flat, value)))
    return str(value).replace("$$", "$") if isinstance(value, str | int | Decimal) and value is not True else ""

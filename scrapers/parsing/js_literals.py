"""Reads data written as JavaScript rather than JSON: bare keys, single quotes, `!0`, and what Nuxt pages embed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

_SPACE: Final = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_STRING: Final = re.compile(r'"((?:[^"\\\n]|\\.)*)"|\'((?:[^\'\\\n]|\\.)*)\'|`((?:[^`\\$]|\\.)*)`', re.DOTALL)
_NUMBER: Final = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?(?![\w$])")
_NAME: Final = re.compile(r"[A-Za-z_$][\w$]*")
_WORDS: Final = {"true": True, "false": False, "null": None, "undefined": None, "NaN": None}
_NEGATED: Final = {"!0": True, "!1": False}
_BEGINS: Final = re.compile(r"(?:[=(:,]|\breturn\b)\s*(?=[\[{])")
_CALL: Final = re.compile(
    r"\(function\s*\((?P<names>[\w$,\s]*)\)\s*\{(?:\s*[\w$.\[\]]+\s*=[^;{}]{0,200};)*\s*return\s*(?=[\[{])"
)
_ESCAPE: Final = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_ESCAPED: Final = {"n": "\n", "t": "\t", "r": "\r", "\n": ""}
_DEEPEST: Final = 40
_WRAPPERS: Final = ("Reactive", "ShallowReactive", "Ref", "ShallowRef", "EmptyRef", "EmptyShallowRef", "Island")


class _NoLiteral(Exception):
    """Text that is no literal: a call, an operator, a function."""


def literals(text: str) -> Iterator[Any]:
    """Yield the objects and lists that a script writes as literals, outermost first; names of variables are None."""
    at = 0
    while hit := _CALL.search(text, at):  # Nuxt 2: the values stand behind, as the arguments of a call
        try:
            value, at = _called(text, hit)
        except _NoLiteral:
            at = hit.end()
            continue
        yield value
    while hit := _BEGINS.search(text, at):
        try:
            value, at = _value(text, hit.end(), {}, 0)
        except _NoLiteral:
            at = hit.end() + 1
            continue
        yield value


def _called(text: str, hit: re.Match[str]) -> tuple[Any, int]:
    """Return what a function returns that is called where it is written."""
    names = [name.strip() for name in hit["names"].split(",")]
    _, end = _value(text, hit.end(), {}, 0)
    opens = re.compile(r"\s*;?\s*\}\s*\)?\s*\(").match(text, end)
    if opens is None:
        raise _NoLiteral
    values, after = _items(text, opens.end(), ")", {}, 0)
    return _value(text, hit.end(), dict(zip(names, values, strict=False)), 0)[0], after


def _skip(text: str, at: int) -> int:
    hit = _SPACE.match(text, at)
    return hit.end() if hit else at


def _value(text: str, at: int, names: Mapping[str, Any], depth: int) -> tuple[Any, int]:
    at = _skip(text, at)
    if depth > _DEEPEST or at >= len(text):
        raise _NoLiteral
    sign = text[at]
    if sign == "{":
        return _object(text, at + 1, names, depth + 1)
    if sign == "[":
        return _items(text, at + 1, "]", names, depth + 1)
    if text[at : at + 2] in _NEGATED:
        return _NEGATED[text[at : at + 2]], at + 2
    if hit := re.compile(r"void 0\b").match(text, at):
        return None, hit.end()
    if hit := _STRING.match(text, at):
        return _unescaped(next(part for part in hit.groups() if part is not None)), hit.end()
    if hit := _NUMBER.match(text, at):
        return Decimal(hit[0]), hit.end()
    if hit := _NAME.match(text, at):
        after = _skip(text, hit.end())
        if text[after : after + 1] in ("(", ".", "[", "=", "`") or hit[0] in ("function", "new", "async", "class"):
            raise _NoLiteral
        return names.get(hit[0], _WORDS.get(hit[0])), hit.end()
    raise _NoLiteral


def _items(text: str, at: int, end: str, names: Mapping[str, Any], depth: int) -> tuple[list[Any], int]:
    items: list[Any] = []
    while True:
        at = _skip(text, at)
        if text[at : at + 1] == end:
            return items, at + 1
        item, at = _value(text, at, names, depth)
        items.append(item)
        at = _next(text, at, end)


def _object(text: str, at: int, names: Mapping[str, Any], depth: int) -> tuple[dict[str, Any], int]:
    value: dict[str, Any] = {}
    while True:
        at = _skip(text, at)
        if text[at : at + 1] == "}":
            return value, at + 1
        if hit := _STRING.match(text, at):
            key = _unescaped(hit[1] or hit[2] or hit[3] or "")
        elif hit := _NAME.match(text, at) or _NUMBER.match(text, at):
            key = hit[0]
        else:
            raise _NoLiteral
        at = _skip(text, hit.end())
        if text[at : at + 1] != ":":
            raise _NoLiteral
        value[key], at = _value(text, at + 1, names, depth)
        at = _next(text, at, "}")


def _next(text: str, at: int, end: str) -> int:
    """Return where the next member begins: behind a comma, or at the end."""
    at = _skip(text, at)
    if text[at : at + 1] == ",":
        return at + 1
    if text[at : at + 1] != end:
        raise _NoLiteral
    return at


def _unescaped(text: str) -> str:
    def plain(hit: re.Match[str]) -> str:
        code = hit[1] or hit[2] or hit[3]
        return chr(min(int(code, 16), 0x10FFFF)) if code else _ESCAPED.get(hit[4], hit[4])

    return _ESCAPE.sub(plain, text)


def of_island(value: Any, depth: int = 0) -> Any:
    """Return the data of an Astro island's properties: each value stands behind the number of its kind."""
    if depth > _DEEPEST:
        return None
    if isinstance(value, list) and len(value) == 2 and isinstance(value[0], int):
        return of_island(value[1], depth + 1)
    if isinstance(value, list):
        return [of_island(item, depth + 1) for item in value]
    return {key: of_island(item, depth + 1) for key, item in value.items()} if isinstance(value, dict) else value


def revived(value: Any) -> Any:
    """Return the data of a Nuxt 3 payload: a list in which objects and lists hold the places of their members."""
    if not isinstance(value, list) or not value:
        return value
    left = [_MOST_REVIVED]

    def at(place: Any, depth: int) -> Any:
        left[0] -= 1
        if not isinstance(place, int) or not 0 <= place < len(value) or depth > _DEEPEST or left[0] < 0:
            return None
        item = value[place]
        if isinstance(item, dict):
            return {key: at(inner, depth + 1) for key, inner in item.items()}
        if not isinstance(item, list):
            return item
        if item and isinstance(item[0], str):
            return at(item[1], depth + 1) if item[0] in _WRAPPERS and len(item) > 1 else None
        return [at(inner, depth + 1) for inner in item]

    return at(0, 0)


_MOST_REVIVED: Final = 200_000  # members: a payload may repeat one part at many places

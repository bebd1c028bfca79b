"""Reads texts that are plain data, CSV or YAML: as the JSON, or the table, that says the same."""

from __future__ import annotations

import csv
import json
import re
from typing import Any, Final

import yaml

from scrapers.reading import words
from scrapers.reading.accelerator_names import names_one
from scrapers.reading.field_kinds import is_priced_title
from scrapers.reading.text_tables import html_rows


def forms_of(text: str) -> tuple[str, str]:
    """Return the JSON and the HTML table that say what a text of plain data says; "" for what it has no form of.

    YAML is JSON, CSV a table, and JSON too where its titles are names of fields.
    """
    if len(text) > _LARGEST or not names_one(text[:_LOOKED_AT]):
        return "", ""
    if not (rows := _rows(text)):
        return json.dumps(tree) if isinstance(tree := _yaml(text), dict | list) else "", ""
    titles, *lines = rows
    objects = [dict(zip(titles, map(_value, line), strict=True)) for line in lines]
    is_of_fields = all(map(_FIELD.fullmatch, titles))
    return json.dumps(objects) if is_of_fields else "", f"<table>{html_rows([titles], 'th')}{html_rows(lines)}</table>"


_LOOKED_AT: Final = 20_000  # characters
_LARGEST: Final = 2_000_000
_FIELD: Final = re.compile(r"[A-Za-z][\w-]*")


def _rows(text: str) -> list[list[str]]:
    """Return the rows of CSV, all as long as their titles, of which one is a price's; none of any other text."""
    body = re.sub(r"\A\ufeff?(?:[ \t]*#[^\n]*\n|\s*\n)*", "", text)
    first = body.split("\n", 1)[0]
    sign = max(",;\t", key=first.count)
    if first.count(sign) < _FEWEST_TITLES - 1 or _NO_TITLES.search(first):
        return []
    try:
        rows = [row for row in csv.reader(body.splitlines(), delimiter=sign, skipinitialspace=True) if any(row)]
    except csv.Error:
        return []
    if not rows:  # signs and nothing between them
        return []
    titles = [title.strip() for title in rows[0]]
    if not titles[0] and all(row[0].isdigit() for row in rows[1:]):
        rows, titles = [row[1:] for row in rows], titles[1:]  # the numbers of the rows, as programs write them
    is_headed = all(titles) and len(set(titles)) == len(titles) and any(map(_is_of_price, titles))
    is_even = len(rows) > 1 and all(len(row) == len(titles) for row in rows)
    return [titles, *([cell.strip() for cell in row] for row in rows[1:])] if is_headed and is_even else []


_FEWEST_TITLES: Final = 3
_NO_TITLES: Final = re.compile(r"[|<>{}]|[.!?]\s|\d{3}")


def _is_of_price(title: str) -> bool:
    in_words = re.sub(r"[_-]+|(?<=[a-z])(?=[A-Z])", " ", title)
    return words.PRICE.search(in_words) is not None or is_priced_title(in_words)


def _yaml(text: str) -> Any:
    """Return the value of YAML that is lines of keys and items and no more: no anchors, which may multiply it."""
    n_keyed, n_lines = _count_keyed(text[:_HEAD].splitlines()[:-1])
    if n_keyed * 2 <= n_lines:  # of the first lines: it spares a look at all
        return None
    n_keyed, n_lines = _count_keyed(text.splitlines())
    if n_keyed < _FEWEST_KEYS or n_keyed < _KEYED_SHARE * n_lines or _BEYOND.search(text) or _depth(text) > _DEEPEST:
        return None
    try:
        return _typed(yaml.load(text, Loader=yaml.CBaseLoader))  # noqa: S506 -- strings, lists, dicts
    except (yaml.YAMLError, RecursionError):
        return None


def _count_keyed(lines: list[str]) -> tuple[int, int]:
    """Return how many lines are keys and items, of how many that say anything."""
    telling = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    return sum(_KEY.match(line) is not None for line in telling), len(telling)


_HEAD: Final = 4000  # characters
_KEY: Final = re.compile(r"\s{0,60}(?:- ){0,3}[\"']?[A-Za-z0-9][\w ./-]{0,60}[\"']?:(?:\s|$)")
_BEYOND: Final = re.compile(
    r"(?:^|[\s\[{,:-])[&*]\w|^\s{60}|(?:- ){4}|^\s*\? |^\s*[|<]|^---[^\n]*\n(?:.*\n)*?---", re.MULTILINE
)
_FEWEST_KEYS: Final = 6
_KEYED_SHARE: Final = 0.8
_DEEPEST: Final = 30


def _depth(text: str) -> int:
    """Return how deep the brackets of a text stand in each other."""
    depth = deepest = 0
    for hit in _BRACKET.finditer(text):
        depth += 1 if hit[0] in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


_BRACKET: Final = re.compile(r"[\[\]{}]")


def _typed(value: Any) -> Any:
    """Return a value of YAML with the numbers of its texts as such."""
    if isinstance(value, dict):
        return {str(key): _typed(one) for key, one in value.items()}
    return [_typed(one) for one in value] if isinstance(value, list) else _value(value)


def _value(text: str) -> Any:
    if re.fullmatch(r"-?(?:0|[1-9]\d{0,12})(?:\.\d{1,15})?", text):
        return float(text) if "." in text else int(text)
    return _CONSTANTS.get(text.lower(), text)


_CONSTANTS: Final = {"": None, "null": None, "none": None, "~": None, "true": True, "false": False}

"""Turns rows into values that an agent reads without loss: prices as text, and text of pages apart from ours."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pipelines.serialize import json_value

MOST_TEXT = 1000  # characters of one text
MOST_ITEMS = 50  # of a list within a row
FROM_PAGE = "from_page"
# Columns that hold words of pages and lists, copied as they stand.
_COPIED = frozenset((
    "instance", "region", "region_id", "zone", "product", "text", "gpu_label", "interconnect", "host", "hosted_model",
    "seller", "what", "detail", "stated_by",
))  # fmt: skip
_PRICE = re.compile(r"usd|price|^old$|^new$")
# Variation selectors and tags, which are shown as nothing and can carry a message.
_HIDDEN = re.compile("[\ufe00-\ufe0f\U000e0000-\U000e01ef]")


def clean(text: str, most: int = MOST_TEXT) -> str:
    """Return text without what nobody sees: controls become spaces, invisible characters go; cut at `most`."""
    shown = "".join(map(_shown, _HIDDEN.sub("", text[: 4 * most])))
    return shown if len(shown) <= most else f"{shown[:most]} ..."


def _shown(character: str) -> str:
    kind = unicodedata.category(character)
    if kind in ("Cc", "Zl", "Zp"):
        return " "
    return "" if kind in ("Cf", "Cs", "Co", "Cn") else character


def plain(row: Mapping[str, Any], is_of_pages: bool = False) -> dict[str, Any]:
    """Return a row as JSON values, without empty ones; what was copied from pages lies under FROM_PAGE.

    Decimals of prices are text in full ("0.000000375"), with `<name>_float` beside. is_of_pages: nothing is sorted
    apart, and every decimal is text, since whoever wrote the query chose the columns.
    """
    ours: dict[str, Any] = {}
    copied: dict[str, Any] = {}
    for name, value in row.items():
        if value is None and not is_of_pages:
            continue
        into = copied if name in _COPIED and not is_of_pages else ours
        into[name] = _value(value, is_of_pages or bool(_PRICE.search(name)), is_of_pages)
        if isinstance(value, Decimal) and isinstance(into[name], str):
            into[f"{name}_float"] = json_value(float(value))
    return ours | ({FROM_PAGE: copied} if copied else {})


def _digits(amount: Decimal) -> str | None:
    """Return an amount in full, without exponent and trailing zeros; None for what is no number."""
    if not amount.is_finite():
        return None
    whole, _, part = f"{amount:f}".partition(".")
    part = part.rstrip("0")
    return f"{whole}.{part}" if part else whole


def _value(value: Any, as_text: bool, is_of_pages: bool) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Decimal) and as_text:
        return _digits(value)
    if isinstance(value, Mapping):
        return plain({clean(str(name)): item for name, item in value.items()}, is_of_pages)
    if isinstance(value, list | tuple):
        return [_value(item, as_text, is_of_pages) for item in value[:MOST_ITEMS]]
    plainly = json_value(value)
    return clean(plainly) if isinstance(plainly, str) else plainly

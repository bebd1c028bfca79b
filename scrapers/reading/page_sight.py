"""Tells what of a page is seen: hidden elements, other states of shown ones, and struck-out text."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

from scrapers.parsing.text import squash

STRUCK: Final = frozenset({"s", "del", "strike"})
_STRUCK_CLASS: Final = re.compile(
    r"(?:^|[\s_:-])(?:old|was|strike(?:through)?|striked|struck|line-through|crossed|before-discount)(?:$|[\s_-])|(?:original|regular|former|previous|list)[_-]?price|price[_-]+(?:original|regular|former|previous|old|was)(?![\w])",
    re.IGNORECASE,
)
_STRUCK_STYLE: Final = re.compile(r"text-decoration[^;]*line-through", re.IGNORECASE)


def is_hidden(element: Any) -> bool:
    if element.get("hidden") is not None and element.get("role") != "tabpanel":
        return True
    if element.tag == "option":
        return _is_unchosen(element)
    return _is_out_of_sight(element) and _is_in_another_currency(element)


def _is_unchosen(option: Any) -> bool:
    """Return whether an option is one of numbers of which a closed list shows another: the price beside it is that one's."""
    beside = option.getparent()
    if beside is None or len(beside) > _MOST_OPTIONS or not all(_NUMBER.fullmatch(one.text or "") for one in beside):
        return False
    return option is not next((one for one in beside if one.get("selected") is not None), beside[0])


_MOST_OPTIONS: Final = 64
_NUMBER: Final = re.compile(r"\s*[x×]?\s?\d{1,4}\s?[x×]?\s*")


_OUT_OF_SIGHT: Final = re.compile(r"(?:^|[\s_-])(?:hidden|hide|d-none|invisible|inactive)(?:$|\s)", re.IGNORECASE)
_CURRENCY: Final = re.compile(
    r"(?<![a-z])(?:currency|cur|usd|eur|gbp|chf|cad|aud|inr|cny|jpy|sgd|sek|nok|dkk|pln|brl|rub|krw)(?![a-z])",
    re.IGNORECASE,
)


def _is_out_of_sight(element: Any) -> bool:
    """Return whether an element's class or style hides it: a script shows it on some choice."""
    names, style = element.get("class"), element.get("style")
    if style and "display:none" in style.replace(" ", "").lower():
        return True
    return bool(names) and _hides(names)


@lru_cache(maxsize=4096)  # pages have few classes
def _hides(names: str) -> bool:
    return _OUT_OF_SIGHT.search(names) is not None


@lru_cache(maxsize=4096)
def _strikes_out(names: str) -> bool:
    return _STRUCK_CLASS.search(names) is not None


def _is_in_another_currency(element: Any) -> bool:
    """Return whether a hidden element is the copy of a shown one beside it in another currency."""
    parent = element.getparent()
    if parent is None or not any(map(_CURRENCY.search, _marks(element))):
        return False
    beside = [one for one in parent if one is not element and one.tag == element.tag and not _is_out_of_sight(one)]
    return any(any(map(_CURRENCY.search, _marks(one))) for one in beside)


def is_another_state(element: Any) -> bool:
    """Return whether a hidden element is a short text that differs from a shown one beside it in its digits alone."""
    if not _is_out_of_sight(element):
        return False
    text = _NO_WORDS.sub("", element.text_content() or "")
    beside = (one for one in (element.getprevious(), element.getnext()) if one is not None and one.tag == element.tag)
    return 0 < len(text) <= _LONGEST_AMOUNT and any(
        not _is_out_of_sight(one) and _NO_WORDS.sub("", one.text_content() or "") == text for one in beside
    )


_NO_WORDS: Final = re.compile(r"[\d\s.,*]")


def _marks(element: Any) -> list[str]:
    """Return the attributes of an element that may name a currency."""
    return [
        f"{name} {value}" for name, value in element.items() if name.startswith("data-") or name in ("class", "lang")
    ]


def is_struck_out(element: Any) -> bool:
    if element.tag in STRUCK:
        return True
    names, style = element.get("class"), element.get("style")
    return bool((names and _strikes_out(names)) or (style and _STRUCK_STYLE.search(style)))


def is_former(element: Any) -> bool:
    """Return whether a block is struck out, and holds nothing but an amount: the former price above the present one."""
    return is_struck_out(element) and len(squash(element.text_content() or "")) <= _LONGEST_AMOUNT


_LONGEST_AMOUNT: Final = 30  # characters

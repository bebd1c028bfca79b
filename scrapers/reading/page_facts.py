"""What a page says of all its prices: language, currency, decimal mark, and the unit of time that it uses throughout."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from scrapers.reading import words
from scrapers.reading.amounts import CODES, Amount, find_amounts, uses_decimal_comma
from scrapers.reading.units import after_amount, rate

_ALL_IN: Final = re.compile(
    r"(?:all |our |the )?(?:prices?|pricing|rates?|amounts?|fees)\b[^.]{0,40}?\b(?:in|are|is|shown in|quoted in|listed in)\s+(?:\w+ )?(?P<code>USD|CAD|AUD|NZD|SGD|HKD|EUR|GBP|TWD|MXN|BRL|CHF|JPY|CNY|RMB|INR|RUB|SEK|NOK|DKK|PLN|CZK|KRW|euros?|US dollars?|U\.S\. dollars?|Canadian dollars?|Australian dollars?|Singapore dollars?|New Zealand dollars?)\b"
    r"|\bcurrency\s*[:：]\s*(?P<set>[A-Z]{3})\b|\bpreise\b[^.]{0,30}\bin (?P<de>EUR|CHF|USD|Euro)\b",
    re.IGNORECASE,
)  # fmt: skip
_NAMES: Final = {
    "us dollar": "USD",
    "u.s. dollar": "USD",
    "canadian dollar": "CAD",
    "australian dollar": "AUD",
    "singapore dollar": "SGD",
    "new zealand dollar": "NZD",
    "euro": "EUR",
    "rmb": "CNY",
}
_REGIONS: Final = {
    "en-au": "AUD",
    "en-ca": "CAD",
    "fr-ca": "CAD",
    "en-nz": "NZD",
    "en-sg": "SGD",
    "zh-hk": "HKD",
    "en-hk": "HKD",
    "pt-br": "BRL",
    "es-mx": "MXN",
}


@dataclass(frozen=True, slots=True)
class PageFacts:
    """Facts of a whole page. `dollar` and `yen` are what the bare signs mean, "" where that is unknown."""

    language: str = ""
    decimal_comma: bool = False
    dollar: str = "USD"
    yen: str = ""
    default: str = ""  # currency of numbers without a sign
    time: str = ""  # the one unit of time that the page names beside amounts
    is_per_gpu: bool = False

    def resolve(self, printed: str) -> str:
        """Return the ISO code of a printed currency; "" where it is unknown."""
        return {"$": self.dollar, "¥": self.yen, "kr": "", "": self.default}.get(printed, printed)


def page_facts(language: str, texts: list[str], currency: str = "", others: frozenset[int] = frozenset()) -> PageFacts:
    """Return the facts of a page from its language and its lines.

    `currency` is a hint of the provider's; the lines at `others` are of things that are no accelerators.
    """
    amounts = [find_amounts(text) for text in texts]
    money = [(text, a) for text, of_text in zip(texts, amounts, strict=True) for a in of_text]
    comma = uses_decimal_comma([text for text, _ in money])
    everything = " ".join(texts)
    printed = {a.currency for _, a in money}
    stated = {_code(hit) for hit in _ALL_IN.finditer(everything)} - {""}
    dollar = _dollar(language.lower(), stated, printed)
    yen = (
        "JPY"
        if language.startswith("ja") or "円" in everything or "JPY" in printed
        else "CNY"
        if language.startswith("zh") or re.search(r"元|人民币|RMB", everything) or "CNY" in printed
        else ""
    )
    named = {PageFacts(dollar=dollar, yen=yen).resolve(c) for c in printed} & (CODES | {""})
    default = currency or (stated.pop() if len(stated) == 1 else "") or (named.pop() if len(named) == 1 else "")
    own = [(text, amounts[i]) for i, text in enumerate(texts) if i not in others]
    return PageFacts(language, comma, dollar, yen, default, *_habit(own))


def _dollar(language: str, stated: set[str], printed: set[str]) -> str:
    """Return what a bare "$" means: USD, unless the page says otherwise; "" where it says two things."""
    dollars = {c for c in stated if c in ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "BRL")}
    if len(dollars) == 1:
        return dollars.pop()
    if len(dollars) > 1:
        return ""
    others = printed & {"CAD", "AUD", "NZD", "SGD", "HKD", "TWD"}
    if others and "USD" not in printed and language in _REGIONS:
        return _REGIONS[language]
    return _REGIONS.get(language, "USD")


def _code(hit: re.Match[str]) -> str:
    text = hit["code"] or hit["set"] or hit["de"]
    return _NAMES.get(text.lower().rstrip("s"), text.upper() if text.upper() in CODES else "")


def _habit(lines: list[tuple[str, list[Amount]]]) -> tuple[str, bool]:
    """Return the unit of time that all amounts with one have, and whether each of them is per GPU."""
    times: set[str] = set()
    per_gpu: list[bool] = []
    for text, amounts in lines:
        for amount in amounts:
            read = rate(after_amount(text[amount.end :]))
            if read.time and not read.other:
                times.add(read.time)
                per_gpu.append(read.is_per_gpu)
        if amounts or len(text) > 60 or not words.PRICE.search(text):
            continue
        read = rate(text)  # titles of columns say it too
        if read.time and not read.other:
            times.add(read.time)
            per_gpu += [True] if read.is_per_gpu else []
    return (times.pop() if len(times) == 1 else ""), bool(per_gpu) and all(per_gpu)

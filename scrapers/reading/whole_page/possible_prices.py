"""Drops amounts that no hour of a GPU ever cost: their unit, or what they are a price of, is another one."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Final

from scrapers.reading.meaning.drafts import Draft
from scrapers.reading.whole_page.groups import HOURS_IN


def out_of_size(drafts: list[Draft]) -> tuple[list[Draft], list[tuple[Draft, str]]]:
    """Drop amounts that no hour of a GPU ever cost: their unit, or what they are a price of, is another one.

    Where one price of a machine is far too low, its whole column is doubted: it may be of one GPU.
    """
    hourly = {id(d): _hourly_dollars(d) for d in drafts}
    too_low = {id(d) for d in drafts if (each := hourly[id(d)]) is not None and _is_too_low(d, each)}
    low = {
        (d.record.group, d.title) for d in drafts if id(d) in too_low and not d.rate.is_per_gpu and (d.count or 1) > 1
    }
    odd = {
        id(d.cell) for d in drafts if id(d) in too_low or ((each := hourly[id(d)]) is not None and each > _bounds(d)[1])
    }
    by_habit = {id(d.record) for d in drafts if id(d.cell) in odd and d.reasons.get("unit") in _FAR}
    kept, dropped = [], []
    for d in drafts:
        each = hourly[id(d)]
        if id(d.cell) not in odd and id(d.record) in by_habit and d.reasons.get("unit") in _FAR:
            dropped.append((d, "unexplained: its unit stands elsewhere, and does not fit another amount beside it"))
            continue
        is_of_low = (d.record.group, d.title) in low and not d.rate.is_per_gpu and (d.count or 1) > 1
        if each is not None and (id(d.cell) in odd or is_of_low):
            dropped.append((d, f"unexplained: an hour of one GPU would cost {each:.4g} USD"))
        else:
            kept.append(d)
    return kept, dropped


_FAR: Final = ("the page", "above")  # where a unit stands that may be of other amounts


def _is_too_low(d: Draft, each: Decimal) -> bool:
    """Return whether nobody asks as little for an hour of the GPU, or of the part of one that the words name."""
    return each < _bounds(d)[0] and (each < _LEAST or not _is_of_a_part(d))


def costs_too_much(d: Draft) -> bool:
    """Return whether nobody asks as much for an hour of the GPU."""
    each = _hourly_dollars(d)
    return each is not None and each > _bounds(d)[1]


def _hourly_dollars(d: Draft) -> Decimal | None:
    """Return roughly what an hour of one GPU costs in dollars; None for a currency that is not known."""
    if d.currency not in _TO_A_DOLLAR:
        return None
    count = Decimal(1) if d.rate.is_per_gpu else d.count or Decimal(1)
    hours = 730 * (d.term or 1) if d.rate.time == "term" else HOURS_IN.get(d.rate.time, (Decimal(1),))[0]
    return d.amount.value / hours / count / _TO_A_DOLLAR[d.currency]


def _bounds(d: Draft) -> tuple[Decimal, Decimal]:
    """Return what an hour of the GPU costs at least and at most.

    Where only the page's habit gives a month's price its unit, the most is less: a card that is sold costs more.
    """
    is_by_habit = d.reasons.get("unit") == "the page" and d.rate.time in ("month", "year")
    return _bounds_of(d.key, is_by_habit)


@lru_cache(maxsize=4096)
def _bounds_of(key: str, is_by_habit: bool) -> tuple[Decimal, Decimal]:
    for names, least, most in _BOUNDS:
        if names.match(key):
            return Decimal(least), Decimal(most) / (3 if is_by_habit else 1)
    return _LEAST, _MOST


def _is_of_a_part(d: Draft) -> bool:
    """Return whether an offer is of a part of a GPU: no whole card of the first two kinds below has less than 24 GB."""
    return (
        (d.count is not None and d.count < 1)
        or any(map(_PART.search, (d.label, d.instance)))
        or (bool(d.memory) and d.count in (None, 1) and _SMALL.fullmatch(d.memory.strip()) is not None)
    )


# Far below what anybody asks for a whole card, and far above.
_BOUNDS: Final = (
    (re.compile(r"G?[HB]\d{3}|GB|VR|H20|MI3"), "0.4", "25"),
    (re.compile(r"A100|A800|MI2|L40|A40$|RTX(?:PRO)?6000|RTXPRO|RTX5090|A6000|RTXA6000"), "0.08", "30"),
    (re.compile(r"RTX(?:3090|[45]0[89]0)"), "0.04", "30"),
    (re.compile(r"RTX|GTX|A\d|L\d|V100|P\d|T4|K80|M60"), "0.004", "30"),
)
_SMALL: Final = re.compile(r"(?:1?\d|2[0-3])(?:\.\d+)? ?G[iI]?B?")
_LEAST: Final = Decimal("0.004")  # a tenth of the smallest card, from a host
_MOST: Final = Decimal(300)
_PART: Final = re.compile(r"\bMIG\b|\d+g\.\d+|\bvGPU\b|\b1/\d|slice|fraction|shared|-\d{1,2}[QCAB]\b", re.IGNORECASE)
# What a dollar buys of each, within a third: enough to tell an hour from a month.
_TO_A_DOLLAR: Final = {
    currency: Decimal(rate)
    for currency, rate in {
        "USD": "1", "EUR": "0.9", "GBP": "0.8", "CHF": "0.9", "CAD": "1.37", "AUD": "1.5", "NZD": "1.65", "SGD": "1.33", "CNY": "7.1",
        "JPY": "150", "KRW": "1380", "INR": "86", "RUB": "85", "SEK": "10", "NOK": "10.5", "DKK": "6.7", "PLN": "3.8", "CZK": "22",
        "HKD": "7.8", "TWD": "31", "BRL": "5.5", "MXN": "18.5", "VND": "25500", "IDR": "16300", "THB": "34", "TRY": "40", "MYR": "4.3",
        "PHP": "57", "AED": "3.67", "SAR": "3.75", "ILS": "3.5", "UAH": "41", "ZAR": "18",
    }.items()
}  # fmt: skip

"""Reads prose that says in so many words what an hour of one GPU costs, and nothing that leaves it open."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from scrapers.reading.accelerator_names import Mention, mentions
from scrapers.reading.amounts import Amount, find_amounts
from scrapers.reading.line_kinds import is_sentence
from scrapers.reading.meaning.record_amounts import words_around
from scrapers.reading.other_providers import named_beside
from scrapers.reading.page_tree import Line
from scrapers.reading.records import Field, Record
from scrapers.reading.units import after_amount, pricing_model, rate, term_months

_LONGEST: Final = 600  # characters of a paragraph
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+(?=[A-Z$€£])")
_SAYS: Final = re.compile(
    r"\b(?:is|are|remains?|stays?|costs?|priced|billed|charged|rents?|available|offered|starts?|starting)\b[^.;]{0,30}$",
    re.IGNORECASE,
)
# What is supposed, compared, past or of some customers alone.
_IN_DOUBT: Final = re.compile(
    r"\b(?=\w)(?:if|when|would|could|might|may|example|e\.g|average|typical\w*|compar\w*|compet\w*|elsewhere|was|were|used to|formerly|previously"
    r"|market|up to|less|under|below|over|more|estimat\w*|assum\w*|suppos\w*|say|roughly|about|around|approximately|nearly|almost|others?"
    r"|hyperscalers?|clouds|providers|students?|members?|vs|versus|than|sav(?:e|es|ing|ings))\b|[≈~?]",
    re.IGNORECASE,
)


def priced_sentences(line: Line, group: int) -> list[Record]:
    """Return a record for each accelerator of which a sentence of a paragraph says what an hour of one costs."""
    if len(line.text) > _LONGEST or not is_sentence(line.text):
        return []
    scope = tuple(text for _, text in reversed(line.headings))
    return [
        Record([Field("gpu", name, (line,)), Field("price", price, (line,))], scope, "sentence", group)
        for text in _SENTENCE.split(line.text)
        if not named_beside(text, "")
        for name, price in _priced(text)
    ]


def _are_models(text: str, money: Sequence[Amount]) -> bool:
    """Return whether the amounts of a sentence are prices of one thing, each with a model of its own: "or $1.79 for a year"."""
    between = [text[a.end : b.start] for a, b in itertools.pairwise(money)]
    if not all(_OR.search(words) and not mentions(words) for words in between):
        return False
    own = [words_around(text, money, i)[1] for i in range(len(money))]
    models = [
        (pricing_model(after) or ("on_demand" if i == 0 else None), term_months(after)) for i, after in enumerate(own)
    ]
    return all(model for model, _ in models) and len(set(models)) == len(models)


_OR: Final = re.compile(r"(?:,|;|\bor|\band)\s+(?:only |just |from )?$", re.IGNORECASE)


def _priced(text: str) -> list[tuple[str, str]]:
    """Return the accelerators whose prices a sentence states, each with its words; none where it leaves anything open."""
    names, amounts = mentions(text), find_amounts(text)
    money = _said_once(text, amounts)
    if not names or not money or any(a.fault for a in money) or _IN_DOUBT.search(text):
        return []
    if len({m.key for m in names}) > 1:
        return _in_turn(text, names, money)
    if len(money) > 1 and not _are_models(text, money):
        return []
    price = text if len(amounts) == len(money) else text[: _end_of_unit(text, money[-1])]
    is_of_one = _is_per_gpu_hour(text, money[0])
    if is_of_one and names[0].start > money[0].end and _ON_ONE.fullmatch(text[money[0].end : names[0].start]):
        return [(names[0].name, price)]  # "$0.59 per GPU-hour on an NVIDIA K80"
    if _is_of_machine(text, names[0], money[0]) and _SAYS.search(text[: money[0].start]):
        return [(f"{names[0].count}x {names[0].name}", price)]
    is_said = is_of_one and _SAYS.search(text[: money[0].start])
    return [(names[0].name, price)] if is_said and names[-1].end <= money[0].start else []


def _in_turn(text: str, names: Sequence[Mention], money: Sequence[Amount]) -> list[tuple[str, str]]:
    """Return the accelerators of a sentence that prices each in turn: "H200 GPUs are $3 per GPU per hour, and B200 $4 ..."."""
    ends = [*(m.start for m in names[1:]), len(text)]
    is_each = len(names) == len(money) == len({m.key for m in names}) and all(
        m.end <= a.start < end and _is_per_gpu_hour(text[:end], a) for m, a, end in zip(names, money, ends, strict=True)
    )
    if not is_each or not _SAYS.search(text[: money[0].start]):
        return []
    if not all(_THEN.fullmatch(text[m.end : a.start]) for m, a in zip(names[1:], money[1:], strict=True)):
        return []
    return [(m.name, text[a.start : end]) for m, a, end in zip(names, money, ends, strict=True)]


_THEN: Final = re.compile(r"\s*(?:GPUs?|instances?|cards?)?\s*(?:at|for|is|are|costs?|:|–|-)?\s*", re.IGNORECASE)


def _is_per_gpu_hour(text: str, amount: Amount) -> bool:
    unit = rate(after_amount(text[amount.end :]))
    return unit.time == "hour" and unit.is_per_gpu


def _is_of_machine(text: str, name: Mention, amount: Amount) -> bool:
    """Return whether an amount is of an hour of a machine with a stated number of GPUs: "An 8x H100 node is $20/hr"."""
    unit = rate(after_amount(text[amount.end :]))
    is_of_hour = unit.time == "hour" and not unit.is_per_gpu and name.end <= amount.start
    return is_of_hour and (name.count or 0) > 1 and _MACHINE.match(text, name.end) is not None


_MACHINE: Final = re.compile(r"\s*(?:GPU\s)?(?:node|server|instance|machine|system|VM)\b", re.IGNORECASE)


def _said_once(text: str, money: Sequence[Amount]) -> list[Amount]:
    """Return the amounts of a text without those that say the one before them again: "$3.60 per hour ($0.001 per second)"."""
    kept: list[Amount] = []
    for a in money:
        hours = _HOURS.get(rate(after_amount(text[a.end :])).time) if kept and _AGAIN.search(text[: a.start]) else None
        last = kept[-1].value if kept else a.value
        if hours is None or abs(a.value / hours - last) > last * _CLOSE:
            kept.append(a)
    return kept


def _end_of_unit(text: str, amount: Amount) -> int:
    """Return where the words of an amount end: before a bracket that says it again."""
    bracket = text.find("(", amount.end)
    return bracket if bracket >= 0 else len(text)


_HOURS: Final = {"second": Decimal(1) / 3600, "minute": Decimal(1) / 60}
_AGAIN: Final = re.compile(r"[(=≈~]\s*(?:about |approx\.? )?$", re.IGNORECASE)
_CLOSE: Final = Decimal("0.015")
_ON_ONE: Final = re.compile(
    r"\s*(?:/|per)\s?GPU[- /]?(?:per )?h(?:ou)?r\s+(?:on|for|with)\s+(?:an?\s|the\s)?(?:NVIDIA\s|AMD\s)?", re.IGNORECASE
)

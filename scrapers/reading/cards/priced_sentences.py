"""Reads prose that says in so many words what an hour of one GPU costs, and nothing that leaves it open."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Final

from scrapers.reading.accelerator_names import mentions
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
    """Return a record for each sentence of a paragraph that prices an hour of one GPU of the kind that it names."""
    if len(line.text) > _LONGEST or not is_sentence(line.text) or named_beside(line.text, ""):
        return []
    scope = tuple(text for _, text in reversed(line.headings))
    return [
        Record([Field("gpu", name, (line,)), Field("price", text, (line,))], scope, "sentence", group)
        for text in _SENTENCE.split(line.text)
        if (name := _priced(text))
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


def _priced(text: str) -> str:
    """Return the accelerator whose price a sentence states, with its unit; "" where it leaves anything open."""
    names, money = mentions(text), find_amounts(text)
    if len({m.key for m in names}) != 1 or not money or any(a.fault for a in money) or _IN_DOUBT.search(text):
        return ""
    if len(money) > 1 and not _are_models(text, money):
        return ""
    unit = rate(after_amount(text[money[0].end :]))
    is_per_gpu_hour = unit.time == "hour" and unit.is_per_gpu
    if is_per_gpu_hour and names[0].start > money[0].end and _ON_ONE.fullmatch(text[money[0].end : names[0].start]):
        return names[0].name  # "$0.59 per GPU-hour on an NVIDIA K80"
    is_said = is_per_gpu_hour and _SAYS.search(text[: money[0].start])
    return names[0].name if is_said and names[-1].end <= money[0].start else ""


_ON_ONE: Final = re.compile(
    r"\s*(?:/|per)\s?GPU[- /]?(?:per )?h(?:ou)?r\s+(?:on|for|with)\s+(?:an?\s|the\s)?(?:NVIDIA\s|AMD\s)?", re.IGNORECASE
)

"""Tells what a line of a card is: a name, a title of a price, or a title of a figure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from scrapers.reading import words
from scrapers.reading.accelerator_names import Mention, mentions
from scrapers.reading.line_kinds import is_sentence
from scrapers.reading.tables.grids import has_money
from scrapers.reading.units import is_choice_of_terms

LABEL_LENGTH: Final = 100  # characters; a longer line is prose
FIGURE: Final = re.compile(r"\d")


@lru_cache(maxsize=32_768)
def label_mentions(text: str) -> tuple[Mention, ...]:
    """Return the accelerators of a line that labels something; of prose, none."""
    if (
        len(text) > LABEL_LENGTH
        or text.rstrip()[-1:] in "?？"
        or text[:1] in _QUOTES
        or is_sentence(text)
        or _TELLS.search(text)
    ):
        return ()
    return mentions(text, is_label=len(text) < 40)


_QUOTES: Final = '"“„«”'
_TELLS: Final = re.compile(
    r"\w+ \w+.* (?:scores?|equals?|delivers?|outperforms?|reach(?:es)?|achieves?|takes?|costs? about) ", re.IGNORECASE
)


@lru_cache(maxsize=32_768)
def is_spec_title(text: str) -> bool:
    return (
        len(text) < 40
        and not FIGURE.search(text)
        and any(
            p.search(text)
            for p in (
                words.MEMORY_GPU,
                words.RAM,
                words.VCPU,
                words.DISK,
                words.NETWORK,
                words.REGION,
                words.COUNT,
                words.AVAILABILITY,
                words.TERM,
            )
        )
    )


@lru_cache(maxsize=32_768)
def is_price_title(text: str) -> bool:
    """Return whether a short line says which price stands above or below it."""
    if (
        has_money(text)
        or is_choice_of_terms(text)
        or _REBATE.match(text)
        or (mentions(text) and not re.match(r"^\s*(?:/|per\b)", text))
    ):
        return False
    return (
        len(text) <= 60
        and any(
            p.search(text)
            for p in (
                words.ON_DEMAND,
                words.SPOT,
                words.RESERVED,
                words.PRICE,
                words.DURATION,
                *(() if FIGURE.search(text) else (words.BOUND_BEFORE,)),  # not "64 GPUs minimum"
                *words.TIME.values(),
            )
        )
    ) or (len(text) <= 60 and bool(words.PER_GPU.search(text)) and not _is_of_machine(text))


def _is_of_machine(text: str) -> bool:
    """Return whether a line numbers what comes with a GPU: "28 vCPUs and 180 GB RAM per GPU"."""
    return FIGURE.search(text) is not None and any(p.search(text) for p in (words.VCPU, words.RAM, words.DISK))


_REBATE: Final = re.compile(
    r"\s*(?:скидк|экономи|save\b|get (?:up to )?\d+\s?%|up to \d+\s?%|discount|rabatt|spare|bis zu \d+\s?%|remise|économise|jusqu'à \d+\s?%|优惠|割引)",
    re.IGNORECASE,
)

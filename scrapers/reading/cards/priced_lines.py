"""Reads single lines that price accelerators: several in turn, or one machine in a sentence of a list."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Final

from scrapers.parsing.text import squash
from scrapers.reading.accelerator_names import Mention, mentions
from scrapers.reading.amounts import Amount, find_amounts
from scrapers.reading.cards.card_lines import LABEL_LENGTH, label_mentions
from scrapers.reading.line_kinds import is_sentence
from scrapers.reading.other_providers import named_beside
from scrapers.reading.page_tree import Box, Line
from scrapers.reading.records import Field, Record
from scrapers.reading.units import after_amount, rate


def priced_in_turn(line: Line, group: int) -> list[Record]:
    """Return a record for each accelerator of a line that prices several, in turn or as two lists of one length.

    "H100 $2.50, A100 $1.40"; "H100, A100: $2.50 / $1.40 per hour".
    """
    text, money = line.text, find_amounts(line.text)
    names = label_mentions(text) or _listed(text, money)
    if _share_a_price(text, names, money):
        money = money * len(names)
    if not 2 <= len(names) == len(money) == len({m.key for m in names}):
        return []
    ends = [m.start for m in names[1:]] + [len(text)]
    between = [text[a.end : b.start] for a, b in itertools.pairwise(money)]
    if all(m.end <= a.start and a.end <= end for m, a, end in zip(names, money, ends, strict=True)):
        prices = [text[a.start : end].rstrip(" ,;/|·•(") for a, end in zip(money, ends, strict=True)]
    elif len(set(money)) == 1:
        prices = [text[money[0].start :]] * len(names)
    elif names[-1].end <= money[0].start and all(map(_SEPARATES.fullmatch, between)):
        units = [_SEPARATOR.sub("", one) or text[money[-1].end :] for one in between] + [text[money[-1].end :]]
        prices = [text[a.start : a.end] + unit for a, unit in zip(money, units, strict=True)]
    else:
        return []
    scope = tuple(heading for _, heading in reversed(line.headings))
    labels = [f"{m.count}x {m.name}" if m.count else m.name for m in names]
    return [
        Record([Field("gpu", label, (line,)), Field("price", price, (line,))], scope, "card", group)
        for label, price in zip(labels, prices, strict=True)
    ]


def _share_a_price(text: str, names: Sequence[Mention], money: Sequence[Amount]) -> bool:
    """Return whether a line is names side by side and one price of each: "RTX 6000 Ada/L40S: $1.57/hr"."""
    between = [text[a.end : b.start] for a, b in itertools.pairwise(names)]
    return (
        1 < len(names) <= _MOST_OF_A_PRICE
        and len(money) == 1
        and all(map(_BESIDE.fullmatch, between))
        and not text[: names[0].start].strip(" -•*")
        and _LEADS.fullmatch(text[names[-1].end : money[0].start]) is not None
        and rate(after_amount(text[money[0].end :])).time != ""
    )


_MOST_OF_A_PRICE: Final = 4
_BESIDE: Final = re.compile(r"\s*[/,&]\s*(?:NVIDIA\s|AMD\s)?")


def _listed(text: str, money: Sequence[Amount]) -> tuple[Mention, ...]:
    """Return the accelerators of a sentence that is a list, each right before its amount: "Rates: H100 $1.99/hr, L4 $0.40/hr."."""
    names = mentions(text)
    is_list = 2 <= len(names) == len(money) and all(
        m.end <= a.start and _LEADS.fullmatch(text[m.end : a.start]) for m, a in zip(names, money, strict=True)
    )
    return names if is_list and len(text) <= LABEL_LENGTH * 3 and not named_beside(text, "") else ()


_LEADS: Final = re.compile(r"\s*(?:\(?\d{2,3}\s?GB\)?)?\s*(?:[:=–—-]|\b(?:at|for|from)\b)?\s*", re.IGNORECASE)
_SEPARATOR: Final = re.compile(r"\s*(?:[/|,;·•&、和]|\b(?:and|und|et|и|resp\.?)\b)?\s*$")
_SEPARATES: Final = re.compile(
    r"\s*(?:(?:/|per\s|pro\s|par\s)\s*[\w-]+(?:\s*/\s*[\w-]+)?)?\s*(?:[/|,;·•&、和]|\b(?:and|und|et|и)\b)\s*"
)


def is_offer_in_words(line: Line) -> bool:
    """Return whether an item of a list describes one machine and its price: "One A16 (16 GB), 16 vCPUs. £95 per month"."""
    if line.box is None or not _is_item(line.box) or not is_sentence(line.text):
        return False
    names = mentions(line.text)
    money = find_amounts(line.text)
    return (
        len({m.key for m in names}) == 1
        and bool(money)
        and names[0].end <= money[0].start
        and bool(rate(after_amount(line.text[money[0].end :])).time)
        and _SIZES.search(line.text) is not None
        and len(line.text) <= _MOST_OF_AN_ITEM
    )


def _is_item(box: Box) -> bool:
    return box.tag in ("dd", "li") or (box.parent is not None and box.parent.tag in ("dd", "li"))


_MOST_OF_AN_ITEM: Final = 240  # characters
_SIZES: Final = re.compile(r"\d\s?(?:v?CPUs?|cores?|GB|GiB|Go|vcores?)\b", re.IGNORECASE)
_PIECE: Final = re.compile(r"(?<=[,;])\s|(?<=[.!])\s(?=\S)")


def offer_in_words(line: Line, group: int) -> Record:
    """Return a record of a sentence's parts: what stands up to the first amount, cut at commas, and the price."""
    first = find_amounts(line.text)[0]
    pieces = [p.strip(" ,;.") for p in _PIECE.split(line.text[: first.start]) if p.strip(" ,;.")]
    named = next(i for i, p in enumerate(pieces) if mentions(p))
    fields = [Field("gpu" if i == named else "", p, (line,)) for i, p in enumerate(pieces)]
    fields.append(Field("price", line.text[first.start :], (line,)))
    title = term_of(line)
    if title:
        fields.insert(0, Field("name", title, (line,)))
    return Record(fields, tuple(text for _, text in reversed(line.headings)), "card", group)


def term_of(line: Line) -> str:
    """Return the term that a definition belongs to: the text of its dt."""
    element = line.box.element if line.box is not None else None
    while element is not None and element.tag not in ("dd", "li", "body"):
        element = element.getparent()
    before = element.getprevious() if element is not None and element.tag == "dd" else None
    return squash(before.text_content())[:80] if before is not None and before.tag == "dt" else ""

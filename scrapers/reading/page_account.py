"""Accounts for each amount of a page: what became of it, and why."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from scrapers.model import clip
from scrapers.reading import words
from scrapers.reading.accelerator_names import mentions
from scrapers.reading.account import Entry
from scrapers.reading.amounts import Amount, find_amounts, stated_currency
from scrapers.reading.cards.page_places import is_aside, is_in_code, is_in_menu, is_in_nav, is_quoted
from scrapers.reading.field_kinds import is_priced_title, kind_of
from scrapers.reading.line_kinds import is_sentence
from scrapers.reading.meaning.drafts import Draft, Explained
from scrapers.reading.other_providers import charged_by, named_beside
from scrapers.reading.page_facts import PageFacts
from scrapers.reading.page_tree import Box, Line
from scrapers.reading.records import Field, Record
from scrapers.reading.refusals import NAMELESS, is_component
from scrapers.reading.units import after_amount, before_amount, is_floor, not_a_price, rate

# Of each line (its order), where amounts of it begin: the verdict on each and the reason.
Verdicts = dict[int, dict[int, tuple[str, str]]]
_SHORT_SENTENCE: Final = 30  # characters
_NEAR: Final = 12  # lines: an accelerator's name that close makes an amount one to explain


class Rows:
    """Notes the rows of tables that name an accelerator, for those in which nothing like a price was seen."""

    def __init__(self) -> None:
        self.priced: set[int] = set()
        self.unread: list[Field] = []
        self.nameless: set[int] = set()  # tables with prices of nothing that is named
        self.empty: list[Record] = []

    def note(self, record: Record, readings: list[Draft | Explained]) -> None:
        """Note a row, and whether anything was read in it."""
        if record.kind != "row":
            return
        if readings:
            self.unread += [f for f in record.fields if _heads_prices(f.title) and _is_unread(f)]
        if any(isinstance(r, Draft) and r.status == "priced" for r in readings):
            self.priced.add(record.group)
        elif any(isinstance(r, Explained) and r.reason == NAMELESS for r in readings):
            self.nameless.add(record.group)
        elif (
            not readings
            and any(kind_of(f) == "label" for f in record.fields)
            and not any(map(_says_none, record.fields))
        ):
            self.empty.append(record)

    def without_price(self) -> Iterator[Entry]:
        """Yield an entry for each row without a price or a word for none, in tables that have prices."""
        for f in self.unread:
            reason = "a cell below a price's title that cannot be read"
            yield Entry(clip(f"{f.title}: {f.text}", 140), f.where(), "unexplained", reason)
        for record in self.empty:
            if record.group in self.priced | self.nameless:
                text = " | ".join(f.text for f in record.fields if f.text)
                yield Entry(
                    clip(text, 140),
                    record.fields[0].where(),
                    "unexplained",
                    "a row that names an accelerator has no amount that can be read",
                )


def _is_unread(f: Field) -> bool:
    """Return whether a cell, below the title of a price, holds a number that is no amount, nor a share or a term."""
    is_read = kind_of(f) in ("price", "label", "count")
    return not is_read and _FIGURE.search(f.text) is not None and not _OTHER_FIGURE.search(f.text)


@lru_cache(maxsize=4096)
def _heads_prices(title: str) -> bool:
    return words.PRICE.search(title) is not None or (stated_currency(title) != "" and rate(title).time != "")


_FIGURE: Final = re.compile(r"\d")


_OTHER_FIGURE: Final = re.compile(r"%|[^\W\d_]{2}")


def _says_none(f: Field) -> bool:
    """Return whether a cell says in words that there is no price: none, on request, sold out, soon."""
    if re.fullmatch(r"\s*free\b\W*", f.text, re.IGNORECASE):
        return True
    is_blank = words.NOTHING.match(f.text) and (is_priced_title(f.title) or not f.title or not f.text)
    return (
        bool(is_blank) or words.SALES.search(f.text) is not None or any(p.search(f.text) for _, p in words.STATES[:2])
    )


def data_entries(drafts: list[Draft], verdict: Any, reason: str = "") -> Iterator[Entry]:
    yield from (_entry(d.title, d.cell, d.amount, verdict, reason or d.label) for d in drafts)


def bare_entries(kept: list[Draft], dropped: list[tuple[Draft, str]]) -> Iterator[Entry]:
    """Yield what became of numbers without a sign, in columns of prices: lines of text do not show them as amounts."""
    for d in kept:
        if d.status == "priced" and not find_amounts(d.cell.text):
            yield from data_entries([d], "emitted")
    for d, reason in dropped:
        if not find_amounts(d.cell.text):
            yield data_entry(d, reason)


def verdict_of(reason: str) -> tuple[str, str]:
    """Return the verdict that a reason stands for, and the reason."""
    is_open = reason.startswith(("unexplained", "no unit"))
    return "unexplained" if is_open else "explained", reason.removeprefix("unexplained: ")


def data_entry(d: Draft, reason: str) -> Entry:
    return _entry(d.title, d.cell, d.amount, *verdict_of(reason))


def explained_entry(e: Explained) -> Entry:
    return _entry(e.cell.title, e.cell, e.amount, *verdict_of(e.reason))


def _entry(title: str, cell: Field, amount: Amount, verdict: Any, reason: str) -> Entry:
    return Entry(clip(f"{title}: {cell.text}", 140), cell.where(), verdict, reason, amount.value)


def note_verdict(verdicts: Verdicts, cell: Field, amount: Amount, verdict: str, reason: str) -> None:
    """Note what became of an amount, at the line that shows it."""
    shown = cell.text[amount.start : amount.end]
    for line in cell.lines:
        of_line = verdicts[line.order]
        at = amount.start if line.text == cell.text else line.text.find(shown)
        while at in of_line and verdict != "emitted" and line.text != cell.text:
            at = line.text.find(shown, at + 1)
        if at >= 0:
            if of_line.get(at, ("", ""))[0] != "emitted":
                of_line[at] = (verdict, reason)
            return


def line_entries(lines: list[Line], verdicts: Verdicts, facts: PageFacts, emitted: set[Decimal]) -> Iterator[Entry]:
    texts = {line.text for line in lines}
    naming = {text for text in texts if mentions(text)}
    amounts = {text: of_text for text in texts if (of_text := find_amounts(text, facts.decimal_comma))}
    named = [line.order for line in lines if line.text in naming and not is_in_nav(line.box)]
    first = min(
        (order for order, noted in verdicts.items() if any(v == "emitted" for v, _ in noted.values())), default=0
    )
    for line in lines:
        for struck in line.struck:
            if find_amounts(struck):
                yield Entry(struck, line.path(), "explained", "struck out")
        for amount in amounts.get(line.text, ()):
            verdict, reason = _verdict(line, amount, verdicts, named, emitted, facts, first)
            yield Entry(_around(line.text, amount), line.path(), verdict, reason, amount.value)  # type: ignore[arg-type]


def _around(text: str, amount: Amount) -> str:
    return clip(text if len(text) <= 120 else text[max(0, amount.start - 50) : amount.end + 50], 140)


def _verdict(
    line: Line,
    amount: Amount,
    verdicts: Verdicts,
    named: list[int],
    emitted: set[Decimal],
    facts: PageFacts,
    first: int,
) -> tuple[str, str]:
    of_line = verdicts[line.order]
    for at in range(amount.start, amount.start - max(1, amount.end - amount.start), -1):
        if at in of_line:
            return of_line[at]
    if amount.fault:
        return "explained", amount.fault
    if amount.value == 0:
        return "explained", "an amount of zero"
    if is_aside(line.box):
        is_said = line.box is not None and (mentions(line.text) or not is_in_menu(line.box))
        if is_said and _is_of_an_hour(line, amount) and amount.value not in emitted:
            return "unexplained", "a price in what looks like a menu or a banner"
        return "explained", "in a menu, a banner or the page's foot"
    if is_in_code(line.box):
        is_open = amount.value not in emitted and is_of_rent(line, amount)
        return ("unexplained" if is_open else "explained"), "in an example of code"
    before, after = line.text[: amount.start], line.text[amount.end :]
    if reason := not_a_price(before_amount(before), after):
        return "explained", reason
    near = before[-_NEAR_TEXT:]  # a long line is one of many amounts
    if other := charged_by(near, facts.own):
        return "explained", f"a price of {other}"
    unit = rate(after_amount(after))
    if unit.other and not unit.is_per_gpu:
        return "explained", f"a price per {unit.other}"
    if (is_quoted(line.box) or _QUOTED.match(line.text)) and unit.time != "hour":
        return "explained", "in a quotation"
    if _EXAMPLE.search(near) or (not unit.time and _FOR_A_WHILE.search(near)):
        return "explained", "an example or a calculation"
    if len(line.text) > _SHORT_SENTENCE and amount.value in emitted and is_sentence(line.text):
        return "explained", "in a sentence, the price of an offer"
    if any(amount.value / count in emitted for count in _counts(line.text)):
        return "explained", "the price of several, in a sentence"
    if len(line.text) > 100:
        is_open = amount.value not in emitted and not facts.compares and is_of_rent(line, amount)
        if is_open and not _is_example(line.text):
            return "unexplained", "a sentence that prices an accelerator"
        return "explained", "in a sentence"
    if is_component(f"{before_amount(before)} price"):
        return "explained", "a price of another part of the machine"
    for text in (line.text, *(t for _, t in reversed(line.headings))):
        if not mentions(text):
            for reason, pattern in words.NOT_SOLD_HERE:
                if pattern.search(text):
                    return "explained", reason
    is_bound = is_floor(before, after) or is_floor(before_amount(before), after)
    if is_bound and named and line.order < named[0] and emitted and amount.value <= min(emitted):
        return "explained", "a bound below every price of the page"
    if is_bound and amount.value in emitted and line.order < first and not mentions(line.text):
        return "explained", "a bound that is the price of an offer below"
    nearest = bisect_left(named, line.order - _NEAR)
    if nearest < len(named) and named[nearest] <= line.order + _NEAR:
        if _is_of_plain_machine(line, verdicts):
            return "explained", "a price of a machine without an accelerator, beside those that name theirs"
        if unit.time in ("month", "year") and _is_of_subscription(line):
            return "explained", "a subscription's fee"
        return "unexplained", "no offer was read from it, and an accelerator is named nearby"
    return "explained", "no accelerator is named nearby"


@lru_cache(maxsize=1024)  # each amount of a line asks it
def _counts(text: str) -> frozenset[int]:
    """Return the numbers of GPUs, above one, that stand with names in a text."""
    return frozenset(m.count for m in mentions(text) if m.count and m.count > 1)


@lru_cache(maxsize=1024)
def _is_example(text: str) -> bool:
    return words.NOT_SOLD_HERE[-1][1].search(text) is not None


_NEAR_TEXT: Final = 200
_EXAMPLE: Final = re.compile(
    r"\be\.\s?g\.|\bfor (?:example|instance)\b|\bz\.\s?B\.|\bzum Beispiel\b|\bpar exemple\b|\bнапример\b|例えば|たとえば|例如|比如",
    re.IGNORECASE,
)
# "If you run an A10G for 15 minutes, you pay $0.21."
_FOR_A_WHILE: Final = re.compile(
    r"\b(?:for|in|after) (?:\d+|an?|one|two) (?:seconds?|minutes?|hours?|days?)\b", re.IGNORECASE
)
_QUOTED: Final = re.compile(r"\s*(?:[\"“„«].{20,}[\"”“»]|「[^」]{12,}」)")  # what a customer says


def _is_of_plain_machine(line: Line, verdicts: Verdicts) -> bool:
    """Return whether an amount's card states a processor and no accelerator, among cards alike that name theirs and were read."""
    box = line.box
    for _ in range(_MOST_LEVELS):
        if box is None or box.parent is None or box.element is None or len(box.parent.children) > _MOST_CARDS:
            return False
        alike, own = box.others_alike(), [one.text for one in box.lines()]
        if alike and any(map(words.VCPU.search, own)):
            rest = [_NO_GPU.sub(" ", text) for text in own]
            is_plain = not any(mentions(text, is_label=True) or words.GPU.search(text) for text in rest)
            return is_plain and any(_is_read_card(other, verdicts) for other in alike)
        box = box.parent
    return False


def _is_of_subscription(line: Line) -> bool:
    """Return whether an amount's card is a plan, to which computing comes on top.

    It counts seats or users and names no GPU, or stands beside a free one, and neither names a model.
    """
    box = line.box
    is_plain = names_none = True
    for _ in range(_MOST_LEVELS):
        own = [one.text for one in box.lines()] if box is not None else []
        if box is None or len(own) > _MOST_OF_A_CARD:
            return False
        is_plain = is_plain and not any(words.GPU.search(text) or mentions(text) for text in own)
        beside = [one.text for other in box.others_alike() for one in other.lines()]
        if any(map(_SEATS.search, own)) and is_plain:
            return True
        names_none = names_none and not any(map(mentions, own))
        is_beside_free = any(map(_FREE.fullmatch, beside))
        if is_beside_free and (any(map(_PER_SEAT.search, beside)) or (names_none and not any(map(mentions, beside)))):
            return True
        box = box.parent
    return False


_SEATS: Final = re.compile(
    r"\b(?:\d+|unlimited|per) (?:\w+ )?(?:seats?|users?|(?:team )?members?|collaborators?|workspaces?|developers?)\b",
    re.IGNORECASE,
)
_PER_SEAT: Final = re.compile(r"(?:/|\bper )\s?(?:user|seat|member|developer)\b", re.IGNORECASE)
_FREE: Final = re.compile(r"\W*(?:[$€£]\s?0|0\s?€|free)\W*(?:(?:/|per)\s?mo\w*)?", re.IGNORECASE)
_MOST_LEVELS: Final = 4
_NO_GPU: Final = re.compile(r"\b(?:no|without|ohne|keine|sans|без) (?:dedicated )?GPUs?\b", re.IGNORECASE)
_MOST_CARDS: Final = 60  # side by side


def _is_read_card(box: Box, verdicts: Verdicts) -> bool:
    """Return whether a card names its own accelerator, and a price of it was read."""
    lines = list(box.lines())
    emitted = any(v == "emitted" for one in lines for v, _ in verdicts.get(one.order, {}).values())
    return emitted and len(lines) <= _MOST_OF_A_CARD and any(mentions(one.text) for one in lines)


_MOST_OF_A_CARD: Final = 30  # lines


def _is_of_an_hour(line: Line, amount: Amount) -> bool:
    """Return whether an amount is of an hour, of nobody else's, with no bound."""
    before, after = line.text[: amount.start], line.text[amount.end :]
    is_bound = is_floor(before, after) or words.BOUND_BEFORE.search(before_amount(before)) is not None
    near = f"{_SENTENCE_END.split(before[-_NEAR_TEXT:])[-1]} {_SENTENCE_END.split(after[:_NEAR_TEXT])[0]}"
    return rate(after_amount(after)).time == "hour" and not is_bound and not named_beside(near, "")


_SENTENCE_END: Final = re.compile(r"[.!?]\s+(?=[A-Z])")


def is_of_rent(line: Line, amount: Amount) -> bool:
    """Return whether a line prices an hour of an accelerator that it names, of nobody else's, with no bound."""
    return _is_of_an_hour(line, amount) and bool(mentions(line.text))

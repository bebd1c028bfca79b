"""Finds which lines belong to an amount's card, and which of them names its accelerator."""

from __future__ import annotations

import itertools
from typing import Final

from scrapers.reading import words
from scrapers.reading.accelerator_names import mentions
from scrapers.reading.cards.card_lines import is_price_title, is_spec_title, label_mentions
from scrapers.reading.cards.page_places import is_choice, is_in_list, table_around
from scrapers.reading.line_kinds import is_sentence
from scrapers.reading.page_tree import Box, Line
from scrapers.reading.tables.grids import has_money

_FAR: Final = 14  # lines: a name without a heading's weight heads none that far below it
MOST_LINES: Final = 60  # of a card
_MOST_HEADS: Final = 300  # names in one box: with so many, an amount that stands in no box with one is nobody's


class Surroundings:
    """The lines of boxes that no table took, and those that name accelerators: each amount asks the boxes around it."""

    def __init__(self, used: set[int]) -> None:
        self.used = used
        self._lines: dict[Box, list[Line]] = {}
        self._heads: dict[Box, list[Line]] = {}

    def lines(self, box: Box) -> list[Line]:
        """Return the lines of a box that are left, but for the heading of a section: it heads a card, and is none of it."""
        lines = self._lines.get(box)
        if lines is None:
            lines = [one for one in box.lines() if one.order not in self.used]
            is_headed = box.section_level and lines and lines[0].level
            if is_headed and not label_mentions(lines[0].text) and not has_money(lines[0].text):
                lines = lines[1:]
            self._lines[box] = lines
        return lines

    def heads(self, box: Box) -> list[Line]:
        """Return those that name an accelerator and no price: what may head an amount below them."""
        heads = self._heads.get(box)
        if heads is None:
            lines = self.lines(box)
            heads = [
                one for one in lines if label_mentions(one.text) and not has_money(one.text) and not is_choice(one.box)
            ]
            one_each = [one for one in heads if len({m.key for m in label_mentions(one.text)}) == 1]
            heads = one_each or heads  # not a list of what there is to choose from
            if box.tag in ("html", "body", "main") or len(lines) > MOST_LINES:
                heads = [one for one in heads if one.level or not is_in_list(one.box)]  # not the names in a menu
            self._heads[box] = heads
        return heads


def card_of(line: Line, box: Box, around: Surroundings) -> tuple[Line, list[Line]] | None:
    """Return the line that names the amount's accelerator, and all lines of that card."""
    if label_mentions(line.text):
        own: list[Line] = [line]
        outer: Box | None = box
        while outer is not None and outer.n_lines <= 15 + len(
            around.used
        ):  # as far as it holds nothing else that is priced or named
            lines = around.lines(outer)
            if len(lines) > 15 or any(
                one is not line and (has_money(one.text) or label_mentions(one.text)) for one in lines
            ):
                break
            own, outer = lines, outer.parent
        return line, own
    current: Box | None = box
    while current is not None:
        lines, heads = around.lines(current), around.heads(current)
        if is_sentence(line.text):  # prose prices nothing of a table that it stands below
            heads = [h for h in heads if table_around(h.box) in (None, table_around(line.box))]
        if current.tag == "dl" and (entry := _entry_of(current, line)) is not None:
            named = [one for one in entry if label_mentions(one.text)]
            return (named[0], entry) if named else None
        if len(heads) > _MOST_HEADS:
            return None
        if heads:
            if len({h.text for h in heads}) == 1:  # a copy for small screens stands in a box of its own
                current = _widest(current, heads[0].text, around)
                lines = around.lines(current)
                heads = [one for one in lines if one.text == heads[0].text]
            return None if _is_another_card(current, line, heads) else _own_part(line, lines, heads)
        if len(lines) > 400:
            return None
        current = current.parent
    return None


def _widest(box: Box, label: str, around: Surroundings) -> Box:
    """Return the largest box around a card that names nothing but the card's own accelerator."""
    while box.parent is not None and box.parent.n_lines <= MOST_LINES + len(around.used):
        lines = around.lines(box.parent)
        if (
            len(lines) > MOST_LINES
            or {one.text for one in lines if label_mentions(one.text) and not has_money(one.text)} != {label}
            or _stands_beside_cards(box)
            or any(one.level and one.text != label and not is_price_title(one.text) for one in lines)
        ):
            return box
        box = box.parent
    return box


def _stands_beside_cards(box: Box) -> bool:
    """Return whether a box is one of several alike with prices, or asking for a call, of which others name no accelerator."""
    return any(
        any(has_money(one.text) or words.SALES.search(one.text) for one in other.lines())
        and not any(label_mentions(one.text) for one in other.lines())
        for other in box.others_alike()
    )


def _is_another_card(box: Box, line: Line, heads: list[Line]) -> bool:
    """Return whether the names stand in cards beside the amount's own, which names none, or beside the amount itself."""
    if len(heads) > 1 and all(_has_own_price(h, line, box) for h in heads):
        return True
    own = line.box
    while own is not None and own.parent is not box:
        own = own.parent
    if own is None:
        return False
    alike = own.others_alike()
    orders, inside = {h.order for h in heads}, {one.order for one in own.lines()}
    named = [b for b in alike if any(one.order in orders for one in b.lines())]
    return (
        bool(named)
        and len(named) == len(orders - inside)
        and all(any(has_money(one.text) for one in b.lines()) for b in named)
    )


def _has_own_price(head: Line, line: Line, within: Box) -> bool:
    """Return whether a name stands with an amount, and not with the one at a line, in a box below another one."""
    box = head.box
    while box is not None and box is not within:
        if any(has_money(one.text) for one in box.lines()):
            return all(one is not line for one in box.lines())
        box = box.parent
    return False


def _entry_of(definitions: Box, line: Line) -> list[Line] | None:
    """Return the lines of an amount's entry in a list of definitions; None where all entries describe one thing."""
    entries: list[list[Line]] = [[]]
    for box in definitions.walk():
        if box.tag == "dt" and any(inner.tag == "dd" for inner in _between(entries[-1])):
            entries.append([])
        entries[-1] += [child for child in box.children if isinstance(child, Line)]
    own = next((entry for entry in entries if line in entry), [])
    others = [
        entry
        for entry in entries
        if entry is not own and any(mentions(one.text) for one in entry) and any(has_money(one.text) for one in entry)
    ]
    return own if others else None


def _between(lines: list[Line]) -> list[Box]:
    """Return the boxes of lines and those around them, up to two."""
    near = [one.box for one in lines if one.box is not None]
    return [*near, *(box.parent for box in near if box.parent is not None)]


def _own_part(line: Line, lines: list[Line], heads: list[Line]) -> tuple[Line, list[Line]] | None:
    top_level = [h for h in heads if h.level]
    if top_level and any(h.order < line.order for h in top_level):
        heads = top_level if len(top_level) > 1 or top_level[0] is heads[0] else heads
    keys = {label_mentions(h.text)[0].key for h in heads}
    if len(keys) == 1 and any(heads[0].order < one.order < line.order and _ends(heads[0], one) for one in lines):
        return _run(line, lines, heads)
    if len(keys) == 1 or (len(heads) > 1 and heads[0].level and len(top_level) == 1):
        stop = next((one.order for one in lines if one.order > line.order and _ends(heads[0], one)), None)
        own = lines if stop is None else [one for one in lines if one.order < stop]
        return (heads[0], own) if len(own) <= MOST_LINES else _run(line, lines, heads)
    return _run(line, lines, heads)


def _run(line: Line, lines: list[Line], heads: list[Line]) -> tuple[Line, list[Line]] | None:
    """Return the part of a flat list that belongs to one of its heads."""
    first_amount = next(one.order for one in lines if has_money(one.text))
    orders = [h.order for h in heads]
    if first_amount >= orders[0]:  # names stand above their prices
        own = [h for h in heads if h.order <= line.order]
        if not own or _is_headline(heads[0], heads[1:], lines):
            return None
        if any(own[-1].order < one.order < line.order and _ends(own[-1], one) for one in lines):
            return None
        if not own[-1].level and line.order - own[-1].order > _FAR:
            return None
        end = next((o for o in orders if o > line.order), lines[-1].order + 1)
        end = next((one.order for one in lines if line.order < one.order < end and _ends(own[-1], one)), end)
        part = [one for one in lines if own[-1].order <= one.order < end]
        return (own[-1], part) if len(part) <= MOST_LINES else None
    own = [h for h in heads if h.order >= line.order]
    # Names stand below their prices only where every name has one above it and none is left over at the end.
    bounds = [lines[0].order - 1, *orders]
    each = all(any(has_money(one.text) for one in lines if a < one.order <= b) for a, b in itertools.pairwise(bounds))
    if not own or not each or any(has_money(one.text) for one in lines if one.order > orders[-1]):
        return None
    start = max((o for o in orders if o < line.order), default=lines[0].order - 1)
    return own[0], [one for one in lines if start < one.order <= own[0].order]


def _is_headline(first: Line, others: list[Line], lines: list[Line]) -> bool:
    """Return whether the first name comes again below and the last has no price: names may stand below prices."""
    keys = {m.key for one in others for m in label_mentions(one.text)}
    is_again = any(m.key in keys for m in label_mentions(first.text))
    return is_again and not any(has_money(one.text) for one in lines if one.order > others[-1].order)


def _ends(head: Line, line: Line) -> bool:
    """Return whether a heading begins another thing than the one that the head names."""
    if not line.level or line.text == head.text or is_price_title(line.text) or is_spec_title(line.text):
        return False
    return not head.level or line.level <= head.level

"""Turns what stands in no table into records: price cards, lists, and lines that name an accelerator and a price."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from scrapers.reading import words
from scrapers.reading.accelerator_names import mentions, stated_count
from scrapers.reading.amounts import find_amounts
from scrapers.reading.cards.card_bounds import MOST_LINES, Surroundings, card_of
from scrapers.reading.cards.card_fields import card_record
from scrapers.reading.cards.card_lines import label_mentions
from scrapers.reading.cards.page_places import is_aside, is_in_code
from scrapers.reading.cards.priced_lines import is_offer_in_words, offer_in_words, priced_in_turn
from scrapers.reading.cards.priced_sentences import priced_sentences
from scrapers.reading.field_kinds import SHARE
from scrapers.reading.line_kinds import is_sentence
from scrapers.reading.page_tree import Box, Line
from scrapers.reading.records import Field, Record
from scrapers.reading.tables.grids import has_money
from scrapers.reading.units import OTHER_SUM, not_a_price


def card_records(top: Box, used: set[int], group: int) -> Iterator[Record]:
    """Yield a record for each accelerator that amounts outside of tables belong to.

    The box of an amount is the smallest around it that names an accelerator; where it names several, each heads the
    lines up to the next one, or follows them where the first amount stands before the first name.
    """
    done: set[int] = set()
    around = Surroundings(used)
    for line in top.lines():
        if line.order in used or line.order in done or not has_money(line.text) or _has_no_price(line.text):
            continue
        if line.box is None or is_aside(line.box) or is_in_code(line.box):
            continue
        if is_offer_in_words(line):
            done.add(line.order)
            yield offer_in_words(line, group)
            continue
        if pieces := priced_in_turn(line, group):
            done.add(line.order)
            yield from pieces
            continue
        if sentences := priced_sentences(line, group):
            done.add(line.order)
            yield from sentences
            continue
        segment = card_of(line, line.box, around)
        if segment is None:
            continue
        head, lines = segment
        if _is_of_another(line, head):
            continue
        lines = [one for one in lines if one is head or one.order not in done or not has_money(one.text)]
        lines = [
            one
            for one in lines
            if one in (head, line)
            or not (_is_of_its_own(one, head) or (has_money(one.text) and _is_of_another(one, head)))
        ]
        done |= {one.order for one in lines}
        if by_size := _of_each_size(head, lines, group):
            yield from by_size
            continue
        record = card_record(head, lines, group)
        if record is not None:
            yield record


def _has_no_price(text: str) -> bool:
    """Return whether a line is a footnote, or each amount of it a credit, a discount or the like: "Get $50 free credits"."""
    if _FOOTNOTE.match(text):
        return True
    amounts = find_amounts(text) if len(text) <= _LONGEST_BANNER else []
    return bool(amounts) and all(not_a_price(text[: a.start], text[a.end :]) == OTHER_SUM for a in amounts)


_LONGEST_BANNER: Final = 80  # characters
_FOOTNOTE: Final = re.compile(r"\s*(?:\*+|[†‡]\s?)[^\s*]")


def _is_of_another(line: Line, head: Line) -> bool:
    """Return whether a sentence that states a price is of another accelerator than the one that heads its card."""
    keys = {m.key for m in mentions(line.text)} if is_sentence(line.text) else set()
    return bool(keys) and not keys & {m.key for m in mentions(head.text, is_label=True)}


def _is_of_its_own(line: Line, head: Line) -> bool:
    """Return whether a line prices another accelerator than the one that heads its card, or a number of them."""
    names, heads = label_mentions(line.text), label_mentions(head.text)
    if not names or not heads or not has_money(line.text):
        return False
    return names[0].key != heads[0].key or (names[0].count is not None and heads[0].count is None)


def _of_each_size(head: Line, lines: list[Line], group: int) -> list[Record]:
    """Return a record for each part of a card that prices another number of its GPUs: "1 GPU $1.40/h", "2 GPUs $2.80/h"."""
    priced = [line for line in lines if has_money(line.text)]
    if len(priced) < 2 or head in priced:
        return []
    if rows := _rows_alike(priced):
        return _of_each_row(head, rows, group)
    records: list[Record] = []
    counts: list[Decimal] = []
    for line in priced:
        part = _part_of(line, [one for one in priced if one is not line])
        lead = line.text[: find_amounts(line.text)[0].start].rstrip(" :：-–—") if find_amounts(line.text) else ""
        texts = [t for one in part for t in (one.parts or (one.text,)) if not has_money(t)]
        texts += [lead] if lead and len(lead) <= _LONGEST_LEAD and not line.parts else []
        stated = {c for t in texts if (c := stated_count(t))}
        if len(stated) != 1 or head in part:
            return []
        counts += stated
        pieces = [Field("", t, (line,)) for t in (line.parts or (lead,)) if t and not has_money(t)]
        record = card_record(head, [head, *part], group)
        if record is None:
            return []
        record.fields += pieces
        records.append(record)
    return records if len(set(counts)) == len(counts) else []


def _rows_alike(priced: list[Line]) -> list[list[Line]]:
    """Return the lines of the boxes alike that hold the amounts of a card, several each: an hour's and a month's, say."""
    rows: list[list[Line]] = []
    for line in priced:
        if any(line in row for row in rows):
            continue
        box = line.box
        while box is not None and box.n_lines <= MOST_LINES and not _is_row(box, priced):
            box = box.parent
        if box is None or box.n_lines > MOST_LINES:
            return []
        rows.append(list(box.lines()))
    return rows if len(rows) >= _SEVERAL else []


_SEVERAL: Final = 2


def _is_row(box: Box, priced: list[Line]) -> bool:
    """Return whether a box holds several of the amounts, and a box alike beside it others."""
    if sum(one in priced for one in box.lines()) < _SEVERAL:
        return False
    return any(one in priced for other in box.others_alike() for one in other.lines())


def _of_each_row(head: Line, rows: list[list[Line]], group: int) -> list[Record]:
    """Return a record for each row of a card, where each states another number of GPUs, or a part of one."""
    sizes = [{size for line in row if (size := _size_of(line.text))} for row in rows]
    if head in itertools.chain(*rows) or any(len(of_row) != 1 for of_row in sizes):
        return []
    records = [card_record(head, [head, *row], group) for row in rows]
    return [r for r in records if r is not None] if len(set.union(*sizes)) == len(rows) else []


def _size_of(text: str) -> str:
    """Return the number of GPUs that a line states, or the part of one, as text; "" for none."""
    if has_money(text):
        return ""
    if SHARE.match(text) and words.GPU.search(text):
        return text.strip()
    return str(stated_count(text) or "")


_LONGEST_LEAD: Final = 20  # characters: "4x: $1.96/hr"


def _part_of(line: Line, others: list[Line]) -> list[Line]:
    """Return the lines of the largest box around a line that holds none of the others."""
    part, box = [line], line.box
    orders = {one.order for one in others}
    while box is not None and box.n_lines <= MOST_LINES:
        inside = list(box.lines())
        if any(one.order in orders for one in inside):
            break
        part, box = inside, box.parent
    return part


def is_of_card(table: Box, rows: list[Record]) -> bool:
    """Return whether a small table names no accelerator, and the lines beside it in its box do: it is part of a card."""
    if len(rows) > _MOST_ROWS or any(mentions(text) for _, text in table.headings[-3:]):
        return False
    if any(mentions(text) for row in rows for f in row.fields for text in (f.text, f.title)):
        return False
    box = table.parent
    while box is not None and box.n_lines <= _MOST_OF_A_CARD and box.tag not in ("html", "body", "main"):
        inside = {line.order for line in table.lines()}
        if any(label_mentions(line.text) for line in box.lines() if line.order not in inside):
            return True
        box = box.parent
    return False


_MOST_ROWS: Final = 6
_MOST_OF_A_CARD: Final = 25  # lines

"""Gives the lines of a card their titles: which price an amount is, what a figure measures."""

from __future__ import annotations

import re
from typing import Final

from scrapers.reading import words
from scrapers.reading.accelerator_names import mentions
from scrapers.reading.cards.card_lines import FIGURE, is_price_title, is_spec_title, label_mentions
from scrapers.reading.cards.priced_lines import term_of
from scrapers.reading.page_tree import Line
from scrapers.reading.records import Field, Record
from scrapers.reading.tables.grids import has_money

_KEY_VALUE: Final = re.compile(r"^(?P<key>[^:：$€£¥₹]{2,40}?)\s*[:：]\s+(?P<value>\S.*)$")


def card_record(head: Line, lines: list[Line], group: int) -> Record | None:
    fields = [] if has_money(head.text) else [Field("gpu", head.text, (head,))]
    title_above = _titles_stand_above(lines)
    spec_above = _spec_titles_stand_above(lines)
    for i, line in enumerate(lines):
        if (line is head and not has_money(line.text)) or _is_term(line):
            continue
        defined = term_of(line) if line.box is not None and line.box.tag == "dd" else ""
        other = lines[i - 1] if spec_above and i else lines[i + 1] if not spec_above and i + 1 < len(lines) else None
        if defined:
            fields.append(Field(defined, line.text, (line,)))
        elif has_money(line.text):
            fields.append(Field(_beside(lines, i, title_above), line.text, (line,)))
        elif line.parts and len(line.parts) == 2 and FIGURE.search(line.parts[1]) and not FIGURE.search(line.parts[0]):
            fields.append(Field(line.parts[0], line.parts[1], (line,)))
        elif hit := _KEY_VALUE.match(line.text):
            fields.append(Field(hit["key"], hit["value"], (line,)))
        elif other is not None and is_spec_title(other.text) and len(line.text) < 60 and not is_spec_title(line.text):
            fields.append(Field(other.text, line.text, (line,)))
        else:
            fields.append(Field("", line.text, (line,)))
    scope = [text for _, text in reversed(lines[0].headings)]
    return Record(fields, tuple(scope), "card", group)


def _is_term(line: Line) -> bool:
    """Return whether a line is the term of a definition: the title of what stands in the dd below."""
    return line.box is not None and line.box.tag == "dt" and not mentions(line.text) and not has_money(line.text)


def _spec_titles_stand_above(lines: list[Line]) -> bool:
    """Return whether the first title of a specification stands above its value, and not below it."""
    for i, line in enumerate(lines):
        if is_spec_title(line.text):
            before = lines[i - 1].text if i else ""
            after = lines[i + 1].text if i + 1 < len(lines) else ""
            return not (
                FIGURE.match(before) and not label_mentions(before) and not (FIGURE.match(after) and has_money(before))
            )
    return True


def _titles_stand_above(lines: list[Line]) -> bool:
    for i, line in enumerate(lines):
        if has_money(line.text):
            return not (i + 1 < len(lines) and is_price_title(lines[i + 1].text)) or (
                i > 0 and is_price_title(lines[i - 1].text)
            )
    return True


def _beside(lines: list[Line], i: int, above: bool) -> str:
    """Return the title of the amount at a line: the line above or below that says which price it is, and its unit."""
    parts: list[str] = []
    order = (i - 1, i + 1) if above else (i + 1,)
    for j in order:
        if 0 <= j < len(lines) and is_price_title(lines[j].text):
            if j == i + 1 and above and parts and not _is_unit(lines[j].text):
                continue
            if (
                j == i + 1
                and above
                and not parts
                and j + 1 < len(lines)
                and has_money(lines[j + 1].text)
                and not _is_unit(lines[j].text)
            ):
                continue  # it is the next amount's
            parts.append(lines[j].text)
    if not parts and (tier := _tier_beside(lines, i) or (_title_alike(lines, i) if above else "")):
        return tier
    return " | ".join(parts)


def _title_alike(lines: list[Line], i: int) -> str:
    """Return the line above an amount where it looks like the title above another amount: "Container" like "On-demand"."""
    over = lines[i - 1] if i else lines[0]
    if has_money(over.text) or mentions(over.text) or FIGURE.search(over.text) or len(over.text) > _LONGEST_TITLE:
        return ""
    titles = [lines[j - 1] for j in range(1, len(lines)) if j != i and has_money(lines[j].text)]
    return over.text if any(is_price_title(one.text) and _look(one) == _look(over) for one in titles) else ""


_LONGEST_TITLE: Final = 30  # characters


def _look(line: Line) -> tuple[str, str]:
    element = line.box.element if line.box is not None else None
    return (str(element.tag), str(element.get("class") or "")) if element is not None else ("", "")


def _tier_beside(lines: list[Line], i: int) -> str:
    """Return the name of a tier next to the amount at a line: in a box with it alone, else right above."""
    own = lines[i].box
    around = own.parent if own is not None else None
    for one in lines[max(0, i - 1) : i + 2] if around is not None and around.n_lines == _PAIR else ():
        if one is not lines[i] and one.box is not None and one.box.parent is around and _TIER.fullmatch(one.text):
            return one.text
    return lines[i - 1].text if i and _TIER.fullmatch(lines[i - 1].text) else ""


_PAIR: Final = 2  # lines
_TIER: Final = re.compile(rf"(?:{words.TIERS.pattern})(?: (?:cloud|pods?|tier|priority|capacity))?", re.IGNORECASE)


def _is_unit(text: str) -> bool:
    return bool(
        re.match(r"^\s*(?:/|per\b|p/|usd\b|每|pro\b|par\b|за\b|в\b|hourly|an hour|a month)", text, re.IGNORECASE)
    )

"""Turns what stands in no table into records: price cards, lists, and lines that name an accelerator and a price."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Final

from scrapers.parsing.text import squash
from scrapers.reading import words
from scrapers.reading.accelerator_names import Mention, mentions, stated_count
from scrapers.reading.amounts import Amount, find_amounts
from scrapers.reading.grids import has_money
from scrapers.reading.line_kinds import is_sentence
from scrapers.reading.other_providers import named_beside
from scrapers.reading.page_tree import Box, Line
from scrapers.reading.records import Field, Record
from scrapers.reading.units import after_amount, is_choice_of_terms, rate

_LABEL_LENGTH: Final = 100  # characters; a longer line is prose
_FAR: Final = 14  # lines: a name without a heading's weight heads none that far below it
_MOST_LINES: Final = 60  # of a card
_KEY_VALUE: Final = re.compile(r"^(?P<key>[^:：$€£¥₹]{2,40}?)\s*[:：]\s+(?P<value>\S.*)$")
_SPEC: Final = re.compile(r"\d")


def card_records(top: Box, used: set[int], group: int) -> Iterator[Record]:
    """Yield a record for each accelerator that amounts outside of tables belong to.

    The box of an amount is the smallest around it that names an accelerator; where it names several, each heads the
    lines up to the next one, or follows them where the first amount stands before the first name.
    """
    owner: dict[int, Box] = {}
    for box in top.walk():
        for child in box.children:
            if isinstance(child, Line):
                owner[child.order] = box
    done: set[int] = set()
    for line in top.lines():
        if line.order in used or line.order in done or not has_money(line.text):
            continue
        if is_aside(owner[line.order]) or is_in_code(owner[line.order]):
            continue
        if is_offer_in_words(line):
            done.add(line.order)
            yield _in_words(line, group)
            continue
        if pieces := _pairs(line, group):
            done.add(line.order)
            yield from pieces
            continue
        segment = _segment(line, owner[line.order], used)
        if segment is None:
            continue
        head, lines = segment
        lines = [one for one in lines if one is head or one.order not in done or not has_money(one.text)]
        done |= {one.order for one in lines}
        if by_size := _of_each_size(head, lines, group):
            yield from by_size
            continue
        record = _record(head, lines, group)
        if record is not None:
            yield record


def _of_each_size(head: Line, lines: list[Line], group: int) -> list[Record]:
    """Return a record for each part of a card that prices another number of its GPUs: "1 GPU $1.40/h", "2 GPUs $2.80/h"."""
    priced = [line for line in lines if has_money(line.text)]
    if len(priced) < 2 or head in priced:
        return []
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
        record = _record(head, [head, *part], group)
        if record is None:
            return []
        record.fields += pieces
        records.append(record)
    return records if len(set(counts)) == len(counts) else []


_LONGEST_LEAD: Final = 20  # characters: "4x: $1.96/hr"


def _part_of(line: Line, others: list[Line]) -> list[Line]:
    """Return the lines of the largest box around a line that holds none of the others."""
    part, box = [line], line.box
    orders = {one.order for one in others}
    while box is not None and box.n_lines <= _MOST_LINES:
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


def _pairs(line: Line, group: int) -> list[Record]:
    """Return a record for each accelerator of a line that prices several, in turn or as two lists of one length.

    "H100 $2.50, A100 $1.40"; "H100, A100: $2.50 / $1.40 per hour".
    """
    text, money = line.text, find_amounts(line.text)
    names = label_mentions(text) or _listed(text, money)
    if not 2 <= len(names) == len(money) == len({m.key for m in names}):
        return []
    ends = [m.start for m in names[1:]] + [len(text)]
    between = [text[a.end : b.start] for a, b in itertools.pairwise(money)]
    if all(m.end <= a.start and a.end <= end for m, a, end in zip(names, money, ends, strict=True)):
        prices = [text[a.start : end].rstrip(" ,;/|·•(") for a, end in zip(money, ends, strict=True)]
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


def _listed(text: str, money: list[Amount]) -> tuple[Mention, ...]:
    """Return the accelerators of a sentence that is a list, each right before its amount: "Rates: H100 $1.99/hr, L4 $0.40/hr."."""
    names = mentions(text)
    is_list = 2 <= len(names) == len(money) and all(
        m.end <= a.start and _LEADS.fullmatch(text[m.end : a.start]) for m, a in zip(names, money, strict=True)
    )
    return names if is_list and len(text) <= _LABEL_LENGTH * 3 and not named_beside(text, "") else ()


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


def _in_words(line: Line, group: int) -> Record:
    """Return a record of a sentence's parts: what stands up to the first amount, cut at commas, and the price."""
    first = find_amounts(line.text)[0]
    pieces = [p.strip(" ,;.") for p in _PIECE.split(line.text[: first.start]) if p.strip(" ,;.")]
    named = next(i for i, p in enumerate(pieces) if mentions(p))
    fields = [Field("gpu" if i == named else "", p, (line,)) for i, p in enumerate(pieces)]
    fields.append(Field("price", line.text[first.start :], (line,)))
    title = _term_of(line)
    if title:
        fields.insert(0, Field("name", title, (line,)))
    return Record(fields, tuple(text for _, text in reversed(line.headings)), "card", group)


def _term_of(line: Line) -> str:
    """Return the term that a definition belongs to: the text of its dt."""
    element = line.box.element if line.box is not None else None
    while element is not None and element.tag not in ("dd", "li", "body"):
        element = element.getparent()
    before = element.getprevious() if element is not None and element.tag == "dd" else None
    return squash(before.text_content())[:80] if before is not None and before.tag == "dt" else ""


def is_aside(box: Box | None) -> bool:
    """Return whether a box is of a menu, a banner or the page's foot: what stands there sells nothing by itself."""
    while box is not None:
        is_named = box.element is not None and _ASIDE.search(str(box.element.get("class", ""))) is not None
        if box.tag in ("nav", "footer") or (is_named and not _holds_the_page(box)):
            return True
        box = box.parent
    return False


def is_in_menu(box: Box) -> bool:
    """Return whether a box is of a menu or the page's foot by its tag."""
    return box.tag in ("nav", "footer", "header") or (box.parent is not None and is_in_menu(box.parent))


def is_in_code(box: Box | None) -> bool:
    """Return whether a box is of preformatted code: an example of a program, a command or an answer."""
    return box is not None and (box.tag == "pre" or is_in_code(box.parent))


def _holds_the_page(box: Box) -> bool:
    """Return whether a box holds the page's content, whatever its class: "nav-content-wrap", "has-menu"."""
    if box.tag in ("html", "body", "main", "article"):
        return True
    tops = box.element.xpath("(.//h1|.//main|.//*[@role='main'])[1]")
    return bool(tops)


_ASIDE: Final = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|megamenu|menu|breadcrumb|cookie\w*|announce\w*|marquee|promo-?bar|testimonials?|footer|newsletter)(?:$|[\s_-])",
    re.IGNORECASE,
)


@lru_cache(maxsize=32_768)
def label_mentions(text: str) -> tuple[Mention, ...]:
    """Return the accelerators of a line that labels something; of prose, none."""
    if (
        len(text) > _LABEL_LENGTH
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


def _segment(line: Line, box: Box, used: set[int]) -> tuple[Line, list[Line]] | None:
    """Return the line that names the amount's accelerator, and all lines of that card."""
    if label_mentions(line.text):
        own: list[Line] = [line]
        outer: Box | None = box
        while outer is not None and outer.n_lines <= 15 + len(
            used
        ):  # as far as it holds nothing else that is priced or named
            lines = [one for one in outer.lines() if one.order not in used]
            others = [one for one in lines if one is not line and (has_money(one.text) or label_mentions(one.text))]
            if others or len(lines) > 15:
                break
            own, outer = lines, outer.parent
        return line, own
    current: Box | None = box
    while current is not None:
        lines = [one for one in current.lines() if one.order not in used]
        heads = [
            one
            for one in lines
            if label_mentions(one.text) and not (has_money(one.text) and one is not line) and not _is_choice(one.box)
        ]
        if current.tag in ("html", "body", "main") or len(lines) > _MOST_LINES:
            heads = [one for one in heads if one.level or not _in_list(one.box)]  # not the names in a menu
        if current.tag == "dl" and (entry := _entry_of(current, line)) is not None:
            named = [one for one in entry if label_mentions(one.text)]
            return (named[0], entry) if named else None
        if heads:
            if len({h.text for h in heads}) == 1:  # a copy for small screens stands in a box of its own
                current = _widest(current, heads[0].text, used)
                lines = [one for one in current.lines() if one.order not in used]
                heads = [one for one in lines if one.text == heads[0].text]
            return None if _is_another_card(current, line, heads) else _own_part(line, lines, heads)
        if len(lines) > 400:
            return None
        current = current.parent
    return None


def _is_choice(box: Box | None) -> bool:
    """Return whether a line is an entry of a selection: it names what one may choose."""
    return box is not None and (box.tag in ("option", "select", "datalist") or _is_choice(box.parent))


def _in_list(box: Box | None) -> bool:
    return box is not None and (box.tag in ("ul", "ol", "header", "select") or _in_list(box.parent))


def _widest(box: Box, label: str, used: set[int]) -> Box:
    """Return the largest box around a card that names nothing but the card's own accelerator."""
    while box.parent is not None and box.parent.n_lines <= _MOST_LINES + len(used):
        lines = [one for one in box.parent.lines() if one.order not in used]
        names = {one.text for one in lines if label_mentions(one.text) and not has_money(one.text)}
        if (
            len(lines) > _MOST_LINES
            or names != {label}
            or _stands_beside_cards(box)
            or any(one.level and one.text != label and not is_price_title(one.text) for one in lines)
        ):
            return box
        box = box.parent
    return box


def _stands_beside_cards(box: Box) -> bool:
    """Return whether a box is one of several alike with prices, of which others name no accelerator."""
    if box.parent is None or box.element is None:
        return False
    looks = (box.tag, box.element.get("class"))
    return any(
        b is not box and b.element is not None and (b.tag, b.element.get("class")) == looks
        and any(has_money(one.text) for one in b.lines()) and not any(label_mentions(one.text) for one in b.lines())
        for b in box.parent.boxes()
    )  # fmt: skip


def _is_another_card(box: Box, line: Line, heads: list[Line]) -> bool:
    """Return whether the names stand in cards beside the amount's own, which names none, or beside the amount itself."""
    if len(heads) > 1 and all(_has_own_price(h, line, box) for h in heads):
        return True
    own = next((b for b in box.boxes() if any(one is line for one in b.lines())), None)
    if own is None or own.element is None:
        return False
    alike = [
        b
        for b in box.boxes()
        if b is not own and b.tag == own.tag and b.element.get("class") == own.element.get("class")
    ]
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
        return (heads[0], own) if len(own) <= _MOST_LINES else _run(line, lines, heads)
    return _run(line, lines, heads)


def _run(line: Line, lines: list[Line], heads: list[Line]) -> tuple[Line, list[Line]] | None:
    """Return the part of a flat list that belongs to one of its heads."""
    first_amount = next(one.order for one in lines if has_money(one.text))
    orders = [h.order for h in heads]
    if first_amount >= orders[0]:  # names stand above their prices
        own = [h for h in heads if h.order <= line.order]
        if not own:
            return None
        if any(own[-1].order < one.order < line.order and _ends(own[-1], one) for one in lines):
            return None
        if not own[-1].level and line.order - own[-1].order > _FAR:
            return None
        end = next((o for o in orders if o > line.order), lines[-1].order + 1)
        end = next((one.order for one in lines if line.order < one.order < end and _ends(own[-1], one)), end)
        part = [one for one in lines if own[-1].order <= one.order < end]
        return (own[-1], part) if len(part) <= _MOST_LINES else None
    own = [h for h in heads if h.order >= line.order]
    # Names stand below their prices only where every name has one above it and none is left over at the end.
    bounds = [lines[0].order - 1, *orders]
    each = all(any(has_money(one.text) for one in lines if a < one.order <= b) for a, b in itertools.pairwise(bounds))
    if not own or not each or any(has_money(one.text) for one in lines if one.order > orders[-1]):
        return None
    start = max((o for o in orders if o < line.order), default=lines[0].order - 1)
    return own[0], [one for one in lines if start < one.order <= own[0].order]


def _ends(head: Line, line: Line) -> bool:
    """Return whether a heading begins another thing than the one that the head names."""
    if not line.level or line.text == head.text or is_price_title(line.text) or _is_spec_title(line.text):
        return False
    return not head.level or line.level <= head.level


def _record(head: Line, lines: list[Line], group: int) -> Record | None:
    fields = [] if has_money(head.text) else [Field("gpu", head.text, (head,))]
    title_above = _titles_stand_above(lines)
    spec_above = _spec_titles_stand_above(lines)
    for i, line in enumerate(lines):
        if (line is head and not has_money(line.text)) or _is_term(line):
            continue
        defined = _term_of(line) if line.box is not None and line.box.tag == "dd" else ""
        other = lines[i - 1] if spec_above and i else lines[i + 1] if not spec_above and i + 1 < len(lines) else None
        if defined:
            fields.append(Field(defined, line.text, (line,)))
        elif has_money(line.text):
            fields.append(Field(_beside(lines, i, title_above), line.text, (line,)))
        elif line.parts and len(line.parts) == 2 and _SPEC.search(line.parts[1]) and not _SPEC.search(line.parts[0]):
            fields.append(Field(line.parts[0], line.parts[1], (line,)))
        elif hit := _KEY_VALUE.match(line.text):
            fields.append(Field(hit["key"], hit["value"], (line,)))
        elif other is not None and _is_spec_title(other.text) and len(line.text) < 60 and not _is_spec_title(line.text):
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
        if _is_spec_title(line.text):
            before = lines[i - 1].text if i else ""
            after = lines[i + 1].text if i + 1 < len(lines) else ""
            return not (
                _SPEC.match(before) and not label_mentions(before) and not (_SPEC.match(after) and has_money(before))
            )
    return True


def _is_spec_title(text: str) -> bool:
    return (
        len(text) < 40
        and not _SPEC.search(text)
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
                words.BOUND_BEFORE,
                *words.TIME.values(),
            )
        )
    ) or (len(text) <= 60 and bool(words.PER_GPU.search(text)))


_REBATE: Final = re.compile(
    r"\s*(?:скидк|экономи|save\b|get (?:up to )?\d+\s?%|up to \d+\s?%|discount|rabatt|spare|bis zu \d+\s?%|remise|économise|jusqu'à \d+\s?%|优惠|割引)",
    re.IGNORECASE,
)


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
    return " | ".join(parts)


def _is_unit(text: str) -> bool:
    return bool(
        re.match(r"^\s*(?:/|per\b|p/|usd\b|每|pro\b|par\b|за\b|в\b|hourly|an hour|a month)", text, re.IGNORECASE)
    )

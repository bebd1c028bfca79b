"""Reads a page of any provider: its tables, grids, cards and data, as offers and an account of every amount."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from scrapers.model import Hints, Offer, Page, clip
from scrapers.parsing import embedded_json
from scrapers.parsing.machine_facts import disks_gb, gigabytes, machine_facts
from scrapers.parsing.text import count_prefix, drop_cut_end, is_complete, squash
from scrapers.reading import words
from scrapers.reading.accelerator_names import is_singular, mentions
from scrapers.reading.account import Account, Entry
from scrapers.reading.amounts import Amount, find_amounts
from scrapers.reading.cards import card_records, is_aside, is_in_code, is_in_menu, is_of_card
from scrapers.reading.documents import attribute_values, from_markdown, kind, script_values, streamed_html
from scrapers.reading.field_kinds import is_priced_title, kind_of
from scrapers.reading.grids import box_grids, flat_grids, grid_records, table_grids
from scrapers.reading.interpret import Draft, Explained, interpret, stated_memory
from scrapers.reading.json_records import json_records, price_leaves
from scrapers.reading.other_providers import compares, named_beside, note_sellers, own_names
from scrapers.reading.page_facts import PageFacts, footnotes, page_facts
from scrapers.reading.page_tree import Box, Line, parse_tree
from scrapers.reading.records import Field, Record
from scrapers.reading.refusals import is_component
from scrapers.reading.settle import per, settle
from scrapers.reading.units import after_amount, before_amount, is_floor, not_a_price, rate

# Of each line (its order), where amounts of it begin: the verdict on each and the reason.
Verdicts = dict[int, dict[int, tuple[str, str]]]

_CENTS: Final = 30  # dollars an hour of one GPU, in the median of all: more than anybody asks
_NEAR: Final = 12  # lines: an accelerator's name that close makes an amount one to explain


def read_page(page: Page, hints: Hints = Hints()) -> Account:  # noqa: B008 -- frozen
    """Read a page of any kind: what it shows, and what its scripts hold."""
    text = page.text()
    form = kind(text)
    if form == "json":
        return _read_data(text, hints)
    return _read_html(page, from_markdown(text) if form == "markdown" else drop_cut_end(text), hints)


def _read_html(page: Page, html: str, hints: Hints) -> Account:
    top, root = parse_tree(_with_its_table(html))
    lines = list(top.lines())
    is_bare = not re.search(r"<(?:html|body|div|table)\b", html[:5000], re.IGNORECASE)
    if (is_bare or not any(find_amounts(line.text) for line in lines)) and (streamed := streamed_html(page)):
        top, _ = parse_tree(streamed)  # a React page that was recorded, or is served, as its stream alone
        lines = list(top.lines())
    language = (root.get("lang") or "") if root is not None else ""
    facts = _with_hints(
        page_facts(language, [line.text for line in lines], hints.currency, _of_other_things(lines)), hints
    )
    title = _page_title(root)
    facts = replace(facts, notes=footnotes(lines))
    facts = replace(facts, own=own_names(title), compares=compares(title) or any(compares(t) for t in _tops(lines)))
    drafts: list[Draft] = []
    verdicts: Verdicts = defaultdict(dict)
    cut = _ends_within_a_box(html)
    memories: dict[str, set[str]] = defaultdict(set)
    rows = _Rows()
    bare: list[Explained] = []  # numbers that no line shows as amounts
    for record in records(top, lines):
        if cut and record.kind == "card" and any(lines[-1] in f.lines for f in record.fields):
            continue  # the lost part might have changed what it says
        if stated := stated_memory(record):
            memories[stated[0]].add(stated[1])
        readings = list(interpret(record, facts))
        rows.note(record, readings)
        for reading in readings:
            if isinstance(reading, Draft):
                drafts.append(reading)
            else:
                if not find_amounts(reading.cell.text) and reading.amount.value:
                    bare.append(reading)
                _note(
                    verdicts,
                    reading.cell.lines,
                    reading.cell.text,
                    reading.amount,
                    *_verdict_of(reading.reason),
                )
    hidden, explained = _embedded([*script_values(page), *attribute_values(root, html)], facts)
    kept, dropped = settle(drafts, memories)
    # Of data alone, a currency that the page prints somewhere says nothing: only the data's own, or words.
    unstated = [
        d for d in hidden
        if not d.currency or not (kept or facts.is_stated or d.amount.currency or "currency" in d.reasons)
    ]  # fmt: skip
    hidden, doubtful = _stated([d for d in hidden if d not in unstated], hints)
    if not kept:
        doubtful += [(d, "unexplained: no currency stands with it") for d in unstated]
    in_scripts, more = settle(hidden)
    more += doubtful
    for d, reason in dropped:
        _note(verdicts, d.cell.lines, d.cell.text, d.amount, *_verdict_of(reason))
    for d in kept:
        if d.status == "priced":
            _note(verdicts, d.cell.lines, d.cell.text, d.amount, "emitted", d.label)
    account = Account(entries=list(_entries(lines, verdicts, facts, {d.amount.value for d in kept})))
    account.entries += [*_bare_entries(kept, dropped), *map(_explained_entry, bare)]
    account.entries += rows.without_price()
    added, copies = _beyond([d for d in kept if d.status == "priced"], in_scripts)
    account.offers = [_offer(d, hints) for d in [*kept, *added]]
    account.entries += [
        *_data_entries(added, "emitted"),
        *_data_entries(copies, "explained", "the same offer, shown on the page"),
    ]
    account.entries += [_data_entry(d, reason) for d, reason in more] + [
        _explained_entry(e) for e in explained if e.amount.value
    ]
    return account


def _with_its_table(html: str) -> str:
    """Return a part of a page that begins amid a table with the table's tag: without it, rows lose their titles."""
    row = re.search(r"<(?:thead|tr|th|td)\b", html, re.IGNORECASE)
    if row is None or re.search(r"<table\b", html[: row.start()], re.IGNORECASE):
        return html
    opens = "<table><tr>" if row[0].lower() in ("<th", "<td") else "<table>"
    return html[: row.start()] + opens + html[row.start() :]


class _Rows:
    """Notes the rows of tables that name an accelerator, for those in which nothing like a price was seen."""

    def __init__(self) -> None:
        self.priced: set[int] = set()
        self.empty: list[Record] = []

    def note(self, record: Record, readings: list[Draft | Explained]) -> None:
        """Note a row, and whether anything was read in it."""
        if record.kind != "row":
            return
        if any(isinstance(r, Draft) and r.status == "priced" for r in readings):
            self.priced.add(record.group)
        elif (
            not readings
            and any(kind_of(f) == "label" for f in record.fields)
            and not any(map(_says_none, record.fields))
        ):
            self.empty.append(record)

    def without_price(self) -> Iterator[Entry]:
        """Yield an entry for each row without a price or a word for none, in tables that have prices."""
        for record in self.empty:
            if record.group in self.priced:
                text = " | ".join(f.text for f in record.fields if f.text)
                yield Entry(
                    clip(text, 140),
                    record.fields[0].where(),
                    "unexplained",
                    "a row that names an accelerator has no amount that can be read",
                )


def _says_none(f: Field) -> bool:
    """Return whether a cell says in words that there is no price: none, on request, sold out, soon."""
    if re.fullmatch(r"\s*free\b\W*", f.text, re.IGNORECASE):
        return True
    is_blank = words.NOTHING.match(f.text) and (is_priced_title(f.title) or not f.title or not f.text)
    return (
        bool(is_blank) or words.SALES.search(f.text) is not None or any(p.search(f.text) for _, p in words.STATES[:2])
    )


def _page_title(root: Any) -> str:
    """Return a page's title and the name of its site."""
    if root is None:
        return ""
    site = root.xpath('//meta[@property="og:site_name"]/@content')
    parts = (root.findtext(".//title") or "", *site[:1])
    return " | ".join(squash(part) for part in parts if part)[:300]


def _tops(lines: list[Line]) -> Iterator[str]:
    """Yield the chief headings of a page, and the line below the first of them."""
    first = next((i for i, line in enumerate(lines) if line.level == 1), None)
    yield from (line.text for line in lines if line.level == 1)
    if first is not None and first + 1 < len(lines):
        yield lines[first + 1].text[:300]


def _of_other_things(lines: list[Line]) -> frozenset[int]:
    """Return the positions of lines in sections that sell something else: CPU machines, storage, support."""
    others = {
        heading
        for heading in {line.headings[-1][1] for line in lines if line.headings}
        if not mentions(heading) and any(pattern.search(heading) for _, pattern in words.NOT_SOLD_HERE[:5])
    }
    return frozenset(i for i, line in enumerate(lines) if line.headings and line.headings[-1][1] in others)


def _ends_within_a_box(html: str) -> bool:
    """Return whether a page was cut amid its boxes; a recorded excerpt closes what it opens."""
    return not is_complete(html) and len(_OPENS.findall(html)) > len(_CLOSES.findall(html))


_OPENS: Final = re.compile(r"<(?:div|li|section|article)\b", re.IGNORECASE)
_CLOSES: Final = re.compile(r"</(?:div|li|section|article)\b", re.IGNORECASE)


def _read_data(text: str, hints: Hints) -> Account:
    account = Account()
    drafts: list[Draft] = []
    values = list(embedded_json.values(text))
    facts = _with_hints(page_facts("", _currencies(values), currency=hints.currency), hints)
    facts = replace(facts, default=facts.default or "USD")
    for group, value in enumerate(values):
        for record in json_records(value, group):
            for reading in interpret(record, facts):
                if isinstance(reading, Draft):
                    drafts.append(reading)
                elif reading.amount.value:
                    account.entries.append(_explained_entry(reading))
    drafts, doubtful = _stated(drafts, hints)
    kept, dropped = settle(drafts)
    dropped += doubtful
    account.offers = [_offer(d, hints) for d in kept]
    account.entries += [*_data_entries(kept, "emitted"), *(_data_entry(d, reason) for d, reason in dropped)]
    seen = {entry.path for entry in account.entries}
    for value in values:
        for leaf, is_near in price_leaves(value):
            if leaf.where() not in seen:
                verdict: Any = "unexplained" if is_near else "explained"
                reason = "no offer was read from it" if is_near else "no accelerator is named with it"
                text = clip(f"{leaf.title}: {leaf.text}", 140)
                value_of = Decimal(leaf.text) if leaf.is_number else None
                account.entries.append(Entry(text, leaf.where(), verdict, reason, value_of))
    return account


def _with_hints(facts: PageFacts, hints: Hints) -> PageFacts:
    return replace(facts, time=facts.time or hints.time)


def _embedded(values: list[tuple[str, Any]], facts: PageFacts) -> tuple[list[Draft], list[Explained]]:
    drafts: list[Draft] = []
    explained: list[Explained] = []
    for group, (where, value) in enumerate(values):
        for record in json_records(value, 100_000 + group):
            record.scope = (*record.scope, where)
            for reading in interpret(record, facts):
                drafts.append(reading) if isinstance(reading, Draft) else explained.append(reading)
    return drafts, explained


def _stated(drafts: list[Draft], hints: Hints) -> tuple[list[Draft], list[tuple[Draft, str]]]:
    """Drop amounts of data that may be cents: whole numbers throughout, too many for an hour of a GPU."""
    bare = [d for d in drafts if not d.amount.currency and "currency" not in d.reasons and "." not in d.cell.text]
    values = sorted(d.amount.value / (d.count or 1) for d in bare if d.rate.time == "hour")
    in_doubt = (
        not hints.currency
        and bool(values)
        and len(bare) == len(drafts)
        and values[len(values) // 2] >= _CENTS
        and not any(re.search("cent", d.title, re.IGNORECASE) for d in bare)
    )
    return (
        ([], [(d, "unexplained: dollars or cents, the data does not say") for d in drafts])
        if in_doubt
        else (drafts, [])
    )


def _beyond(shown: list[Draft], hidden: list[Draft]) -> tuple[list[Draft], list[Draft]]:
    """Return what the scripts hold beyond the page, and what they repeat.

    Data that contradicts the page (another price for the same thing) adds nothing: it is another state of the page.
    """
    by_key = {(d.key, d.model, d.term, d.currency): set[object]() for d in shown}
    for d in shown:
        by_key[d.key, d.model, d.term, d.currency].add(d.amount.value)
    added = [d for d in hidden if (d.key, d.model, d.term, d.currency) not in by_key]
    copies = [d for d in hidden if (d.key, d.model, d.term, d.currency) in by_key]
    contradicted = any(d.amount.value not in by_key[d.key, d.model, d.term, d.currency] for d in copies)
    return ([], hidden) if contradicted and shown else (added, copies)


def _currencies(values: list[Any]) -> list[str]:
    """Return the currencies that data states, as texts."""
    texts: list[str] = []
    stack = list(values)
    while stack and len(texts) < 1000:
        value = stack.pop()
        if isinstance(value, dict):
            texts += [
                f"1 {v}"
                for k, v in value.items()
                if isinstance(v, str) and re.search("currency", str(k), re.IGNORECASE)
            ]
            stack += [v for v in value.values() if isinstance(v, dict | list)]
        elif isinstance(value, list):
            stack += [v for v in value if isinstance(v, dict | list)]
    return texts


def _data_entries(drafts: list[Draft], verdict: Any, reason: str = "") -> Iterator[Entry]:
    yield from (_entry(d.title, d.cell, d.amount, verdict, reason or d.label) for d in drafts)


def _bare_entries(kept: list[Draft], dropped: list[tuple[Draft, str]]) -> Iterator[Entry]:
    """Yield what became of numbers without a sign, in columns of prices: lines of text do not show them as amounts."""
    for d in kept:
        if d.status == "priced" and not find_amounts(d.cell.text):
            yield from _data_entries([d], "emitted")
    for d, reason in dropped:
        if not find_amounts(d.cell.text):
            yield _data_entry(d, reason)


def _verdict_of(reason: str) -> tuple[str, str]:
    """Return the verdict that a reason stands for, and the reason."""
    is_open = reason.startswith(("unexplained", "no unit"))
    return "unexplained" if is_open else "explained", reason.removeprefix("unexplained: ")


def _data_entry(d: Draft, reason: str) -> Entry:
    return _entry(d.title, d.cell, d.amount, *_verdict_of(reason))


def _explained_entry(e: Explained) -> Entry:
    return _entry(e.cell.title, e.cell, e.amount, *_verdict_of(e.reason))


def _entry(title: str, cell: Field, amount: Amount, verdict: Any, reason: str) -> Entry:
    return Entry(clip(f"{title}: {cell.text}", 140), cell.where(), verdict, reason, amount.value)


def records(top: Box, lines: list[Line]) -> Iterator[Record]:
    """Yield the records of a tree: of tables, then of grids of boxes, then of cards."""
    used: set[int] = set()
    group = 0
    for grids in (table_grids(top), flat_grids(top), box_grids(top)):
        for grid in grids:
            group += 1
            if not grid.is_table and any(line.order in used for cell in grid.rows[0] for line in cell.lines):
                continue
            before = lines[max(0, grid.first_line - 5) : max(0, grid.first_line - 1)]
            rows = list(grid_records(grid, group, [line for line in before if line.order not in used]))
            if not _is_of_prices(grid.titles, rows) or (grid.box is not None and is_of_card(grid.box, rows)):
                continue
            note_sellers(rows)
            used |= {line.order for row in grid.rows for cell in row for line in cell.lines}
            used |= {line.order for line in grid.broken}
            yield from rows
    yield from card_records(top, used, group + 1)


def _is_of_prices(titles: list[str], rows: list[Record]) -> bool:
    return any(find_amounts(f.text) for row in rows for f in row.fields) or any(is_priced_title(t) for t in titles)


def _note(
    verdicts: Verdicts,
    lines: tuple[Line, ...],
    text: str,
    amount: Amount,
    verdict: str,
    reason: str,
) -> None:
    """Note what became of an amount, at the line that shows it."""
    shown = text[amount.start : amount.end]
    for line in lines:
        of_line = verdicts[line.order]
        at = line.text.find(shown)
        while at in of_line and verdict != "emitted":
            at = line.text.find(shown, at + 1)
        if at >= 0:
            if of_line.get(at, ("", ""))[0] != "emitted":
                of_line[at] = (verdict, reason)
            return


def _entries(lines: list[Line], verdicts: Verdicts, facts: PageFacts, emitted: set[Decimal]) -> Iterator[Entry]:
    named = [line.order for line in lines if mentions(line.text)]
    for line in lines:
        for struck in line.struck:
            if find_amounts(struck):
                yield Entry(struck, line.path(), "explained", "struck out")
        for amount in find_amounts(line.text, facts.decimal_comma):
            verdict, reason = _verdict(line, amount, verdicts, named, emitted, facts)
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
) -> tuple[str, str]:
    before_now = next(
        (
            noted
            for at, noted in verdicts[line.order].items()
            if at <= amount.start < at + max(1, amount.end - amount.start)
        ),
        None,
    )
    if before_now:
        return before_now
    if amount.fault:
        return "explained", amount.fault
    if amount.value == 0:
        return "explained", "an amount of zero"
    if is_aside(line.box):
        is_lost = is_of_rent(line, amount) and line.box is not None and not is_in_menu(line.box)
        if is_lost and amount.value not in emitted:
            return "unexplained", "a price in what looks like a menu or a banner"
        return "explained", "in a menu, a banner or the page's foot"
    if is_in_code(line.box):
        return "explained", "in an example of code"
    before, after = line.text[: amount.start], line.text[amount.end :]
    if reason := not_a_price(before_amount(before), after):
        return "explained", reason
    unit = rate(after_amount(after))
    if unit.other and not unit.is_per_gpu:
        return "explained", f"a price per {unit.other}"
    if len(line.text) > 100:
        is_example = words.NOT_SOLD_HERE[-1][1].search(line.text) is not None
        if is_of_rent(line, amount) and amount.value not in emitted and not facts.compares and not is_example:
            return "unexplained", "a sentence that prices an accelerator"
        return "explained", "in a sentence"
    if is_component(f"{before_amount(before)} price"):
        return "explained", "a price of another part of the machine"
    for text in (line.text, *(t for _, t in reversed(line.headings))):
        if not mentions(text):
            for reason, pattern in words.NOT_SOLD_HERE:
                if pattern.search(text):
                    return "explained", reason
    if any(abs(order - line.order) <= _NEAR for order in named):
        return "unexplained", "no offer was read from it, and an accelerator is named nearby"
    return "explained", "no accelerator is named nearby"


def is_of_rent(line: Line, amount: Amount) -> bool:
    """Return whether a line prices an hour of an accelerator that it names, of nobody else's, with no bound."""
    before, after = line.text[: amount.start], line.text[amount.end :]
    unit = rate(after_amount(after))
    is_bound = is_floor(before, after) or words.BOUND_BEFORE.search(before_amount(before)) is not None
    return unit.time == "hour" and bool(mentions(line.text)) and not is_bound and not named_beside(line.text, "")


def _offer(d: Draft, hints: Hints) -> Offer:
    evidence = "; ".join(f"{what}: {where}" for what, where in d.reasons.items() if where)
    printed, label = count_prefix(d.label)
    count = printed if printed is not None else d.count
    is_type = not is_singular(d.label)
    name = d.label if is_type and d.record.kind == "object" else d.instance or _named(label, count)
    facts = machine_facts(
        vcpus=_first_number(d.facts.get("vcpu", "")), ram_gb=gigabytes(d.facts.get("ram", "")), disk_gb=disks_gb(d.facts.get("disk", "")),
        interconnect=d.facts.get("network", "")[:100] if re.search(r"infiniband|ethernet|\bIB\b|RoCE|EFA", d.facts.get("network", ""), re.IGNORECASE) else "",
    )  # fmt: skip
    for_floor = d.is_floor and d.status == "priced"
    return Offer(
        source=hints.source,
        instance=clip(f"{name}{f', {d.band}' if d.band else ''}", 300),
        gpu_label=clip(label, 200),
        gpu_count=count if count is not None or is_type else Decimal(1),  # a name in the singular means one
        gpu_memory=clip(d.memory, 60),
        gpu_memory_is_total=d.memory_is_total,
        region=clip(d.region, 100) or hints.region,
        pricing_model=d.model,
        term_months=d.term if d.model == "reserved" else None,
        price=d.amount.value if d.status == "priced" else None,
        currency=d.currency if d.status == "priced" else "USD",
        price_unit=per(d.rate) if d.status == "priced" else "",  # type: ignore[arg-type]
        price_status=d.status,
        availability=d.availability,
        effective_from=d.starts,
        product=d.product,
        is_floor=for_floor,
        text=clip(f"{d.label} | {d.title} | {d.cell.text} [{evidence}; at {d.cell.where()}]", 600),
        **facts,
    )


def _named(label: str, count: Decimal | None) -> str:
    """Return the name of an offer without one of its own: its label, with the number of GPUs where that is not in it."""
    is_stated = any(m.count is not None for m in mentions(label, is_label=True))
    return label if is_stated or count is None else f"{count}x {label}"


def _first_number(text: str) -> str:
    hit = re.search(r"\d[\d,]*", text)
    return hit[0] if hit else ""

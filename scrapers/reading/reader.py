"""Reads a page of any provider: its tables, grids, cards and data, as offers and an account of every amount."""

from __future__ import annotations

import gc
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

from scrapers.model import Hints, Page
from scrapers.parsing import embedded_json
from scrapers.parsing.text import drop_cut_end, is_complete
from scrapers.reading.account import Account, Entry
from scrapers.reading.amounts import find_amounts
from scrapers.reading.documents import attribute_values, from_markdown, kind, rendered_in, script_values, streamed_html
from scrapers.reading.draft_offers import offer_of
from scrapers.reading.meaning.alike import Readings
from scrapers.reading.meaning.drafts import Draft, Explained
from scrapers.reading.other_providers import compares, own_names
from scrapers.reading.page_account import (
    Rows,
    Verdicts,
    bare_entries,
    data_entries,
    data_entry,
    explained_entry,
    line_entries,
    note_verdict,
    verdict_of,
)
from scrapers.reading.page_data import beyond, read_data, read_scripts
from scrapers.reading.page_facts import PageFacts, footnotes, page_facts
from scrapers.reading.page_headings import chief_headings, of_other_things, page_title
from scrapers.reading.page_records import records
from scrapers.reading.page_tree import Line, parse_tree
from scrapers.reading.plain_data import forms_of
from scrapers.reading.records import Record
from scrapers.reading.whole_page.settle import settle


def read_page(page: Page, hints: Hints = Hints()) -> Account:  # noqa: B008 -- frozen
    """Read a page of any kind: what it shows, and what its scripts hold."""
    with _without_collecting():
        text = page.text()
        form = kind(text)
        if form == "json":
            account = read_data(text, hints)
            if account.offers or not (rendered := rendered_in(list(embedded_json.values(text)))):
                return account
            shown = _read_html(page, rendered, hints)
            prices = {offer.price for offer in shown.offers}
            shown.entries += [entry for entry in account.unexplained if entry.value not in prices]
            return shown
        if form != "markdown":
            return _read_html(page, drop_cut_end(text), hints)
        data, table = forms_of(text)
        if data and (account := read_data(data, hints)).entries:
            return account
        return _read_html(page, table or from_markdown(text), hints)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Keep Python from looking for garbage in a page's tree again and again while it grows: none is there to be found."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read_html(page: Page, html: str, hints: Hints) -> Account:
    top, root = parse_tree(_with_its_table(html))
    lines = top.lines()
    is_bare = not re.search(r"<(?:html|body|div|table)\b", html[:5000], re.IGNORECASE)
    if (is_bare or not any(find_amounts(line.text) for line in lines)) and (streamed := streamed_html(page)):
        top, _ = parse_tree(streamed)  # a React page that was recorded, or is served, as its stream alone
        lines = top.lines()
    facts = _facts_of(root, lines, hints)
    shown, readings = _Shown(), Readings(facts)
    for record in _uncut(records(top, lines), html, lines):
        shown.note(record, *readings.of(record))
    kept, dropped = settle(shown.drafts, shown.memories)
    values = [*script_values(page), *attribute_values(root, html)]
    in_scripts, not_sold, explained = read_scripts(values, facts, hints, is_shown=bool(kept))
    added, copies = beyond([d for d in kept if d.status == "priced"], in_scripts)
    account = Account([offer_of(d, hints) for d in [*kept, *added]])
    account.entries = list(shown.entries(lines, facts, kept, dropped))
    account.entries += data_entries(added, "emitted")
    account.entries += data_entries(copies, "explained", "the same offer, shown on the page")
    account.entries += [data_entry(d, reason) for d, reason in not_sold]
    account.entries += [explained_entry(e) for e in explained if e.amount.value]
    top.take_apart()
    return account


def _facts_of(root: Any, lines: list[Line], hints: Hints) -> PageFacts:
    """Return what the page says of all its prices, and whose they are."""
    language = (root.get("lang") or "") if root is not None else ""
    facts = page_facts(language, [line.text for line in lines], hints.currency, of_other_things(lines))
    title = page_title(root, lines)
    return replace(
        facts,
        time=facts.time or hints.time,
        notes=footnotes(lines),
        own=own_names(title),
        compares=any(map(compares, (title, *chief_headings(lines)))),
    )


def _uncut(page_records: Iterable[Record], html: str, lines: list[Line]) -> Iterator[Record]:
    """Yield the records, without the card that a cut page ends in: the lost part might have changed what it says."""
    is_cut = _ends_within_a_box(html)
    for record in page_records:
        if not (is_cut and record.kind == "card" and any(lines[-1] in f.lines for f in record.fields)):
            yield record


class _Shown:
    """The readings of the records that a page shows."""

    def __init__(self) -> None:
        self.drafts: list[Draft] = []
        self.memories: dict[str, set[str]] = defaultdict(set)
        self._verdicts: Verdicts = defaultdict(dict)
        self._rows = Rows()
        self._bare: list[Explained] = []  # numbers that no line shows as amounts

    def note(self, record: Record, readings: list[Draft | Explained], stated: tuple[str, str] | None) -> None:
        """Note what was read of a record, and the memory that it states of its accelerator."""
        if stated:
            self.memories[stated[0]].add(stated[1])
        self._rows.note(record, readings)
        for one in readings:
            if isinstance(one, Draft):
                self.drafts.append(one)
                continue
            if not find_amounts(one.cell.text) and one.amount.value:
                self._bare.append(one)
            note_verdict(self._verdicts, one.cell, one.amount, *verdict_of(one.reason))

    def entries(
        self, lines: list[Line], facts: PageFacts, kept: list[Draft], dropped: list[tuple[Draft, str]]
    ) -> Iterator[Entry]:
        """Yield what became of each amount that the page shows."""
        for d, reason in dropped:
            note_verdict(self._verdicts, d.cell, d.amount, *verdict_of(reason))
        for d in kept:
            if d.status == "priced":
                note_verdict(self._verdicts, d.cell, d.amount, "emitted", d.label)
        yield from line_entries(lines, self._verdicts, facts, {d.amount.value for d in kept})
        yield from bare_entries(kept, dropped)
        yield from map(explained_entry, self._bare)
        yield from self._rows.without_price()


def _with_its_table(html: str) -> str:
    """Return a part of a page that begins amid a table with the table's tag: without it, rows lose their titles."""
    row = re.search(r"<(?:thead|tr|th|td)\b", html, re.IGNORECASE)
    if row is None or re.search(r"<table\b", html[: row.start()], re.IGNORECASE):
        return html
    opens = "<table><tr>" if row[0].lower() in ("<th", "<td") else "<table>"
    return html[: row.start()] + opens + html[row.start() :]


def _ends_within_a_box(html: str) -> bool:
    """Return whether a page was cut amid its boxes; a recorded excerpt closes what it opens."""
    return not is_complete(html) and len(_OPENS.findall(html)) > len(_CLOSES.findall(html))


_OPENS: Final = re.compile(r"<(?:div|li|section|article)\b", re.IGNORECASE)
_CLOSES: Final = re.compile(r"</(?:div|li|section|article)\b", re.IGNORECASE)

"""Tells from all prices of a page whether they are per GPU or per machine."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from typing import Final

from scrapers.parsing.machine_facts import gigabytes
from scrapers.reading.accelerator_names import is_singular
from scrapers.reading.field_kinds import kind_of
from scrapers.reading.meaning.drafts import Draft
from scrapers.reading.whole_page.groups import by_table_or_card
from scrapers.reading.whole_page.possible_prices import costs_too_much

_MOST_IN_A_MACHINE: Final = 16


def per_gpu_by_group(drafts: list[Draft]) -> None:
    """Where more of the same GPU cost the same, or less, in one table, its prices are per GPU."""
    groups: dict[object, list[Draft]] = defaultdict(list)
    for d in drafts:
        if not d.rate.is_per_gpu:
            groups[
                d.record.group, d.label_key(), d.model, d.term, d.band, d.currency, d.rate.time, d.cell.column
            ].append(d)
    by_table: dict[int, list[bool]] = defaultdict(list)
    for group, members in groups.items():
        sizes = sorted({(d.count or Decimal(1), d.amount.value) for d in members})
        if len({count for count, _ in sizes}) > 1:
            prices = [price for _, price in sizes]
            by_table[group[0]].append(all(b <= a * Decimal("1.02") for a, b in itertools.pairwise(prices)))  # type: ignore[index]
    for table, verdicts in by_table.items():
        if verdicts and all(verdicts):
            for d in drafts:
                if (
                    d.record.group == table
                    and not d.rate.is_per_gpu
                    and not d.is_per_machine
                    and d.record.kind == "row"
                ):
                    d.rate = replace(d.rate, is_per_gpu=True)
                    d.reasons["per GPU"] = "the same price at any size"


def of_unstated_numbers(drafts: list[Draft]) -> tuple[list[Draft], list[tuple[Draft, str]]]:
    """Count GPUs by numbers that prices grow with, of names ("h100.8") or of data ("count"); doubt a table's other ones.

    Rows of one accelerator without a number of GPUs, whose prices are multiples of the least one, are machines with
    one, two or eight of them.
    """
    alike: dict[object, list[Draft]] = defaultdict(list)
    doubted: set[int] = set()
    for d in drafts:
        is_said = d.rate.is_per_gpu and d.reasons.get("per GPU") not in ("", "a name in the singular")
        if d.count is None and not is_said and _has_memory_of_many(d):
            doubted.add(id(d))
        if d.record.kind != "card" and d.count is None and not is_said:
            what = (d.record.group, d.key, d.label, d.cell.column, d.title, d.region, d.memory)
            alike[what, d.model, d.term, d.band, d.currency, d.rate.time].append(d)
    for same in alike.values():
        numbers = [n for d in same if (n := _number_of(d))]
        each = [d.amount.value / n for d, n in zip(same, numbers, strict=False)]
        if len(numbers) == len(same) and len(set(numbers)) > 1 and max(each) <= min(each) * (1 + _CLOSE):
            for d, n in zip(same, numbers, strict=True):
                d.count = n
                d.rate, d.reasons["per GPU"] = replace(d.rate, is_per_gpu=False), ""
        elif same[0].record.kind == "row" and _are_multiples([d.amount.value for d in same]):
            doubted |= {id(d) for d in same}
    reason = "unexplained: a multiple of another price of it, perhaps for as many GPUs"
    return [d for d in drafts if id(d) not in doubted], [(d, reason) for d in drafts if id(d) in doubted]


def _has_memory_of_many(d: Draft) -> bool:
    """Return whether a row without a number of GPUs states more memory of theirs than one GPU has."""
    if d.record.kind != "row" or _SUPERCHIP.match(d.key):
        return False
    sizes = [_LETTER_ALONE.sub(r"\1B", f.text.strip()) for f in d.record.fields if kind_of(f) == "vram"]
    return any((memory := gigabytes(size)) is not None and memory > _MOST_MEMORY for size in sizes)


_MOST_MEMORY: Final = 300  # GB
_LETTER_ALONE: Final = re.compile(r"(?<=\d)\s?([GT])$")  # "640G"
_SUPERCHIP: Final = re.compile(r"G[BH]\d|V?R\d|TPU", re.IGNORECASE)


def _number_of(d: Draft) -> Decimal | None:
    """Return the number that ends a machine's name, or that data calls a count."""
    for f in d.record.fields:
        is_count = d.record.kind == "object" and _A_COUNT.fullmatch(f.title.rpartition(" ")[2])
        names = f.column == 0 or kind_of(f) == "instance"
        hit = _LAST_NUMBER.search(f.text) if names else _SMALL.fullmatch(f.text) if is_count else None
        if hit:
            return Decimal(hit[0])
    return None


def _are_multiples(amounts: list[Decimal]) -> bool:
    """Return whether amounts are the least of them, twice it, eight times it, and none of them twice."""
    times = [amount / min(amounts) for amount in amounts]
    is_whole = all(abs(n - round(n)) <= _CLOSE * n for n in times)
    return is_whole and len(set(times)) == len(times) and max(times) >= _TWICE


_A_COUNT: Final = re.compile(r"count|quantity|qty|num|number|n|units", re.IGNORECASE)
_SMALL: Final = re.compile(r"[1-9]\d?")
_TWICE: Final = Decimal("1.9")
_CLOSE: Final = Decimal("0.01")
_LAST_NUMBER: Final = re.compile(r"(?<=[._x×-])\d{1,2}$")


def per_gpu_without_counts(drafts: list[Draft]) -> None:
    """Where a table or card numbers no GPUs and describes no machine, its prices are of one GPU of the kind."""
    for members in by_table_or_card(drafts):
        if all(d.count is None and is_singular(d.label) and not d.describes_machine() for d in members):
            for d in members:
                if not d.rate.is_per_gpu and not d.is_per_machine:
                    d.rate = replace(d.rate, is_per_gpu=True)
                    d.reasons["per GPU"] = "a name in the singular"


def per_machine_by_group(drafts: list[Draft]) -> None:
    """Where prices grow with the number of GPUs, they are per machine, whatever a heading says of all of them."""
    groups: dict[object, list[Draft]] = defaultdict(list)
    for d in drafts:
        is_vague = d.reasons.get("per GPU") in ("the heading", "the page", "above") or _GPU_PRICE.match(d.title)
        if not d.rate.is_per_gpu or is_vague:
            groups[d.key, d.memory, d.model, d.term, d.currency, d.rate.time].append(d)
    for members in groups.values():
        sizes = {(d.count or Decimal(1), d.amount.value) for d in members}
        each = [price / count for count, price in sizes]
        if (
            len({count for count, _ in sizes}) > 1
            and max(each) <= min(each) * Decimal("1.25")
            and len({p for _, p in sizes}) > 1
        ):
            for d in members:
                d.rate = replace(d.rate, is_per_gpu=False)
                d.reasons["per GPU"] = ""


_GPU_PRICE: Final = re.compile(r"\s*GPU (?:hourly )?(?:price|rate|cost)\b", re.IGNORECASE)


def unclear_clusters(drafts: list[Draft]) -> tuple[list[Draft], list[tuple[Draft, str]]]:
    """Drop prices of more GPUs than a machine has, where nothing says whether an hour is of one of them or of all."""
    kept, dropped = [], []
    for d in drafts:
        is_of_many = not d.rate.is_per_gpu and (d.count or 0) >= _MOST_IN_A_MACHINE
        is_rack = is_of_many and re.search(r"NVL|GB\d|TPU|v\d", d.label, re.IGNORECASE)
        # Grows with their number; has vCPUs; costs too much for an hour of one of them.
        is_proven = is_of_many and (
            d.reasons.get("per GPU") == "" or d.describes_machine() or costs_too_much(replace(d, count=None))
        )
        if is_of_many and not is_rack and not is_proven:
            dropped.append((d, f"unexplained: an hour of one GPU or of all {d.count}, the page does not say"))
        else:
            kept.append(d)
    return kept, dropped

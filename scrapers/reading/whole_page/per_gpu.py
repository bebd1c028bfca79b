"""Tells from all prices of a page whether they are per GPU or per machine."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from typing import Final

from scrapers.reading.accelerator_names import is_singular
from scrapers.reading.meaning.drafts import Draft
from scrapers.reading.whole_page.groups import by_table_or_card

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
        # Grows with their number; has vCPUs.
        is_proven = is_of_many and (d.reasons.get("per GPU") == "" or d.describes_machine())
        if is_of_many and not is_rack and not is_proven:
            dropped.append((d, f"unexplained: an hour of one GPU or of all {d.count}, the page does not say"))
        else:
            kept.append(d)
    return kept, dropped

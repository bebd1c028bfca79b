"""Settles what only the page as a whole tells: prices per GPU or per machine, repeated offers, totals beside rates."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from scrapers.reading.meaning.drafts import Draft
from scrapers.reading.whole_page.offer_names import tell_apart
from scrapers.reading.whole_page.per_gpu import (
    of_unstated_numbers,
    per_gpu_by_group,
    per_gpu_without_counts,
    per_machine_by_group,
    unclear_clusters,
)
from scrapers.reading.whole_page.possible_prices import out_of_size
from scrapers.reading.whole_page.same_price import (
    bounds_beside,
    compared,
    copied_tables,
    floors_of_prices,
    former_prices,
    hidden_states,
    in_another_currency,
    once_each,
    repeated,
    said_again,
    titled_in_a_copy,
    variants,
    with_tax,
)
from scrapers.reading.whole_page.totals import totals
from scrapers.reading.whole_page.unit_by_size import without_unit, years_by_the_month

Step = Callable[[list[Draft]], tuple[list[Draft], list[tuple[Draft, str]]]]
# The order counts: what a later step compares, an earlier one has made clear.
_WHAT_IT_BUYS: Final[tuple[Step, ...]] = (
    titled_in_a_copy, with_tax, in_another_currency, former_prices, totals, unclear_clusters, without_unit, out_of_size,
)  # fmt: skip
_SAME_THING: Final[tuple[Step, ...]] = (
    once_each, hidden_states, floors_of_prices, said_again, compared, repeated, copied_tables,
)  # fmt: skip


def settle(
    drafts: list[Draft], memories: Mapping[str, set[str]] | None = None
) -> tuple[list[Draft], list[tuple[Draft, str]]]:
    """Return the drafts that are offers, and the others with the reason why they are none.

    Offers without a price come last: one for each thing that the page names and does not price.
    """
    unpriced = [d for d in drafts if d.status != "priced"]
    kept = [d for d in drafts if d.status == "priced"]
    _memory_of_all(kept)
    per_gpu_by_group(kept)
    per_machine_by_group(kept)
    per_gpu_without_counts(kept)
    bounds_beside(kept)
    kept, uncounted = of_unstated_numbers(kept)
    years_by_the_month(kept)
    kept, dropped = _after(_WHAT_IT_BUYS, kept)
    _endpoints(kept, unpriced)
    _memory_from_elsewhere(kept, memories or {})
    kept, varied = variants(kept)
    tell_apart(kept)
    kept, repeats = _after(_SAME_THING, kept)
    priced = {(d.label.upper(), d.model, d.term) for d in kept}
    first = {(d.label.upper(), d.count, d.memory, d.model, d.term, d.band): d for d in reversed(unpriced)}
    kept += [d for d in reversed(first.values()) if (d.label.upper(), d.model, d.term) not in priced]
    return kept, [*uncounted, *dropped, *varied, *repeats]


def _after(steps: tuple[Step, ...], kept: list[Draft]) -> tuple[list[Draft], list[tuple[Draft, str]]]:
    dropped: list[tuple[Draft, str]] = []
    for step in steps:
        kept, more = step(kept)
        dropped += more
    return kept, dropped


def _memory_of_all(drafts: list[Draft]) -> None:
    """Take memory for that of all GPUs where it grows with their number in rows of one label."""
    groups: dict[object, list[tuple[Draft, Decimal, Decimal]]] = defaultdict(list)
    for d in drafts:
        size = re.match(r"\s*(\d[\d,.]*)", d.memory)
        if size and d.count and not d.memory_is_total:
            groups[d.record.group, d.label_key()].append((d, d.count, Decimal(size[1].replace(",", "").rstrip("."))))
    for members in groups.values():
        each = {memory / count for _, count, memory in members if count}
        if len({count for _, count, _ in members}) > 1 and len(each) == 1:
            for d, count, _ in members:
                d.memory_is_total = count > 1


def _memory_from_elsewhere(drafts: list[Draft], memories: Mapping[str, set[str]]) -> None:
    """Give a label its memory where the page states it with the same label in another table."""
    for d in drafts:
        if not d.memory and len(memories.get(d.label.upper(), ())) == 1 and d.count in (None, 1):
            d.memory = next(iter(memories[d.label.upper()]))


def _endpoints(drafts: list[Draft], unpriced: list[Draft]) -> None:
    """Give endpoints a pricing model of their own where the page sells one of their accelerators as a machine too."""
    machines = {d.key for d in (*drafts, *unpriced) if d.product not in _HOSTED}
    endpoints = [d for d in (*drafts, *unpriced) if d.product in _HOSTED and d.model == "on_demand"]
    if any(d.key in machines for d in endpoints):
        for d in endpoints:
            d.model = "inference"


_HOSTED: Final = frozenset({"endpoint", "serverless"})

"""Settles what only the page as a whole tells: prices per GPU or per machine, repeated offers, totals beside rates."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from scrapers.reading import words
from scrapers.reading.accelerator_names import is_singular
from scrapers.reading.amounts import stated_currency
from scrapers.reading.interpret import Draft
from scrapers.reading.units import Rate, rate

_HOURS_IN: Final = {  # as providers count them
    "second": (Decimal(1) / 3600,),
    "minute": (Decimal(1) / 60,),
    "day": (Decimal(24),),
    "week": (Decimal(168),),
    "month": tuple(map(Decimal, ("720", "730", "730.5", "744"))),
    "year": tuple(map(Decimal, (8640, 8760, 8766))),
}
_MOST_IN_A_MACHINE: Final = 16
_CLOSE: Final = Decimal("0.006")  # rounding to cents


def settle(
    drafts: list[Draft], memories: Mapping[str, set[str]] | None = None
) -> tuple[list[Draft], list[tuple[Draft, str]]]:
    """Return the drafts that are offers, and the others with the reason why they are none.

    Offers without a price come last: one for each thing that the page names and does not price.
    """
    unpriced = [d for d in drafts if d.status != "priced"]
    drafts = [d for d in drafts if d.status == "priced"]
    _memory_of_all(drafts)
    _per_gpu_by_group(drafts)
    _per_machine_by_group(drafts)
    _per_gpu_without_counts(drafts)
    _bounds_beside(drafts)
    drafts, titled = _titled_in_a_copy(drafts)
    drafts, taxed = _with_tax(drafts)
    drafts, converted = _in_another_currency(drafts)
    drafts, former = _former(drafts)
    kept, dropped = _totals(drafts)
    dropped = [*titled, *taxed, *converted, *former, *dropped]
    kept, more = _unclear_clusters(kept)
    dropped += more
    kept, more = _without_unit(kept)
    dropped += more
    kept, more = _out_of_size(kept)
    dropped += more
    _endpoints(kept, unpriced)
    _memory_from_elsewhere(kept, memories or {})
    kept, more = _variants(kept)
    dropped += more
    _tell_apart(kept)
    kept, more = _compared(kept)
    dropped += more
    kept, more = _repeated(kept)
    dropped += more
    kept, more = _copies(kept)
    priced = {(d.label.upper(), d.model, d.term) for d in kept}
    first = {(d.label.upper(), d.count, d.memory, d.model, d.term, d.band): d for d in reversed(unpriced)}
    return [
        *kept,
        *(d for d in reversed(first.values()) if (d.label.upper(), d.model, d.term) not in priced),
    ], dropped + more


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


def _per_gpu_by_group(drafts: list[Draft]) -> None:
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


def _per_gpu_without_counts(drafts: list[Draft]) -> None:
    """Where a table or card numbers no GPUs and describes no machine, its prices are of one GPU of the kind."""
    for members in _by_table_or_card(drafts):
        if all(d.count is None and is_singular(d.label) and not d.describes_machine() for d in members):
            for d in members:
                if not d.rate.is_per_gpu and not d.is_per_machine:
                    d.rate = replace(d.rate, is_per_gpu=True)
                    d.reasons["per GPU"] = "a name in the singular"


def _by_table_or_card(drafts: list[Draft]) -> list[list[Draft]]:
    groups: dict[object, list[Draft]] = defaultdict(list)
    for d in drafts:
        groups[d.record.group if d.record.kind == "row" else ("card", id(d.record))].append(d)
    return list(groups.values())


def _per_machine_by_group(drafts: list[Draft]) -> None:
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


def _titled_in_a_copy(drafts: list[Draft]) -> tuple[list[Draft], list[tuple[Draft, str]]]:
    """Drop amounts without a title where the same amount stands in the same record with one."""
    named: dict[object, set[Decimal]] = defaultdict(set)
    for d in drafts:
        if d.is_titled():
            named[id(d.record), d.key].add(d.amount.value)
    kept, dropped = [], []
    for d in drafts:
        is_copy = d.record.kind == "card" and not d.is_titled() and d.amount.value in named[id(d.record), d.key]
        dropped.append((d, "the same amount, titled in a copy")) if is_copy else kept.append(d)
    return kept, dropped


def _bounds_beside(drafts: list[Draft]) -> None:
    """Take an amount in a card for a lower bound where the card says so of the same amount: "As low as $2.30"."""
    bounds = {(id(d.record), d.key, d.amount.value) for d in drafts if d.is_floor and d.record.kind == "card"}
    for d in drafts:
        d.is_floor = d.is_floor or (id(d.record), d.key, d.amount.value) in bounds


def _with_tax(drafts: list[Draft]) -> tuple[list[Draft], list[tuple[Draft, str]]]:
    """Drop a price with tax where the same record states it without; of two in one cell, the one in brackets."""
    same: dict[object, list[Draft]] = defaultdict(list)
    for d in drafts:
        same[_together(d), d.count, d.model, d.term, d.band, d.rate.time, d.rate.is_per_gpu, d.currency].append(d)
    copies: set[int] = set()
    for members in same.values():
        for plain, other in itertools.permutations(members, 2):
            is_pair = (plain.tax, other.tax) in (("net", "gross"), ("net", ""), ("", "gross"))
            if is_pair and Decimal("1.02") <= other.amount.value / plain.amount.value <= _MOST_TAX:
                copies.add(id(plain if _is_in_brackets(plain, other) else other))
    kept = [d for d in drafts if id(d) not in copies]
    return kept, [(d, f"the same price with{'out' if d.tax == 'net' else ''} tax") for d in drafts if id(d) in copies]


def _in_another_currency(drafts: list[Draft]) -> tuple[list[Draft], list[tuple[Draft, str]]]:
    """Drop a column that only repeats the one before it in another currency: "INR / hour", "USD / hour"."""
    kept: list[Draft] = []
    dropped: list[tuple[Draft, str]] = []
    first: dict[object, Draft] = {}
    for d in drafts:
        bare = _CURRENCY.sub(" ", d.title).split() if d.record.kind == "row" and stated_currency(d.title) else None
        earlier = d if bare is None else first.setdefault((id(d.record), d.key, d.rate, d.model, d.term, *bare), d)
        if earlier.currency != d.currency:
            dropped.append((d, "the same price in another currency"))
        else:
            kept.append(d)
    return kept, dropped


_CURRENCY: Final = re.compile(r"\b[A-Z]{3}\b|[$€£₹¥₽()]|\b(?i:euros?|dollars?)\b")


def _is_in_brackets(d: Draft, first: Draft) -> bool:
    """Return whether an amount stands in brackets behind another one of its cell."""
    between = d.cell.text[first.amount.end : d.amount.start] if d.cell is first.cell else ""
    return re.search(r"[(（][^)）]*$", between) is not None


_MOST_TAX: Final = Decimal("1.3")


def _former(drafts: list[Draft]) -> tuple[list[Draft], list[tuple[Draft, str]]]:
    """Drop the first of two amounts side by side that say nothing but the same unit: a former, higher price."""
    kept: list[Draft] = []
    dropped: list[tuple[Draft, str]] = []
    following = {
        (id(d.cell), d.key, i): n
        for i, (d, n) in enumerate(itertools.pairwise(drafts))
        if n.cell is d.cell and n.key == d.key
    }
    for i, d in enumerate(drafts):
        n = following.get((id(d.cell), d.key, i))
        between = d.cell.text[d.amount.end : n.amount.start] if n else ""
        alike = n is not None and (n.model, n.term, n.rate.time, n.currency) == (
            d.model,
            d.term,
            d.rate.time,
            d.currency,
        )
        if (
            n is not None
            and alike
            and n.amount.value < d.amount.value
            and re.fullmatch(r"\s*(?:(?:/|per)\s*[\w-]+\s*)*\*?\s*", between)
        ):
            dropped.append((d, "a former price beside the present one"))
        else:
            kept.append(d)
    return kept, dropped


def _together(d: Draft) -> tuple[object, ...]:
    """Return the key of prices of one thing: those of a record; of data, those of one name in a document."""
    return (d.record.group, d.label, d.count, d.region) if d.record.kind == "object" else (id(d.record), d.key)


def _is_sum_of(d: Draft, one: Draft) -> bool:
    """Return whether a price of a machine is only the price per GPU beside it, times their number."""
    alike = (d.model, d.term, d.rate.time, d.currency) == (one.model, one.term, one.rate.time, one.currency)
    if not one.rate.is_per_gpu and one.count != d.count:
        return False  # a machine of another size
    is_sized = one.rate.is_per_gpu or (
        one.amount.value < d.amount.value and (d.count or 1) > 1 and one.cell is not d.cell
    )
    is_pair = one is not d and is_sized and not d.rate.is_per_gpu and d.record is one.record and alike
    return bool(is_pair and d.count and abs(d.amount.value / d.count - one.amount.value) <= one.amount.value * _CLOSE)


def _totals(drafts: list[Draft]) -> tuple[list[Draft], list[tuple[Draft, str]]]:
    """Explain monthly sums that repeat an hourly price of the same record, and date the other ones as commitments."""
    records: dict[object, list[Draft]] = defaultdict(list)
    for d in drafts:
        records[_together(d)].append(d)
    own: dict[int, list[Draft]] = defaultdict(list)
    for d in drafts:
        own[id(d.record)].append(d)
    kept: list[Draft] = []
    dropped: list[tuple[Draft, str]] = []
    for d in drafts:
        parts = [s for s in own[id(d.record)] if _is_sum_of(d, s)]
        if parts:
            for s in parts:
                if not s.rate.is_per_gpu:
                    s.rate, s.reasons["per GPU"] = (
                        replace(s.rate, is_per_gpu=True),
                        "the price of the machine beside it",
                    )
            dropped.append((d, "the same price for all GPUs of the machine"))
            continue
        siblings = [
            s
            for s in (records[_together(d)] if d.rate.time != "hour" else ())
            if s is not d and s.rate.time == "hour" and s.rate.is_per_gpu == d.rate.is_per_gpu
        ]
        if d.model == "on_demand" and d.rate.time in ("month", "year") and not siblings and _lost_its_hour(d):
            dropped.append((d, f"unexplained: a {d.rate.time}'s price without the hourly one that it stands beside"))
            continue
        divisors = _HOURS_IN.get(d.rate.time, ())
        if d.rate.time == "year" and not siblings:  # beside a month's price
            siblings = [s for s in records[_together(d)] if s.rate == replace(d.rate, time="month")]
            divisors = (Decimal(12),)
        if divisors and siblings:
            rates = [d.amount.value / hours for hours in divisors]
            same = [s for s in siblings if (s.model, s.term) == (d.model, d.term) or d.model == "on_demand"]
            if any(
                abs(one - s.amount.value) <= max(s.amount.value * _CLOSE, _rounding(d)) for s in same for one in rates
            ):
                dropped.append((d, f"the same price for a {d.rate.time}"))
                continue
            if d.model == "on_demand" and d.rate.time in ("day", "week", "month", "year"):
                d.model, d.reasons["model"] = "reserved", _FOR_LONGER
                d.term = {"month": 1, "year": 12}.get(d.rate.time)
        if d.model == "reserved" and d.term is None and not d.band and d.rate.time == "year":
            d.term = 12
        kept.append(d)
    return _like_their_column(kept, dropped)


def _like_their_column(
    kept: list[Draft], dropped: list[tuple[Draft, str]]
) -> tuple[list[Draft], list[tuple[Draft, str]]]:
    """Take a month's or a year's price whose hourly one is missing for what the others in its column are."""
    repeats = {_column(d) for d, reason in dropped if reason == f"the same price for a {d.rate.time}"}
    commits = {_column(d): d.term for d in kept if d.reasons.get("model") == _FOR_LONGER}
    hourly = {id(d.record) for d in kept if d.rate.time == "hour"}
    left: list[Draft] = []
    for d in kept:
        if d.record.kind != "row" or d.model != "on_demand" or id(d.record) in hourly:
            left.append(d)
        elif _column(d) in commits:
            d.model, d.term, d.reasons["model"] = "reserved", commits[_column(d)], _FOR_LONGER
            left.append(d)
        elif _column(d) in repeats:
            dropped.append((d, f"unexplained: a {d.rate.time}'s price without the hourly one that it stands beside"))
        else:
            left.append(d)
    return left, dropped


def _column(d: Draft) -> tuple[int, int, str]:
    return d.record.group, d.cell.column, d.rate.time


_FOR_LONGER: Final = "a lower price for the longer time"


def _lost_its_hour(d: Draft) -> bool:
    """Return whether a row has a column of hourly prices without one: a sum for longer may be a total or a commitment."""
    hourly = [
        f for f in d.record.fields if f is not d.cell and rate(f.title).time == "hour" and words.PRICE.search(f.title)
    ]
    return d.record.kind == "row" and bool(hourly) and not any(words.NOTHING.match(f.text) for f in hourly)


def _rounding(d: Draft) -> Decimal:
    """Return by how much an hour may differ for the digits that were printed: a second's price has few."""
    places = -int(d.amount.value.as_tuple().exponent) if d.rate.time in ("second", "minute") else 9
    return Decimal(10) ** -places / _HOURS_IN[d.rate.time][0]


def _unclear_clusters(drafts: list[Draft]) -> tuple[list[Draft], list[tuple[Draft, str]]]:
    """Drop prices of more GPUs than a machine has, where nothing says whether an hour is of one of them or of all."""
    kept, dropped = [], []
    for d in drafts:
        is_rack = re.search(r"NVL|GB\d|TPU|v\d", d.label, re.IGNORECASE)
        is_proven = d.reasons.get("per GPU") == "" or d.describes_machine()  # grows with their number; has vCPUs
        if not d.rate.is_per_gpu and (d.count or 0) >= _MOST_IN_A_MACHINE and not is_rack and not is_proven:
            dropped.append((d, f"unexplained: an hour of one GPU or of all {d.count}, the page does not say"))
        else:
            kept.append(d)
    return kept, dropped


def _without_unit(drafts: list[Draft]) -> tuple[list[Draft], list[tuple[Draft, str]]]:
    kept, dropped = [], []
    records: dict[object, list[Draft]] = defaultdict(list)
    for d in drafts:
        records[_together(d)].append(d)
    for d in drafts:
        if not d.rate.time:
            _unit_by_size(d, records[_together(d)])
            _unit_by_growth(d, records[_together(d)])
        if d.rate.time:
            kept.append(d)
        else:
            dropped.append((d, "no unit of time stands with it"))
    return kept, dropped


def _out_of_size(drafts: list[Draft]) -> tuple[list[Draft], list[tuple[Draft, str]]]:
    """Drop amounts that no hour of a GPU ever cost: their unit, or what they are a price of, is another one.

    Where one price of a machine is far too low, its whole column is doubted: it may be of one GPU.
    """
    hourly = {id(d): _hourly_dollars(d) for d in drafts}
    bounds = {id(d): _bounds(d) for d in drafts}
    low = {
        (d.record.group, d.title)
        for d in drafts
        if (each := hourly[id(d)]) is not None
        and each < bounds[id(d)][0]
        and not d.rate.is_per_gpu
        and (d.count or 1) > 1
    }
    odd = {id(d.cell) for d in drafts if (each := hourly[id(d)]) is not None and not _is_within(each, bounds[id(d)])}
    by_habit = {id(d.record) for d in drafts if id(d.cell) in odd and d.reasons.get("unit") in _FAR}
    kept, dropped = [], []
    for d in drafts:
        each = hourly[id(d)]
        if id(d.cell) not in odd and id(d.record) in by_habit and d.reasons.get("unit") in _FAR:
            dropped.append((d, "unexplained: its unit stands elsewhere, and does not fit another amount beside it"))
            continue
        is_of_low = (d.record.group, d.title) in low and not d.rate.is_per_gpu and (d.count or 1) > 1
        if each is not None and (id(d.cell) in odd or is_of_low):
            dropped.append((d, f"unexplained: an hour of one GPU would cost {each:.4g} USD"))
        else:
            kept.append(d)
    return kept, dropped


_FAR: Final = ("the page", "above")  # where a unit stands that may be of other amounts


def _is_within(each: Decimal, bounds: tuple[Decimal, Decimal]) -> bool:
    return bounds[0] <= each <= bounds[1]


def _hourly_dollars(d: Draft) -> Decimal | None:
    """Return roughly what an hour of one GPU costs in dollars; None for a currency that is not known."""
    if d.currency not in _TO_A_DOLLAR:
        return None
    count = Decimal(1) if d.rate.is_per_gpu else d.count or Decimal(1)
    hours = 730 * (d.term or 1) if d.rate.time == "term" else _HOURS_IN.get(d.rate.time, (Decimal(1),))[0]
    return d.amount.value / hours / count / _TO_A_DOLLAR[d.currency]


def _bounds(d: Draft) -> tuple[Decimal, Decimal]:
    """Return what an hour of the GPU, or of the part that the label names, costs at least and at most.

    Where only the page's habit gives a month's price its unit, the most is less: a card that is sold costs more.
    """
    is_part = (
        (d.count is not None and d.count < 1)
        or _PART.search(d.label) is not None
        or _PART.search(d.instance) is not None
        or (re.fullmatch(r"(?:1?\d|2[0-3])(?:\.\d+)? ?G[iI]?B?", d.memory.strip()) is not None and d.count in (None, 1))
    )  # no whole card of the first two kinds below has less than 24 GB
    for names, least, most in _BOUNDS:
        if names.match(d.key):
            is_by_habit = d.reasons.get("unit") == "the page" and d.rate.time in ("month", "year")
            return (_LEAST if is_part else Decimal(least)), Decimal(most) / (3 if is_by_habit else 1)
    return _LEAST, _MOST


# Far below what anybody asks for a whole card, and far above.
_BOUNDS: Final = (
    (re.compile(r"G?[HB]\d{3}|GB|VR|H20|MI3"), "0.4", "25"),
    (re.compile(r"A100|A800|MI2|L40|A40$|RTX(?:PRO)?6000|RTXPRO|RTX5090|A6000|RTXA6000"), "0.08", "30"),
    (re.compile(r"RTX(?:3090|[45]0[89]0)"), "0.04", "30"),
    (re.compile(r"RTX|GTX|A\d|L\d|V100|P\d|T4|K80|M60"), "0.004", "30"),
)
_LEAST: Final = Decimal("0.004")  # a tenth of the smallest card, from a host
_MOST: Final = Decimal(300)
_PART: Final = re.compile(r"\bMIG\b|\d+g\.\d+|\bvGPU\b|\b1/\d|slice|fraction|shared|-\d{1,2}[QCAB]\b", re.IGNORECASE)
# What a dollar buys of each, within a third: enough to tell an hour from a month.
_TO_A_DOLLAR: Final = {
    currency: Decimal(rate)
    for currency, rate in {
        "USD": "1", "EUR": "0.9", "GBP": "0.8", "CHF": "0.9", "CAD": "1.37", "AUD": "1.5", "NZD": "1.65", "SGD": "1.33", "CNY": "7.1",
        "JPY": "150", "KRW": "1380", "INR": "86", "RUB": "85", "SEK": "10", "NOK": "10.5", "DKK": "6.7", "PLN": "3.8", "CZK": "22",
        "HKD": "7.8", "TWD": "31", "BRL": "5.5", "MXN": "18.5", "VND": "25500", "IDR": "16300", "THB": "34", "TRY": "40", "MYR": "4.3",
        "PHP": "57", "AED": "3.67", "SAR": "3.75", "ILS": "3.5", "UAH": "41", "ZAR": "18",
    }.items()
}  # fmt: skip


def _memory_from_elsewhere(drafts: list[Draft], memories: Mapping[str, set[str]]) -> None:
    """Give a label its memory where the page states it with the same label in another table."""
    for d in drafts:
        if not d.memory and len(memories.get(d.label.upper(), ())) == 1 and d.count in (None, 1):
            d.memory = next(iter(memories[d.label.upper()]))


def _endpoints(drafts: list[Draft], unpriced: list[Draft]) -> None:
    """Give endpoints a pricing model of their own where the page sells the same accelerator as a machine too."""
    machines = {d.key for d in (*drafts, *unpriced) if d.product not in ("endpoint", "serverless")}
    for d in (*drafts, *unpriced):
        if d.product in ("endpoint", "serverless") and d.key in machines and d.model == "on_demand":
            d.model = "inference"


def _unit_by_size(d: Draft, siblings: list[Draft]) -> None:
    """Give a commitment's amount without a unit the one that fits its size beside the usual price: that, or the sum."""
    usual = [
        s
        for s in siblings
        if s.rate.time in ("hour", "month") and s.model == "on_demand" and s.rate.is_per_gpu == d.rate.is_per_gpu
    ]
    if not usual and d.fallback:
        d.rate, d.reasons["unit"] = replace(d.rate, time=d.fallback), "the page"
    for time, months in (("hour", Decimal(730)), ("month", Decimal(1))):
        values = {s.amount.value for s in usual if s.rate.time == time}
        if d.rate.time or d.model != "reserved" or not d.term or len(values) != 1:
            continue
        ratio = d.amount.value / values.pop()
        for unit, times in ((time, Decimal(1)), ("term", months * d.term)):
            if Decimal("0.2") <= ratio / times <= Decimal("1.15"):
                d.rate, d.reasons["unit"] = replace(d.rate, time=unit), f"its size beside the price of a {time}"


def _unit_by_growth(d: Draft, siblings: list[Draft]) -> None:
    """Take amounts that grow with their terms for the sums of those: "1 month $1,500, 3 months $4,200"."""
    sums = sorted((s.term, s.amount.value) for s in siblings if s.model == "reserved" and s.term and not s.rate.time)
    if d.rate.time or d.model != "reserved" or not d.term or len({term for term, _ in sums}) < 2:
        return
    if all(
        b > a and Decimal("0.5") <= (b / m) / (a / n) <= Decimal("1.02") for (n, a), (m, b) in itertools.pairwise(sums)
    ):
        for s in siblings:
            if s.model == "reserved" and s.term and not s.rate.time:
                s.rate, s.reasons["unit"] = replace(s.rate, time="term"), "sums that grow with their terms"


def _variants(drafts: list[Draft]) -> tuple[list[Draft], list[tuple[Draft, str]]]:
    """Drop amounts of data that vary another one of the same object by little: with its disk, or a discount."""
    dropped: list[tuple[Draft, str]] = []
    first: dict[object, Draft] = {}
    for d in sorted(drafts, key=lambda d: d.cell.where().count(".") if d.record.kind == "object" else 0):
        above = first.setdefault((id(d.record), d.identity(), d.rate), d)
        if d.record.kind == "object" and above is not d and abs(d.amount.value / above.amount.value - 1) <= _LITTLE:
            dropped.append((d, "a variant of the price beside it"))
    gone = {id(d) for d, _ in dropped}
    return [d for d in drafts if id(d) not in gone], dropped


_LITTLE: Final = Decimal("0.05")


def _tell_apart(drafts: Iterable[Draft]) -> None:
    """Name offers of one label and several prices by what differs between their rows."""
    same: dict[object, list[Draft]] = defaultdict(list)
    for d in drafts:
        same[d.identity()].append(d)
    for members in same.values():
        if len({d.amount.value for d in members}) < 2:
            continue
        if len({id(d.record) for d in members}) < len(members):
            _by_title(members)
            continue
        scopes = [" ".join(d.record.scope[:1]) if d.record.kind == "object" else "" for d in members]
        texts = [
            {
                f.title or str(i): f.text
                for i, f in enumerate(d.record.fields)
                if f is not d.cell and not re.search(r"[$€£₹¥]\s*\d", f.text)
            }
            for d in members
        ]
        headings = [d.record.heading for d in members if d.record.kind == "row"]
        if len(set(headings)) == len(members) and all(map(_heads_product, headings)):
            for d, heading in zip(members, headings, strict=True):
                d.instance = f"{d.instance or d.label}, {heading}"[:200]
            continue
        if len(set(scopes)) > 1:
            for d, scope in zip(members, scopes, strict=True):
                d.instance = f"{d.instance or d.label} {scope}".strip()[:200]
            continue
        values = {title: {other.get(title) for other in texts} for own in texts for title in own}
        for d, own in zip(members, texts, strict=True):
            differing = [
                text
                for title, text in own.items()
                if text and text != d.label and len(values[title]) > 1 and not words.SALES.search(text)
            ]
            if differing:
                d.instance = ", ".join([d.instance or d.label, *differing])[:200]


def _heads_product(heading: str) -> bool:
    """Return whether a heading is of a kind of machines: "Bare metal" beside "Virtual machines"."""
    return len(heading) <= _LONGEST_HEADING and any(pattern.search(heading) for _, pattern in words.PRODUCTS)


_LONGEST_HEADING: Final = 40  # characters


def _by_title(members: list[Draft]) -> None:
    """Name offers of one record by the words of their titles that say no price: "secure", "community"."""
    names = [" ".join(_TITLE_WORDS.sub(" ", d.title).split()) for d in members]
    places = [_SIGNS.sub("", name).strip(" /,:|-") for name in names]
    if all(map(words.PLACE.fullmatch, places)) and len(set(places)) == len(places):
        for d, place in zip(members, places, strict=True):
            d.region = d.region or place
        return
    is_data = members[0].record.kind == "object"
    alike = is_data or len({name.rpartition(" ")[2].lower() for name in names}) == 1  # "High priority", "Low priority"
    alike = alike or all(_TIERS.search(name) or words.ON_DEMAND.search(name) for name in names)
    if alike and all(name and len(name) <= 30 for name in names) and len({n.lower() for n in names}) == len(members):
        for d, name in zip(members, names, strict=True):
            d.instance = f"{d.instance or d.label} {name.strip()}".strip()


_TIERS: Final = re.compile(
    r"\b(?:flex|active|secure|community|priority|batch|low|lowest|medium|normal|standard|high|highest|urgent|economy|basic|premium|turbo|best[- ]effort|guaranteed)\b",
    re.IGNORECASE,
)
_SIGNS: Final = re.compile(r"[$€£¥()]")
_TITLE_WORDS: Final = re.compile(r"\b(?:price|pricing|cost|rate|usd|per|hour|hourly|hr|gpu|amount)\b", re.IGNORECASE)


def _repeated(drafts: list[Draft]) -> tuple[list[Draft], list[tuple[Draft, str]]]:
    """Keep the first of equal offers; of unequal ones for the very same thing keep none."""
    first: dict[object, Draft] = {}
    disputed: set[object] = set()
    dropped: list[tuple[Draft, str]] = []
    for d in drafts:
        earlier = first.setdefault(d.identity(), d)
        if earlier is d:
            continue
        is_same_buy = earlier.rate.is_per_gpu == d.rate.is_per_gpu or d.count in (None, 1)
        if earlier.amount.value == d.amount.value and earlier.rate.time == d.rate.time and is_same_buy:
            dropped.append((d, "the same offer again"))
        elif earlier.record is d.record and (weak := _without_own_unit(earlier, d)):
            dropped.append((weak, "unexplained: no unit of its own, beside a price that has one"))
            if weak is earlier:
                first[d.identity()] = d
        elif earlier.is_floor != d.is_floor or d.record.kind == "sentence":
            dropped.append((d if d.is_floor else earlier, "a bound beside the price of the same thing"))
            if earlier.is_floor:
                first[d.identity()] = d
        else:
            disputed.add(d.identity())
            dropped.append((d, "unexplained: two prices for the same thing"))
    kept = [d for key, d in first.items() if key not in disputed]
    dropped += [(d, "unexplained: two prices for the same thing") for key, d in first.items() if key in disputed]
    gone = {id(d) for d, _ in dropped}
    return [d for d in kept if id(d) not in gone], dropped


def _without_own_unit(one: Draft, other: Draft) -> Draft | None:
    """Return the one of two prices whose unit only the page's habit tells, where words beside the other say it."""
    by_habit = [d for d in (one, other) if d.reasons.get("unit") == "the page"]
    return by_habit[0] if len(by_habit) == 1 else None


def _compared(drafts: list[Draft]) -> tuple[list[Draft], list[tuple[Draft, str]]]:
    """Drop the page's own prices in a comparison with others' where it prices the same accelerator elsewhere."""
    listed: dict[str, set[Decimal]] = defaultdict(set)
    for d in drafts:
        if not d.record.is_comparison:
            listed[d.key].add(d.amount.value)
    kept, dropped = [], []
    for d in drafts:
        if d.record.is_comparison and d.key in listed:
            is_same = d.amount.value in listed[d.key]
            reason = (
                "the same offer again, in a comparison" if is_same else "unexplained: another price, in a comparison"
            )
            dropped.append((d, reason))
        else:
            kept.append(d)
    return kept, dropped


def _copies(drafts: list[Draft]) -> tuple[list[Draft], list[tuple[Draft, str]]]:
    """Drop a table that only repeats prices of earlier ones, and cards that do: mobile copies, summaries, detail blocks."""
    seen: dict[object, set[int]] = defaultdict(set)
    kept: list[Draft] = []
    dropped: list[tuple[Draft, str]] = []
    for number, members in enumerate(_by_table_or_card(drafts)):
        keys = [(d.key, d.amount.value, d.currency, d.model, d.rate.time) for d in members]
        is_copy = number > 0 and all(seen[k] for k in keys) and (members[0].record.kind == "card" or len(members) > 1)
        is_copy = is_copy and not any(
            m.product != d.product and m.product and d.product
            for m in members
            for d in kept
            if (d.key, d.amount.value) == (m.key, m.amount.value)
        )
        if is_copy and members[0].record.kind == "card":
            is_copy = any(
                d.record.kind == "row"
                for d in kept
                if (d.key, d.amount.value) == (members[0].key, members[0].amount.value)
            )
        for d, k in zip(members, keys, strict=True):
            seen[k].add(number)
            if is_copy:
                dropped.append((d, "the same offer again, in a copy"))
            else:
                kept.append(d)
    return kept, dropped


def per(rate: Rate) -> str:
    """Return the name of a price unit in an offer."""
    if rate.time == "term":
        return "term_total"
    if rate.is_per_gpu:
        return f"gpu_{rate.time}"
    return rate.time if rate.time in ("day", "week", "month", "year") else f"instance_{rate.time}"

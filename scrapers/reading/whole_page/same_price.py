"""Drops amounts that state a price which stands beside them in another form: with tax, formerly, elsewhere on the page."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from decimal import Decimal
from typing import Final

from scrapers.reading import words
from scrapers.reading.accelerator_names import mentions
from scrapers.reading.amounts import CODES, stated_currency
from scrapers.reading.meaning.drafts import Draft
from scrapers.reading.whole_page.groups import by_table_or_card, together


def titled_in_a_copy(drafts: list[Draft]) -> tuple[list[Draft], list[tuple[Draft, str]]]:
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


def bounds_beside(drafts: list[Draft]) -> None:
    """Take an amount in a card for a lower bound where the card says so of the same amount: "As low as $2.30"."""
    bounds = {(id(d.record), d.key, d.amount.value) for d in drafts if d.is_floor and d.record.kind == "card"}
    for d in drafts:
        is_of_tier = words.TIERS.match(d.title) is not None  # "Community: $0.34" is no bound of its own
        d.is_floor = d.is_floor or (not is_of_tier and (id(d.record), d.key, d.amount.value) in bounds)


def with_tax(drafts: list[Draft]) -> tuple[list[Draft], list[tuple[Draft, str]]]:
    """Drop a price with tax where the same record states it without; of two in one cell, the one in brackets."""
    same: dict[object, list[Draft]] = defaultdict(list)
    for d in drafts:
        same[together(d), d.count, d.model, d.term, d.band, d.rate.time, d.rate.is_per_gpu, d.currency].append(d)
    copies: set[int] = set()
    for members in same.values():
        for plain, other in itertools.permutations(members, 2) if any(d.tax for d in members) else ():
            is_pair = (plain.tax, other.tax) in (("net", "gross"), ("net", ""), ("", "gross"))
            if is_pair and Decimal("1.02") <= other.amount.value / plain.amount.value <= _MOST_TAX:
                copies.add(id(plain if _is_in_brackets(plain, other) else other))
    kept = [d for d in drafts if id(d) not in copies]
    return kept, [(d, f"the same price with{'out' if d.tax == 'net' else ''} tax") for d in drafts if id(d) in copies]


def in_another_currency(drafts: list[Draft]) -> tuple[list[Draft], list[tuple[Draft, str]]]:
    """Drop a column, or a key of data, that only repeats the one before it in another currency: "INR / hour", "USD / hour"."""
    kept: list[Draft] = []
    dropped: list[tuple[Draft, str]] = []
    first: dict[object, Draft] = {}
    for d in drafts:
        bare = _CURRENCY.sub(" ", d.title).split() if d.record.kind in _TITLED and stated_currency(d.title) else None
        earlier = d if bare is None else first.setdefault((id(d.record), d.key, d.rate, d.model, d.term, *bare), d)
        if earlier.currency != d.currency:
            dropped.append((d, "the same price in another currency"))
        else:
            kept.append(d)
    return kept, dropped


_TITLED: Final = ("row", "object")
_CURRENCY: Final = re.compile(rf"\b[A-Z]{{3}}\b|[$€£₹¥₽()]|\b(?i:euros?|dollars?|{'|'.join(sorted(CODES))})\b")


def _is_in_brackets(d: Draft, first: Draft) -> bool:
    """Return whether an amount stands in brackets behind another one of its cell."""
    between = d.cell.text[first.amount.end : d.amount.start] if d.cell is first.cell else ""
    return re.search(r"[(（][^)）]*$", between) is not None


_MOST_TAX: Final = Decimal("1.3")


def former_prices(drafts: list[Draft]) -> tuple[list[Draft], list[tuple[Draft, str]]]:
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
            and re.fullmatch(r"\s*(?:(?:/|per)\s*[\w-]+\s*)*\*?\s*(?:→|⇒|➔|->)?\s*", between)
        ):
            dropped.append((d, "a former price beside the present one"))
        else:
            kept.append(d)
    return kept, dropped


def variants(drafts: list[Draft]) -> tuple[list[Draft], list[tuple[Draft, str]]]:
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


def repeated(drafts: list[Draft]) -> tuple[list[Draft], list[tuple[Draft, str]]]:
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
            is_bound = earlier.is_floor and not d.is_floor  # "From $0.34" in a headline, "$0.34" below
            first[d.identity()] = d if is_bound else earlier
            dropped.append((earlier if is_bound else d, "the same offer again"))
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


def floors_of_prices(drafts: list[Draft]) -> tuple[list[Draft], list[tuple[Draft, str]]]:
    """Drop a lower bound in a headline or a card that the page states as the plain price below: "H100 from $1.95"."""
    plain = {(d.key, d.amount.value, d.currency, d.rate.time) for d in drafts if not d.is_floor}
    beside = {(id(d.record), d.amount.value, d.model) for d in drafts if not d.is_floor and d.record.kind == "card"}
    kept, dropped = [], []
    for d in drafts:
        of_page = d.record.kind == "card" and any(line.level == 1 for line in d.record.fields[0].lines)
        is_headline = of_page or any(line.level for line in d.cell.lines)
        is_headline |= (id(d.record), d.amount.value, d.model) in beside
        is_repeat = is_headline and d.is_floor and (d.key, d.amount.value, d.currency, d.rate.time) in plain
        dropped.append((d, "a bound beside the price of the same thing")) if is_repeat else kept.append(d)
    return kept, dropped


def said_again(drafts: list[Draft]) -> tuple[list[Draft], list[tuple[Draft, str]]]:
    """Drop what a sentence, or a bound in a headline or a banner, says of an accelerator that the page prices elsewhere."""
    prices: dict[object, set[Decimal]] = defaultdict(set)
    for d in drafts:
        if d.record.kind != "sentence" and not d.is_floor:
            prices[d.key, d.model, d.rate.time, d.currency].add(d.amount.value)
    bounds = {(d.key, d.amount.value) for d in drafts if d.is_floor and not _is_answer(d)}
    kept, dropped = [], []
    for d in drafts:
        elsewhere = prices[d.key, d.model, d.rate.time, d.currency]
        if d.record.kind == "sentence" and d.amount.value in elsewhere:
            dropped.append((d, "the same offer again, in a sentence"))
        elif d.is_floor and _is_in_words(d) and elsewhere and d.amount.value <= min(elsewhere):
            dropped.append((d, "a bound below the prices of the same thing"))
        elif d.is_floor and _is_answer(d) and (d.key, d.amount.value) in bounds:
            dropped.append((d, "the same bound again, in an answer"))
        else:
            kept.append(d)
    return kept, dropped


def _is_answer(d: Draft) -> bool:
    """Return whether an amount stands below a question: "How much is an H100?"."""
    return d.record.kind == "card" and any(
        line.headings and line.headings[-1][1][-1:] in "?？" for line in d.cell.lines
    )


def _is_in_words(d: Draft) -> bool:
    """Return whether an amount stands in a line that names the accelerator too, amid other words: a banner, a headline."""
    is_line = d.record.kind == "card" and d.key in {m.key for m in mentions(d.cell.text)}
    return is_line and _OTHER_WORDS.search(d.cell.text) is not None


_OTHER_WORDS: Final = re.compile(r"[^\W\d_]{3,}[^\W\d_].*\s.*[^\W\d_]{3,}|[\u4e00-\u9fff]{6,}")


def hidden_states(drafts: list[Draft]) -> tuple[list[Draft], list[tuple[Draft, str]]]:
    """Drop a hidden price beside a shown one of the same record and time: which choice shows it, nobody can say."""
    shown = {(id(d.record), d.key, d.rate) for d in drafts if not _is_hidden(d)}
    kept, dropped = [], []
    for d in drafts:
        is_other = _is_hidden(d) and (id(d.record), d.key, d.rate) in shown
        dropped.append((d, "unexplained: hidden beside a price that is shown")) if is_other else kept.append(d)
    return kept, dropped


def _is_hidden(d: Draft) -> bool:
    return any(line.is_another_state for line in d.cell.lines)


def once_each(drafts: list[Draft]) -> tuple[list[Draft], list[tuple[Draft, str]]]:
    """Keep one offer of an amount that two tables hold, one within the other."""
    seen: dict[object, int] = {}
    kept, dropped = [], []
    for d in drafts:
        shown = d.cell.text[d.amount.start : d.amount.end]
        line = next((one.order for one in d.cell.lines if shown in one.text), None)
        place = (line, d.amount.value, d.key, d.count or 1, d.model, d.term)
        is_again = line is not None and seen.setdefault(place, d.record.group) != d.record.group
        dropped.append((d, "the same offer again, in a table within")) if is_again else kept.append(d)
    return kept, dropped


def compared(drafts: list[Draft]) -> tuple[list[Draft], list[tuple[Draft, str]]]:
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


def copied_tables(drafts: list[Draft]) -> tuple[list[Draft], list[tuple[Draft, str]]]:
    """Drop a table that only repeats prices of earlier ones, and cards that do: mobile copies, summaries, detail blocks."""
    seen: dict[object, set[int]] = defaultdict(set)
    kept: list[Draft] = []
    dropped: list[tuple[Draft, str]] = []
    at_price: dict[tuple[str, Decimal], list[Draft]] = defaultdict(list)  # what is kept
    for number, members in enumerate(by_table_or_card(drafts)):
        keys = [(d.key, d.amount.value, d.currency, d.model, d.rate.time) for d in members]
        is_copy = number > 0 and all(seen[k] for k in keys) and (members[0].record.kind == "card" or len(members) > 1)
        is_copy = is_copy and not any(
            m.product != d.product and m.product and d.product for m in members for d in at_price[m.key, m.amount.value]
        )
        if is_copy and members[0].record.kind == "card":
            is_copy = any(d.record.kind == "row" for d in at_price[members[0].key, members[0].amount.value])
        for d, k in zip(members, keys, strict=True):
            seen[k].add(number)
            if is_copy:
                dropped.append((d, "the same offer again, in a copy"))
            else:
                kept.append(d)
                at_price[d.key, d.amount.value].append(d)
    return kept, dropped

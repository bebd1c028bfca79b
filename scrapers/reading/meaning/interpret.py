"""Turns a record into drafts of offers: which field names the accelerator, which states prices, and what each buys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Final

from scrapers.reading import words
from scrapers.reading.accelerator_names import Mention, mentions
from scrapers.reading.amounts import (
    Amount,
    alike_in_other_currencies,
    bare_amount,
    find_amounts,
    repeated_about,
    stated_currency,
)
from scrapers.reading.field_kinds import NUMBER, is_priced_title, kind_of
from scrapers.reading.meaning.commitment import note_of, set_commitment
from scrapers.reading.meaning.drafts import Draft, Explained, Reading
from scrapers.reading.meaning.gpu_count import gpu_count
from scrapers.reading.meaning.machine_words import (
    availability_of,
    gpu_memory,
    has_letters,
    instance_of,
    machine_facts_of,
    place_of_column,
    product_of,
    region_of,
)
from scrapers.reading.meaning.price_unit import price_unit
from scrapers.reading.meaning.record_amounts import WITH_TERM, amounts_of, words_around
from scrapers.reading.meaning.record_label import find_label, label_text, of_a_plan
from scrapers.reading.page_facts import PageFacts
from scrapers.reading.records import Field, Record
from scrapers.reading.refusals import counts_credits, has_untitled_numbers, is_component, is_sold_out, not_sold, refusal
from scrapers.reading.tables.grids import has_money
from scrapers.reading.units import (
    Rate,
    after_amount,
    before_amount,
    effective_from,
    is_floor,
    pricing_model,
    rate,
    says_floor,
    tax_of,
)


def interpret(record: Record, page: PageFacts) -> Iterator[Reading]:
    """Yield each amount of a record, read as the price of an accelerator or explained.

    Of a card, an amount without a title is what the same amount with one is: cards repeat themselves for small screens.
    """
    readings = list(_readings(record, page))
    explained = {r.amount.value: r.reason for r in readings if isinstance(r, Explained)}
    of_one = {r.amount.value for r in readings if isinstance(r, Draft) and r.reasons.get("per GPU") == "the amount"}
    for r in readings:
        is_bare = isinstance(r, Draft) and not r.is_titled() and "the amount" not in r.reasons.values()
        if record.kind == "card" and isinstance(r, Draft) and is_bare and r.amount.value in explained:
            yield Explained(r.cell, r.amount, explained[r.amount.value])
        elif isinstance(r, Explained) and r.reason == _OF_MANY and any(_is_sum(r.amount.value, one) for one in of_one):
            yield Explained(r.cell, r.amount, "the same price for all GPUs of the machine")
        else:
            yield r


def _readings(record: Record, page: PageFacts) -> Iterator[Reading]:
    """Yield each amount of a record, read as the price of an accelerator or explained.

    What a record says nothing of, its captions and headings may say, the nearest first.
    """
    kinds = [(f, kind_of(f)) for f in record.fields]
    priced = [f for f, kind in kinds if kind == "price"]
    if not priced:
        return
    label_field, names = find_label(record, kinds)
    other = not_sold(record, label_field)
    yield from (Explained(f, amount, _NO_TITLE) for f, amount in _numbers_like_prices(record, kinds, page))
    for f in priced:
        amounts = amounts_of(f, page)
        if (
            not amounts
            and names
            and record.kind == "row"
            and not is_component(f.title)
            and (words.SALES.search(f.text) or is_sold_out(f.text))
        ):
            d = _draft(record, kinds, f, Amount(Decimal(0), "", 0, 0), "", "", names[0], False, label_field, page)
            d.status = "contact_sales" if words.SALES.search(f.text) else "not_offered"
            yield d
        copies = alike_in_other_currencies(f.text, amounts)
        again = repeated_about(f.text, amounts)
        for i, amount in enumerate(amounts):
            if i in copies:
                yield Explained(f, amount, "the same price in another currency")
                continue
            if i in again:
                yield Explained(f, amount, "the same price for another time")
                continue
            last = next(j for j in range(i, len(amounts)) if j + 1 not in copies)
            before, after = words_around(f.text, amounts, i)[0], words_around(f.text, amounts, last)[1]
            reason = refusal(f, amount, before, after, names, other, record, label_field, page)
            if reason:
                record.is_comparison |= reason.endswith("in a comparison")
                yield Explained(f, amount, reason)
                continue
            if len(names) > 1 < len(amounts) != len(names):
                yield Explained(f, amount, "unexplained: several amounts and accelerators, in no clear order")
                continue
            for name in names[i : i + 1] if len(amounts) == len(names) > 1 else names:
                d = _draft(record, kinds, f, amount, before, after, name, len(names) > 1, label_field, page)
                if d.reasons.get("unit") == "another title" and _is_beside_a_price(f, priced):
                    yield Explained(f, amount, _NO_TITLE)
                elif _may_be_of_many(d, record):
                    yield Explained(f, amount, _OF_MANY)
                else:
                    yield from _of_each_count(d)


def _is_beside_a_price(f: Field, priced: list[Field]) -> bool:
    """Return whether a title says nothing that is known, beside an amount whose title says price: "Attivazione"."""
    title = f.title.strip()
    meanings = (words.PLACE.fullmatch(title), words.TIERS.search(title), words.REGION.search(title), mentions(title))
    is_unknown = bool(title) and not is_priced_title(title) and not any(meanings)
    return is_unknown and any(is_priced_title(one.title) and has_money(one.text) for one in priced if one is not f)


_NO_TITLE: Final = "unexplained: a number like the prices beside it, below a title that does not say what it is"


def _numbers_like_prices(
    record: Record, kinds: list[tuple[Field, str]], page: PageFacts
) -> Iterator[tuple[Field, Amount]]:
    """Yield numbers of a row that look like its prices, which are numbers too, below titles that say nothing."""
    if record.kind != "row":
        return
    priced = [
        a.value for f, kind in kinds if kind == "price" and (a := bare_amount(f.text, page.decimal_comma)) and a.value
    ]
    for f, kind in kinds:
        if (
            kind == "other"
            and f.title
            and priced
            and not rate(f.title).other
            and re.search(r"\d[.,]\d\d$", f.text)
            and f.column >= 0
        ):
            amount = bare_amount(f.text, page.decimal_comma)
            if amount and any(_NEAR[0] <= amount.value / value <= _NEAR[1] for value in priced):
                yield f, amount


_NEAR: Final = (Decimal("0.2"), Decimal(5))
_COUNTS: Final = re.compile(
    r"(?<![\w.])(?!1\s?/\s?\d{1,2}\s?[x×])(?:\d{1,3}\s?[x×]?\s*(?:&|,|/|\+|and|or|und|et)\s*)+\d{1,3}\s?[x×]\s*",
    re.IGNORECASE,
)


_SPAN: Final = re.compile(r"(?<![\w.,])(?P<least>\d{1,2})\s?[x×]?\s?[-–—~]\s?\d{1,2}\s?[x×]\s*(?=\D)")


def _of_each_count(d: Draft) -> Iterator[Reading]:
    """Yield a draft for each number of GPUs of a label that states several, "2x & 4x MI300X", where its price is of one.

    Of a span, "1-6x A4000", a price is that of the least: of one GPU, or else of nobody knows how many.
    """
    if span := _SPAN.search(d.label):
        if span["least"] != "1" and not d.rate.is_per_gpu:
            yield Explained(d.cell, d.amount, "unexplained: a span of numbers of GPUs stands with it")
            return
        d.label = f"{d.label[: span.start()]}{d.label[span.end() :]}".strip()
        d.count, d.is_floor = (Decimal(1), True) if span["least"] == "1" else (None, d.is_floor)
    several = _COUNTS.search(d.label)
    if several is None:
        yield d
    elif not d.rate.is_per_gpu:
        yield Explained(d.cell, d.amount, "unexplained: several numbers of GPUs stand with it")
    else:
        label = f"{d.label[: several.start()]}{d.label[several.end() :]}".strip()
        for n in re.findall(r"\d+", several[0]):
            yield replace(d, label=label, count=Decimal(n), rate=replace(d.rate), reasons=dict(d.reasons))


_OF_MANY: Final = "unexplained: numbers without titles stand with it, perhaps of GPUs"


def _is_sum(amount: Decimal, of_one: Decimal) -> bool:
    """Return whether an amount is that of one GPU times a whole number of them."""
    times = amount / of_one
    return 1 <= round(times) <= _MOST_GPUS and abs(times - round(times)) <= times / 200


_MOST_GPUS: Final = 16


def _may_be_of_many(d: Draft, record: Record) -> bool:
    """Return whether a price in a card may be of more GPUs than one: nothing says per GPU, and numbers stand untitled."""
    is_said = d.rate.is_per_gpu and d.reasons.get("per GPU") != "the page"
    return record.kind == "card" and d.count is None and not is_said and has_untitled_numbers(record)


def _draft(
    record: Record, kinds: list[tuple[Field, str]], f: Field, amount: Amount, before: str, after: str,
    name: Mention, is_one_of_several: bool, label_field: Field | None, page: PageFacts,
) -> Draft:  # fmt: skip
    by_kind = _by_kind(kinds)
    label = label_text(label_field, name, is_one_of_several)
    d = Draft(record, f, amount, label, name.key, None, Rate(), "on_demand", None, "", title=f.title)
    is_of_one = _titles_one(f.title)
    d.count = Decimal(1) if is_of_one else gpu_count(by_kind, name, f, label_field, record)
    if (leads := _COUNT_LEADS.search(before)) and len(find_amounts(f.text)) > 1:
        d.count = Decimal(leads["n"])
    if name.count is None and (part := _PART_LEADS.search(before)):
        d.count = _PARTS.get(part["part"].lower(), Decimal(1))
    if name.count is not None and d.count != name.count:
        d.label = re.sub(r"\s*\b\d{1,3}\s?[x×*]\s*", " ", d.label).strip()  # boards of several GPUs
    d.rate = price_unit(record, by_kind, f, after, before, page, d)
    term = WITH_TERM.search(after)  # behind the words that an amount's unit ends at
    own = f"{before_amount(before)} | {after_amount(after)} {term[0] if term else ''}"
    set_commitment(record, kinds, by_kind, f, own, note_of(f, amount, page), d)
    d.currency = _currency(amount, f, by_kind, record, page, d)
    if d.currency in _WITHOUT_CENTS and re.fullmatch(r"\d{1,3}(?:\.\d{3})+", f.text.strip(" \t₫đ₩¥￥Rp")):
        d.amount = amount._replace(value=Decimal(re.sub(r"\D", "", f.text)))  # "20.000" dong are twenty thousand
    d.is_floor = is_floor(before, after) or says_floor(f.title)
    d.memory, d.memory_is_total = gpu_memory(kinds, by_kind, label_field, d.count)
    d.instance = instance_of(record, kinds, by_kind, label_field)
    if not d.instance and label_field is not None and of_a_plan(label_field.text):
        d.instance = label_field.text  # "Pro RTX A6000": the plan's own name
    d.region = region_of(record, by_kind) or place_of_column(record, f)
    d.availability = availability_of(kinds, f)
    d.tax = tax_of(f.text, amount, f.title)
    d.starts = effective_from(f"{f.title} {f.text}")
    d.product = _product_in_title(f.title, tuple(one.title for one in record.fields)) or product_of(record)
    d.facts = machine_facts_of(record, kinds, by_kind, d.memory)
    return d


@lru_cache(maxsize=16_384)
def _titles_one(title: str) -> bool:
    return re.search(r"\bsingle[- ]gpu\b", title, re.IGNORECASE) is not None


@lru_cache(maxsize=16_384)
def _product_in_title(title: str, titles: tuple[str, ...]) -> str:
    """Return what the title of a price says that it buys: inference, or workers that come and go; "" for nothing."""
    if re.search(r"\binference\b", title, re.IGNORECASE):
        return "endpoint"
    kinds = {hit[0].lower() for one in titles if (hit := _WORKER_KIND.match(one))}
    is_of_pair = len(kinds) > 1 and _WORKER_KIND.match(title) is not None
    return "serverless" if is_of_pair or _SERVERLESS.search(title) else ""


_WORKER_KIND: Final = re.compile(r"flex|active", re.IGNORECASE)  # they say it where both stand side by side
_SERVERLESS: Final = re.compile(r"\bserverless\b|\b(?:flex|active) workers?\b", re.IGNORECASE)


def _by_kind(kinds: list[tuple[Field, str]]) -> dict[str, Field]:
    """Return the field of each kind that says most: the first, but of counts one of GPUs, of instances one with a name."""
    by_kind = {kind: f for f, kind in reversed(kinds)}
    of_gpus = [f for f, kind in kinds if kind == "count" and _OF_GPUS.search(f.title)]
    if of_gpus:  # "num_gpus" counts what "gpu_frac" only sets against the whole machine
        by_kind["count"] = next((f for f in of_gpus if NUMBER.match(f.text)), of_gpus[0])
    if terms := [f for f, kind in kinds if kind == "term" and words.DURATION.search(f.text)]:
        by_kind["term"] = terms[0]  # "commitment: 12 months" beside "billing: monthly"
    if units := [f for f, kind in kinds if kind == "unit" and rate(f"/{f.text}").time]:
        by_kind["unit"] = units[0]  # "unit: h" beside "osUnit: Linux"
    by_kind.pop("instance", None)
    if named := [f for f, kind in kinds if kind == "instance" and has_letters(f.text)]:
        by_kind["instance"] = named[0]  # a column of numbers ("Nodes") names nothing
    return by_kind


_COUNT_LEADS: Final = re.compile(r"(?:^|[\s,;|(])(?P<n>\d{1,2})\s?[x×]\s*(?:GPUs?)?\s*[:=–—-]?\s*$", re.IGNORECASE)
# "Half GPU (MIG 3g.47gb) — $1.40/hour"
_PART_LEADS: Final = re.compile(
    r"(?:^|[\s,;|(])(?P<part>half|third|quarter|full|whole)(?: of)?(?: an?| a)?[ -](?:v?GPU|card)\s*(?:\([^()]*\))?\s*[:=–—-]?\s*$",
    re.IGNORECASE,
)
_PARTS: Final = {"half": Decimal("0.5"), "third": round(Decimal(1) / 3, 10), "quarter": Decimal("0.25")}
_OF_GPUS: Final = re.compile(r"gpu|卡|card|chip|accelerator", re.IGNORECASE)
_WITHOUT_CENTS: Final = frozenset({"VND", "IDR", "KRW", "JPY"})


def _currency(amount: Amount, f: Field, by_kind: dict[str, Field], record: Record, page: PageFacts, d: Draft) -> str:
    printed = amount.currency
    if not printed and page.credit and counts_credits(f):
        d.reasons["currency"] = "stated"
        return page.credit
    if not printed or printed in ("$", "¥", "kr"):
        stated = stated_currency(f.title) or next(
            (c for kind in ("currency", "unit") if kind in by_kind and (c := stated_currency(by_kind[kind].text))), ""
        )
        stated = stated or next(
            (c for text in (*record.intro, *record.scope[:2]) if (c := stated_currency(text)) and len(c) == 3), ""
        )
        if stated and len(stated) == 3 and stated in _MAY_MEAN.get(printed, (stated,)):
            d.reasons["currency"] = "stated"
            return page.resolve(stated)
        printed = printed or stated
    if not printed and record.kind == "row" and pricing_model(f.title) is not None and not page.default:
        beside = {c for one in record.fields if is_priced_title(one.title) and (c := stated_currency(one.title))}
        printed = beside.pop() if len(beside) == 1 else ""
    return page.resolve(printed)


# A sign that several currencies share is none of another's: "$" below the switch "USD EUR" is no euro.
_MAY_MEAN: Final = {
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "BRL"),
    "¥": ("CNY", "JPY"),
    "kr": ("SEK", "NOK", "DKK"),
}

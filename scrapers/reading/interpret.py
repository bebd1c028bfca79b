"""Turns a record into drafts of offers: which field names the accelerator, which states prices, and what each buys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from scrapers.model import Availability, PriceStatus, PricingModel
from scrapers.reading import words
from scrapers.reading.accelerator_names import Mention, is_singular, mentions, stated_count
from scrapers.reading.amounts import (
    Amount,
    alike_in_other_currencies,
    bare_amount,
    find_amounts,
    find_rates,
    is_in_hundredths,
    stated_currency,
)  # fmt: skip
from scrapers.reading.field_kinds import NUMBER, SHARE, is_priced_title, kind_of
from scrapers.reading.grids import has_money
from scrapers.reading.line_kinds import is_sentence
from scrapers.reading.page_facts import PageFacts
from scrapers.reading.page_tree import PLACE
from scrapers.reading.records import Field, Record
from scrapers.reading.refusals import has_untitled_numbers, is_component, is_sold_out, not_sold, refusal
from scrapers.reading.units import (
    Rate,
    after_amount,
    band,
    before_amount,
    effective_from,
    is_floor,
    pricing_model,
    rate,
    rate_of_prose,
    says_floor,
    tax_of,
    term_months,
)  # fmt: skip

_GB: Final = re.compile(
    r"(?<![\w.])(?P<n>\d[\d,]*(?:\.\d+)?)\s*(?P<unit>TiB|TB|To|ТБ|GiB|GB|Go|ГБ|G)(?![A-Za-z/])", re.IGNORECASE
)
_VRAM: Final = re.compile(
    r"(?<![\w.])(\d{1,4}(?:\.\d+)?)\s?(?:GiB|GB|Go|ГБ|G)\s*(?:of\s+)?(?:VRAM|HBM\w*|GDDR\w*|GPU (?:memory|RAM)|显存|video)|(?:显存|VRAM|GPU memory)\s*[:：]?\s*(\d{1,4})\s?GB(?![\w/])",
    re.IGNORECASE,
)
_VCPUS: Final = re.compile(r"(?<![\w.])(\d{1,4}) v?CPUs?\b", re.IGNORECASE)
_RAM: Final = re.compile(r"(?<![\w.])(\d[\d,]*(?:\.\d+)? ?(?:TB|GiB|GB)) (?:of )?(?:system )?RAM\b", re.IGNORECASE)
_EACH: Final = re.compile(r"(?<![\w.])\d{1,2}\s*[x×*]\s*(?P<size>\d{1,3})\s*(?:GiB|GB|Go|ГБ|G)\b", re.IGNORECASE)
_BADGE: Final = re.compile(
    r"\s+(?:new|beta|popular|hot|sale|preview|promo|best value|most popular)!?$|\s+(?:余量\S{1,4}|已?售罄|有货|无货|缺货|库存\S{1,4})$|(?<=\d0)\s+PRO$",
    re.IGNORECASE,
)
_PLURAL: Final = re.compile(r"\b((?:GB|GH|[HBA])\d{2,3})s\b")
_PLAN: Final = re.compile(r"^(?:on-?demand|reserved|spot)\s+(?=\d|nvidia|amd|[a-z]+\d)", re.IGNORECASE)
_CPU_WORDS: Final = re.compile(
    r"\b(?:EPYC|Xeon|Ryzen|Threadripper|vCPUs?|CPUs?|RAM|cores|Genoa|Milan|Turin|NVMe|SSD)\b", re.IGNORECASE
)
_KEY: Final = re.compile(
    r"^(?:GPUs?|Graphics|Grafikkarte|Carte graphique|Видеокарта|显卡)\s?[:：]\s+(?=\S)", re.IGNORECASE
)
_SIZED: Final = re.compile(r"\d\s?GB?\b.*[+/,|]\s*\S*\s*$", re.IGNORECASE)  # "Dedicated 32 GB + RTX6000": the machine's
_EITHER: Final = re.compile(r"^[\s,]*(?:/|or|,|&|and|oder|ou|или)[\s,]*$", re.IGNORECASE)


@dataclass(slots=True, eq=False)
class Draft:
    """An amount read as a price, before the page as a whole has been looked at."""

    record: Record
    cell: Field
    amount: Amount
    label: str
    key: str  # the bare model
    count: Decimal | None
    rate: Rate
    model: PricingModel
    term: int | None
    currency: str  # ISO code, or "" where unknown
    is_floor: bool = False
    memory: str = ""
    memory_is_total: bool = False
    instance: str = ""
    region: str = ""
    availability: Availability = "unknown"
    starts: date | None = None
    product: str = ""
    band: str = ""
    title: str = ""
    is_per_machine: bool = False  # its words say so
    tax: str = ""  # "net" or "gross", where its words say so
    fallback: str = ""  # the page's unit of time, where a title with a duration makes it doubtful
    status: PriceStatus = "priced"  # else there is no amount
    reasons: dict[str, str] = field(default_factory=dict)  # what was read from where
    facts: dict[str, str] = field(default_factory=dict)  # vcpus, ram, disk, network as printed

    def describes_machine(self) -> bool:
        """Return whether the record states vCPUs or memory of a machine, and not per GPU."""
        return any(kind_of(f) in ("vcpu", "ram") and not words.PER_GPU.search(f.title) for f in self.record.fields)

    def is_titled(self) -> bool:
        """Return whether words right beside the amount say which price it is."""
        return self.reasons.get("model", "the heading") not in ("the heading", "above")

    def label_key(self) -> str:
        """Return the label without its number of GPUs: cards of one label differ only by how many there are."""
        return (
            re.sub(
                r"(?i)(?<![\w.])\d{1,4}\s?[x×*]\s?|\s?[x×*]\s?\d{1,4}(?![\w.])|\(?\d+x\)?|-?\s*\d+ gpus?",
                " ",
                self.label,
            )
            .strip()
            .upper()
        )

    def identity(self) -> tuple[object, ...]:
        """Return what makes the offer this one and no other."""
        gpus = (self.key, re.sub(r"\W+", " ", self.label).strip().upper(), self.count, self.memory)
        terms = (
            self.model,
            self.term,
            self.band,
            self.currency,
            self.rate.time,
        )
        return (*gpus, *terms, self.instance, self.region, self.product, self.starts)


@dataclass(slots=True, eq=False)
class Explained:
    """An amount that is no price of an accelerator, and why."""

    cell: Field
    amount: Amount
    reason: str


Reading = Draft | Explained


def stated_memory(record: Record) -> tuple[str, str] | None:
    """Return the label of a record and the memory that it states of one GPU, whether it has a price or not."""
    kinds = [(f, kind_of(f)) for f in record.fields]
    label = next((f.text for f, kind in kinds if kind == "label"), "")
    by_kind = {kind: f for f, kind in reversed(kinds)}
    memory, is_total = _memory(kinds, by_kind, None, None)
    return (label.upper(), memory) if label and memory and not is_total else None


def interpret(record: Record, page: PageFacts) -> Iterator[Reading]:
    """Yield each amount of a record, read as the price of an accelerator or explained.

    Of a card, an amount without a title is what the same amount with one is: cards repeat themselves for small screens.
    """
    readings = list(_readings(record, page))
    explained = {r.amount.value: r.reason for r in readings if isinstance(r, Explained)}
    for r in readings:
        if record.kind == "card" and isinstance(r, Draft) and not r.is_titled() and r.amount.value in explained:
            yield Explained(r.cell, r.amount, explained[r.amount.value])
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
    label_field, names = _label(record, kinds)
    other = not_sold(record, label_field)
    yield from (Explained(f, amount, _NO_TITLE) for f, amount in _numbers_like_prices(record, kinds, page))
    for f in priced:
        amounts = _amounts(f, page)
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
        for i, amount in enumerate(amounts):
            if i in copies:
                yield Explained(f, amount, "the same price in another currency")
                continue
            last = next(j for j in range(i, len(amounts)) if j + 1 not in copies)
            before, after = _around(f.text, amounts, i)[0], _around(f.text, amounts, last)[1]
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
                if _may_be_of_many(d, record):
                    yield Explained(f, amount, "unexplained: numbers without titles stand with it, perhaps of GPUs")
                else:
                    yield from _of_each_count(d)


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
        if kind == "other" and f.title and priced and re.search(r"\d[.,]\d\d$", f.text) and f.column >= 0:
            amount = bare_amount(f.text, page.decimal_comma)
            if amount and any(_NEAR[0] <= amount.value / value <= _NEAR[1] for value in priced):
                yield f, amount


_NEAR: Final = (Decimal("0.2"), Decimal(5))


_COUNTS: Final = re.compile(
    r"(?<![\w.])(?:\d{1,3}\s?[x×]?\s*(?:&|,|/|\+|and|or|und|et)\s*)+\d{1,3}\s?[x×]\s*", re.IGNORECASE
)


def _of_each_count(d: Draft) -> Iterator[Reading]:
    """Yield a draft for each number of GPUs of a label that states several, "2x & 4x MI300X", where its price is of one."""
    several = _COUNTS.search(d.label)
    if several is None:
        yield d
    elif not d.rate.is_per_gpu:
        yield Explained(d.cell, d.amount, "unexplained: several numbers of GPUs stand with it")
    else:
        label = f"{d.label[: several.start()]}{d.label[several.end() :]}".strip()
        for n in re.findall(r"\d+", several[0]):
            yield replace(d, label=label, count=Decimal(n), rate=replace(d.rate), reasons=dict(d.reasons))


_UNIT_LEADS: Final = re.compile(
    r"(?:(?:\bper|\bpro|\bpar|/)\s*\w+|\b\w+ly|\b(?:hour|day|week|month|year|minute))\s*[:：]\s*$", re.IGNORECASE
)
_UNIT_WORDS: Final = re.compile(
    r"^\s*\*{0,2}\s*(?:(?:/|\bper\b|\bp/|\bpro\b|\bpar\b|\bза\b|\bв\b|每)\s*(?:[\w·-]+(?:[\s-](?:hour|hours|hr|month))?\s*)\*{0,2}\s*){0,3}|^\s*(?:hourly|monthly|an hour|a month)",
    re.IGNORECASE,
)


def _around(text: str, amounts: list[Amount], i: int) -> tuple[str, str]:
    """Return the words that lead to an amount and those that follow it: between two amounts, the unit is the first's."""
    before = text[amounts[i - 1].end : amounts[i].start] if i else text[: amounts[0].start]
    if len(amounts) > 1 and _UNIT_LEADS.search(text[: amounts[0].start]):  # "per minute: €0.02 per day: €17.50"
        return before, text[amounts[i].end :] if i + 1 == len(amounts) else ""
    if i and (unit := _UNIT_WORDS.match(before)):
        before = before[unit.end() :]
    if i + 1 == len(amounts):
        return before, text[amounts[i].end :]
    after = text[amounts[i].end : amounts[i + 1].start]
    unit = _UNIT_WORDS.match(after)
    return before, after[: unit.end()] if unit and unit.end() else after


def _amounts(f: Field, page: PageFacts) -> list[Amount]:
    amounts = find_amounts(f.text, page.decimal_comma)
    taken = [(a.start, a.end) for a in amounts]
    amounts += [
        r for r in find_rates(f.text, page.decimal_comma) if not any(s < r.end and r.start < e for s, e in taken)
    ]
    if not amounts and (bare := bare_amount(f.text, page.decimal_comma)):
        is_in_cents = f.is_price is None and is_in_hundredths(f.title)
        amounts = [replace(bare, value=bare.value / 100) if is_in_cents else bare]
    return sorted(amounts, key=lambda a: a.start)


def _label(record: Record, kinds: list[tuple[Field, str]]) -> tuple[Field | None, tuple[Mention, ...]]:
    """Return the field that names the accelerator, and the names: of a row, else of the nearest heading."""
    order = [f for f, kind in kinds if kind == "label" and words.LABEL.search(f.title)]
    order.sort(key=lambda f: not is_singular(f.text))  # "NVIDIA A30 24 GB" says more than "GL20-1-A30"
    order.sort(
        key=lambda f: (
            f.title == "gpu" and record.kind == "card" and not mentions(f.text, is_label=True)[0].name[:1].isalpha()
        )
    )
    if (
        record.kind == "card"
        and len(order) > 1
        and mentions(order[1].text)
        and mentions(order[1].text)[0].key == mentions(order[0].text, is_label=True)[0].key
    ):
        order[0], order[1] = order[1], order[0]  # the card's own line on its GPU says more than its title
    order += [f for f, kind in kinds if kind == "label" and f not in order]
    order += [
        f
        for f, kind in kinds
        if kind in ("instance", "other", "provider")
        and f not in order
        and not (len(f.text) > 100 and is_sentence(f.text))
    ]
    order = [f for f in order if not f.text.rstrip().endswith(("?", "？"))]  # a question names no offer
    if record.kind == "card":
        order.sort(key=lambda f: not is_singular(f.text))
    for f in order:
        names = mentions(f.text, is_label=True)
        if names:
            if record.kind == "row" and not is_singular(f.text):
                f = next((one for one in order if _says_it_in_words(one, names[0].key)), f)
            return f, _distinct(f.text, mentions(f.text, is_label=True))
    for f, kind in kinds:  # "$2.49 / H100 / hr", and columns that are named for an accelerator
        if kind == "price" and (names := mentions(f.text) or mentions(f.title)) and len({n.key for n in names}) == 1:
            return f, names[:1]
    if any(_OF_CPUS.search(f.title) for f in record.fields):
        return None, ()
    for text in (record.heading, *record.scope[:3]):
        names = mentions(text)
        if not names and text and any(pattern.search(text) for _, pattern in words.NOT_SOLD_HERE):
            break  # the section sells something else, whatever the page is about
        if names and len({n.key for n in names}) == 1:
            return Field("heading", text), names[:1]
    return None, ()


def _says_it_in_words(f: Field, key: str) -> bool:
    """Return whether a field names an accelerator outside of a type's name: "2 x A100-80GB GPU" for "gpu.2xa100"."""
    names = mentions(f.text, is_label=True)
    return bool(names) and names[0].key == key and " " in f.text.strip() and is_singular(f.text) and len(f.text) < 100


_OF_CPUS: Final = re.compile(
    r"\bCPU[- ](?:only|instances?|machines?|servers?|vms?|plans?|flavou?rs?|types?)\b", re.IGNORECASE
)


def _distinct(text: str, names: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """Return one mention for each accelerator of a label: two, where it prices either ("RTX A6000/A40")."""
    first = names[0]
    others = [n for n in names[1:] if n.key != first.key and first.key not in n.key and n.key not in first.key]
    if not others:
        return names[:1]
    chosen = [first]
    for n in names[1:]:
        if n in others and _EITHER.match(text[chosen[-1].end : n.start].replace("NVIDIA", "").replace("AMD", "")):
            chosen.append(n)
    return tuple(chosen) if len(chosen) > 1 else names[:1]


def _may_be_of_many(d: Draft, record: Record) -> bool:
    """Return whether a price in a card may be of more GPUs than one: nothing says per GPU, and numbers stand untitled."""
    is_said = d.rate.is_per_gpu and d.reasons.get("per GPU") != "the page"
    return record.kind == "card" and d.count is None and not is_said and has_untitled_numbers(record)


def _draft(
    record: Record, kinds: list[tuple[Field, str]], f: Field, amount: Amount, before: str, after: str,
    name: Mention, is_one_of_several: bool, label_field: Field | None, page: PageFacts,
) -> Draft:  # fmt: skip
    by_kind = {kind: one for one, kind in reversed(kinds)}
    if counts := [
        one
        for one, kind in kinds
        if kind == "count" and re.search(r"gpu|卡|card|chip|accelerator", one.title, re.IGNORECASE)
    ]:
        # "num_gpus" counts what "gpu_frac" only sets against the whole machine.
        by_kind["count"] = next((one for one in counts if NUMBER.match(one.text)), counts[0])
    by_kind.pop("instance", None)
    if named := [one for one, kind in kinds if kind == "instance" and re.search(r"[^\W\d_]", one.text)]:
        by_kind["instance"] = named[0]  # a column of numbers ("Nodes") names nothing
    own = f"{before_amount(before)} | {after_amount(after)}"
    note = _note_of(f, amount, page)
    label = _label_text(label_field, name, is_one_of_several)
    d = Draft(record, f, amount, label, name.key, None, Rate(), "on_demand", None, "", title=f.title)
    is_of_one = re.search(r"\bsingle[- ]gpu\b", f.title, re.IGNORECASE)
    d.count = Decimal(1) if is_of_one else _count(by_kind, name, f, label_field, record)
    if name.count is not None and d.count != name.count:
        d.label = re.sub(r"\s*\b\d{1,3}\s?[x×*]\s*", " ", d.label).strip()  # boards of several GPUs
    d.rate = _rate(record, by_kind, f, after, before, page, d)
    _commitment(record, kinds, by_kind, f, own, note, d)
    d.currency = _currency(amount, f, by_kind, record, page, d)
    if d.currency in _WITHOUT_CENTS and re.fullmatch(r"\d{1,3}(?:\.\d{3})+", f.text.strip(" \t₫đ₩¥￥Rp")):
        d.amount = replace(amount, value=Decimal(re.sub(r"\D", "", f.text)))  # "20.000" dong are twenty thousand
    d.is_floor = is_floor(before, after) or says_floor(f.title)
    d.memory, d.memory_is_total = _memory(kinds, by_kind, label_field, d.count)
    d.instance = by_kind["instance"].text if "instance" in by_kind and by_kind["instance"] is not label_field else ""
    other_label = next(
        (one for one, kind in kinds if kind == "label" and one is not label_field and words.INSTANCE.search(one.title)),
        None,
    )
    d.instance = d.instance or (other_label.text if other_label else "")
    if (
        record.kind == "object"
        and label_field is not None
        and re.search(r"\b(?:name|title)$", label_field.title, re.IGNORECASE)
    ):
        d.instance = ""  # the object's own name is what its accelerator stands in
    if (
        record.kind == "card"
        and not d.instance
        and kinds
        and kinds[0][1] == "label"
        and kinds[0][0] is not label_field
        and len(kinds[0][0].text) < 60
    ):
        d.instance = kinds[0][0].text
    if not re.search(r"[^\W\d_]", d.instance):
        d.instance = ""  # a number names nothing
    d.region = (
        by_kind["region"].text
        if "region" in by_kind
        else next((hit["place"] for text in record.scope if (hit := PLACE.match(text))), "")
    )
    d.availability = _availability(kinds, f)
    d.tax = tax_of(f.text, amount, f.title)
    d.starts = effective_from(f"{f.title} {f.text}")
    d.product = "endpoint" if re.search(r"\binference\b", f.title, re.IGNORECASE) else _product(record)
    d.facts = {
        kind: by_kind[kind].text
        for kind in ("vcpu", "ram", "disk", "network")
        if kind in by_kind
        and not words.PER_GPU.search(by_kind[kind].title)
        and not (kind == "ram" and d.memory == by_kind[kind].text)
    }
    if record.kind != "row":
        for kind, pattern in (("vcpu", _VCPUS), ("ram", _RAM)):
            if kind not in d.facts and (
                hits := [hit for one, k in kinds if k != "price" and (hit := pattern.search(one.text))]
            ):
                d.facts[kind] = hits[0][1]
    return d


_UNIT_OF_LABEL: Final = re.compile(
    r"\s*[,(]?\s*(?:/|\bper\b|\bpro\b|\bpar\b)\s*(?:gpu|card|node)?[-\s/]*(?:hours?|hr|h|months?|stunde|heure|mois)\)?\s*$",
    re.IGNORECASE,
)
_NOISE: Final = re.compile(
    r"[+,&|•·-]?\s*\d[\d.,]*\s*(?:[TGM]b(?:it)?/?p?s|[TGM]b/s)\b(?:\s*(?:infiniband|ethernet|network\w*|IB))?|\bWindows\b",
    re.IGNORECASE,
)


def _label_text(label_field: Field | None, name: Mention, is_one_of_several: bool) -> str:
    text = plain = _PLURAL.sub(r"\1", name.name)
    if label_field:
        text = _NOISE.sub(" ", _UNIT_OF_LABEL.sub("", _KEY.sub("", label_field.text)))
        text = _PLAN.sub("", _BADGE.sub("", _PLURAL.sub(r"\1", text).strip()))
    if not name.name[:1].isalpha():
        text = text.replace(name.name, f"RTX {name.name}", 1)  # "4090": the line is left out
    lead = label_field.text[: name.start] if label_field else ""
    if is_one_of_several or has_money(text) or len(text) > 70 or _CPU_WORDS.search(text) or _SIZED.search(lead):
        return f"{name.count}x {plain}" if name.count else plain
    return text


def _count(
    by_kind: dict[str, Field], name: Mention, f: Field, label_field: Field | None, record: Record
) -> Decimal | None:
    stated = (
        next(
            (
                c
                for one in record.fields
                if one is not f and len(one.text) < 100 and not has_money(one.text)
                for m in mentions(one.text, is_label=True)
                if m.key == name.key and (c := m.count)
            ),
            None,
        )
        if record.kind != "card"
        else name.count
    )
    boards = name.count if name.count is not None else stated
    if boards and "count" in by_kind and (hit := NUMBER.match(by_kind["count"].text)):
        gpus = _ON_A_BOARD.get(name.key, 1) * int(boards)
        if gpus == int(hit["n"]):
            return Decimal(gpus)
    # "8x H100": a column of numbers beside it is of what one must take.
    if name.count is not None or stated is not None:
        return Decimal(name.count if name.count is not None else stated or 1)
    if "count" in by_kind and (hit := SHARE.match(by_kind["count"].text)):
        share = Fraction(hit["c"]) if hit["b"] is None else Fraction(int(hit["a"]), max(1, int(hit["b"])))
        return round(Decimal(share.numerator) / share.denominator, 10)
    if "count" in by_kind and (hit := NUMBER.match(by_kind["count"].text)):
        return Decimal(hit["n"])
    for one in record.fields:  # "Shared (1/2 GPU)"
        if one is not f and len(one.text) < 60 and (part := _SHARE_OF_ONE.search(one.text)):
            return round(Decimal(1) / int(part["parts"]), 10)
    texts = [
        label_field.text if label_field and len(label_field.text) < 100 else "",
        by_kind["instance"].text if "instance" in by_kind else "",
    ]
    texts += [f.title, *(one.text for one in record.fields if not one.title and len(one.text) < 60)]
    texts += [one.text for one in record.fields if one.title and kind_of(one) == "other" and len(one.text) < 160]
    texts += [
        one.text
        for one in record.fields
        if one.title and words.LABEL.search(one.title) and one is not label_field and len(one.text) < 100
    ]
    # The label of a tab ("8x") or a heading that numbers GPUs.
    texts += [text for text in record.scope[:2] if _OF_TAB.fullmatch(text)]
    return next((count for text in texts if text and (count := stated_count(text)) is not None), None)


_WITHOUT_CENTS: Final = frozenset({"VND", "IDR", "KRW", "JPY"})
_SHARE_OF_ONE: Final = re.compile(
    r"(?<![\d./])1/(?P<parts>[2-9]|1\d|2\d)\s*(?:of (?:an? |one )?)?(?:v?GPU|card|卡)", re.IGNORECASE
)
_ON_A_BOARD: Final = {"K80": 2, "M60": 2, "K10": 2, "A16": 4, "M10": 4}
_OF_TAB: Final = re.compile(r"\s*\d{1,4}\s?[x×]\s*(?:gpus?)?\s*|.*\b\d{1,4}\s?[x×-]\s?gpus?\b.*", re.IGNORECASE)


def _rate(
    record: Record, by_kind: dict[str, Field], f: Field, after: str, before: str, page: PageFacts, d: Draft
) -> Rate:
    """Return what the amount buys, from the nearest words that say so; the page's own habit last."""
    unit_field = by_kind["unit"].text if "unit" in by_kind else ""
    label_field = next((one for one in record.fields if one is not f and mentions(one.text)), None)
    texts = [
        ("the amount", after_amount(after)),
        ("the amount", before_amount(before)),
        ("the title", f.title),
        ("the unit", unit_field),
        *(("the row", one.text) for one in record.fields if one is not f and record.kind == "row" and _is_time(one)),
        (
            "the label",
            label_field.text if label_field and record.kind == "row" and len(label_field.text) <= 120 else "",
        ),
    ]
    texts += (
        [
            ("another title", one.title)
            for one in record.fields
            if one is not f and is_priced_title(one.title) and one.column >= 0 and not words.DURATION.search(f.title)
        ]
        if record.kind == "row"
        else []
    )
    if record.kind == "object" and words.SPOT.search(f.title):  # "min_bid" beside "dph_total"
        texts += [("another title", one.title) for one in record.fields if one is not f and kind_of(one) == "price"]
    if record.kind == "card":
        texts += [
            ("the card", one.text)
            for one in record.fields
            if one is not f
            and not has_money(one.text)
            and len(one.text) < 60
            and re.search(r"/|\bper\b|hourly|每", one.text)
        ]
    texts += [("above", text) for text in record.intro] + [("the heading", text) for text in record.scope]
    time, where, per_gpu, per_machine = "", "", False, False
    for place, text in texts:
        is_prose = place == "above" or (place == "the label" and len(text) > 60)
        read = rate_of_prose(text) if is_prose else rate(text)
        if read.other and not read.is_per_gpu and place in ("above", "the heading"):
            continue  # of a disk, say
        if not time and read.time and not (place == "the heading" and read.time != "hour"):
            time, where = read.time, place
        per_machine |= read.is_per_machine and not read.is_per_gpu and not per_gpu and place != "another title"
        if read.is_per_gpu and not per_machine and place != "another title":
            per_gpu = True
            d.reasons["per GPU"] = place
    if not time and words.DURATION.search(f.title) and words.TOTAL.search(f.title):
        time, where = "term", "the title"
    if not time and page.time and words.DURATION.search(f"{f.title} {before}"):
        d.fallback = page.time  # "1 month": its size may say that it is a total
    elif not time and page.time:
        time, where = page.time, "the page"
    d.is_per_machine = per_machine
    if record.kind == "object" and not per_gpu and not per_machine and _describes_one(record):
        per_gpu, d.reasons["per GPU"] = True, "its other figures are per GPU"
    if not per_gpu and not per_machine and page.is_per_gpu and not rate(f"{after_amount(after)} {f.title}").time:
        per_gpu = True
        d.reasons["per GPU"] = "the page"
    d.reasons["unit"] = where
    return Rate(time, per_gpu)


def _is_time(f: Field) -> bool:
    """Return whether a cell is nothing but a unit of time: "Weekly", "per hour"."""
    return len(f.text) <= _SHORT and _TIME_CELL.fullmatch(f.text) is not None


_SHORT: Final = 20  # characters
_TIME_CELL: Final = re.compile(
    r"\s*(?:(?:per|pro|par|за|в|1|a|an)\s+)?"
    r"(?:hour(?:ly)?|stunde|stündlich|heure|час|почасов\w+|小时|時間|dai?ly|day|tag|täglich|jour|день|сутки|天|日"
    r"|week(?:ly)?|woche|wöchentlich|semaine|недел[яю]|周|週|month(?:ly)?|monat(?:lich)?|mois|mensuel|месяц|月)\s*",
    re.IGNORECASE,
)


_MARK: Final = re.compile(r"^(?:\s*(?:/|per\b)\s*[\w/-]+){0,3}\s*(?P<mark>\*{1,3}|[†‡¹²³⁴])")
_MARKED: Final = re.compile(r"(?P<mark>\*{1,3}|[†‡¹²³⁴])\s*$")
# A footnote that speaks of other offers, or of what may become cheaper, says nothing of this price.
_ASIDE: Final = re.compile(
    r"\b(?:also|additional\w*|available (?:with|on|for|at)|discounts?|contact|up to|lower|further|may|optional|no|without)\b",
    re.IGNORECASE,
)


def _note_of(f: Field, amount: Amount, page: PageFacts) -> str:
    """Return the footnote that an amount, or the title above it, is marked with, where it states a commitment or spot."""
    hit = _MARK.match(f.text[amount.end :]) or _MARKED.search(f.title)
    marks = [hit["mark"]] if hit else []
    if len(find_amounts(f.text)) <= 1:
        marks += [mark for line in f.lines for mark in line.notes]
    note = next((page.notes[mark] for mark in marks if mark in page.notes), "")
    model = pricing_model(note)
    has_term = words.RESERVED.search(note) and (term_months(note) is not None or band(note) != "")
    says = model == "spot" or (model == "reserved" and has_term)
    return note if says and not _ASIDE.search(note) else ""


def _describes_one(record: Record) -> bool:
    """Return whether data states the vCPUs and memory that come with each GPU, and not those of a machine."""
    facts = [f for f in record.fields if kind_of(f) in ("vcpu", "ram")]
    return len(facts) >= _ENOUGH and all(words.PER_GPU.search(f.title) for f in facts)


_ENOUGH: Final = 2


def _commitment(
    record: Record, kinds: list[tuple[Field, str]], by_kind: dict[str, Field], f: Field, own: str, note: str, d: Draft
) -> None:
    """Set pricing model and term, from the nearest words that name them."""
    beside = [("a footnote", note)] if note else []
    beside += [("the amount", own), ("the title", f.title)]
    beside += [("the term", by_kind["term"].text)] if "term" in by_kind else []
    beside += [
        ("the row", one.text)
        for one, kind in kinds
        if kind in ("instance", "label", "other", "availability")
        and len(one.text) < (80 if one.title or kind != "other" else 32)
        and not _is_prose(one.text)
        and not has_money(one.text)
        and not words.SALES.search(one.text)  # of another offer, which has no price
    ]
    beside += [
        ("the row", piece)
        for one, kind in kinds
        if kind == "label" and _is_prose(one.text) and len(one.text) <= 120 and not has_money(one.text)
        for piece in re.split(r"[,;|()]", one.text)[1:]
        if len(piece) < 32
    ]
    beside += [("the heading", text) for text in record.scope] + [("above", text) for text in record.intro]
    for place, text in beside:
        model = pricing_model(text)
        if (
            model is None
            or (place in ("the row", "above") and model == "reserved" and not words.RESERVED.search(text))
            or (place == "the heading" and model == "reserved" and not words.RESERVED.search(text))
        ):
            continue
        if (
            place == "above"
            and len(
                {m for m in (words.SPOT.search(text), words.ON_DEMAND.search(text), words.RESERVED.search(text)) if m}
            )
            > 1
        ):
            continue
        d.model, d.reasons["model"] = model, place
        break
    longer = rate(f.title).time
    if (
        longer in ("month", "year")
        and d.rate.time == "hour"
        and not words.DURATION.search(f.title)
        and rate(own).time == "hour"
    ):
        d.model, d.term, d.reasons["model"] = "reserved", {"month": 1, "year": 12}[longer], "the title"
        return
    if "term" in by_kind and "model" not in d.reasons and words.DURATION.search(by_kind["term"].text):
        d.model, d.reasons["model"] = "reserved", "the term"
    if d.model == "reserved":
        for _, text in beside:
            if (months := term_months(text)) is not None or band(text):
                d.term, d.band = months, "" if months else band(text)
                return
        if record.kind == "card":  # a sentence of the card may say for how long
            terms = {term_months(one.text) for one in record.fields if words.RESERVED.search(one.text)} - {None}
            d.term = terms.pop() if len(terms) == 1 else None


def _is_prose(text: str) -> bool:
    return len(text.split()) > 6 or len(re.findall(r"[\u3040-\u30ff\u4e00-\u9fff]", text)) > 10


def _currency(amount: Amount, f: Field, by_kind: dict[str, Field], record: Record, page: PageFacts, d: Draft) -> str:
    printed = amount.currency
    if not printed or printed in ("$", "¥", "kr"):
        stated = stated_currency(f.title) or next(
            (c for kind in ("currency", "unit") if kind in by_kind and (c := stated_currency(by_kind[kind].text))), ""
        )
        stated = stated or next(
            (c for text in (*record.intro, *record.scope[:2]) if (c := stated_currency(text)) and len(c) == 3), ""
        )
        if stated and len(stated) == 3:
            d.reasons["currency"] = "stated"
            return stated
        printed = printed or stated
    return page.resolve(printed)


def _memory(
    kinds: list[tuple[Field, str]], by_kind: dict[str, Field], label_field: Field | None, count: Decimal | None
) -> tuple[str, bool]:
    if "vram" in by_kind and (_GB.search(by_kind["vram"].text) or re.fullmatch(r"\s*[\d,.]+\s*", by_kind["vram"].text)):
        f = by_kind["vram"]
        if each := _EACH.search(f.text):
            return f"{each['size']} GB", False
        text = (
            _with_unit(f.text)
            if re.fullmatch(r"\s*[\d,.]+\s*", f.text)
            else re.sub(r"(?<=\d)\s*(?:Go|ГБ)\b", " GB", f.text)
        )
        return text, bool(re.search(r"total|gesamt|合计|总", f.title, re.IGNORECASE))
    for f, kind in kinds:
        if (
            kind in ("other", "label", "price", "instance")
            and (hit := _VRAM.search(f.text))
            and not (label_field is f and kind == "label")
        ):
            return f"{hit[1] or hit[2]} GB", False
    bare = [
        f.text
        for f, kind in kinds
        if kind == "other" and re.fullmatch(r"\s*\d{1,3}\s?GB\s*", f.text, re.IGNORECASE) and not f.title
    ]
    if len(bare) == 1:
        return bare[0], False
    if (
        "ram" in by_kind
        and "vcpu" not in by_kind
        and re.fullmatch(r"\s*(?:gpu )?memory\s*", by_kind["ram"].title, re.IGNORECASE)
    ):
        return by_kind["ram"].text, count is not None and count > 1
    return "", False


def _with_unit(number: str) -> str:
    """Return a size without a unit with the one that its length tells: GB, MiB, or bytes as GB."""
    digits = re.sub(r"\D", "", number.partition(".")[0]) or "0"
    if len(digits) >= _FEWEST_OF_BYTES:
        return f"{int(digits[:20]) // 2**30} GB"
    return f"{number.strip()} {'MiB' if int(digits) > _MOST_GB else 'GB'}"


_MOST_GB: Final = 3000  # of GPUs together
_FEWEST_OF_BYTES: Final = 9  # digits
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|_")  # "InStock", "out_of_stock"


def _availability(kinds: list[tuple[Field, str]], f: Field) -> Availability:
    texts = [_CAMEL.sub(" ", one.text.rpartition("/")[2]) for one, kind in kinds if kind == "availability"] + [f.text]
    texts += [one.text for one, kind in kinds if kind in ("other", "label") and len(one.text) < 40]
    for text in texts:
        for state, pattern in words.STATES:
            if pattern.search(text):
                return state  # type: ignore[return-value]
    return "unknown"


def _product(record: Record) -> str:
    """Return what the section sells: an endpoint where any of its headings says so, else by the nearest that says it.

    A heading that lists several products says nothing of one of them.
    """
    single = [text for text in record.scope[:6] if not re.search(r",|&|\band\b|\bund\b|\bet\b|\bи\b|和|、", text)]
    for kinds in (words.PRODUCTS[:2], words.PRODUCTS[2:]):
        for text in single:
            for product, pattern in kinds:
                if pattern.search(text):
                    return product
    return ""

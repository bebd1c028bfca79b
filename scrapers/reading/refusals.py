"""Says why an amount is no price of an accelerator: what else it is, or why nobody can say."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from scrapers.reading import words
from scrapers.reading.accelerator_names import Mention, is_list_of_cards, mentions
from scrapers.reading.amounts import Amount, find_amounts, stated_currency
from scrapers.reading.field_kinds import is_priced_title, kind_of
from scrapers.reading.line_kinds import is_sentence
from scrapers.reading.meaning.record_amounts import words_around
from scrapers.reading.other_providers import (
    charged_by,
    compares,
    is_other_provider,
    is_own,
    named_behind,
    named_beside,
    other_provider,
    other_provider_before,
    seller_in_data,
)
from scrapers.reading.page_facts import PageFacts
from scrapers.reading.records import AS_ABOVE, Field, Record
from scrapers.reading.refused_frames import (
    Frame,
    is_conditional,
    is_for_a_group,
    is_of_a_cost,
    is_of_a_shop,
    is_of_tokens,
    is_paid_once,
    refusal_of,
    result_of,
    title_a_plan,
    titles_of_groups,
    without_rebate,
)
from scrapers.reading.units import after_amount, before_amount, is_floor, not_a_price, pricing_model, rate

_MOST_NAMES: Final = 2  # that one price is printed for; a longer list is a choice: "T4, L4, V100 or A100"


def not_sold(record: Record, label: Field | None) -> str:
    """Return what a record is of that is no accelerator, or ""."""
    if label is not None:
        return ""
    if any(f.column == 0 and f.text == AS_ABOVE for f in record.fields):
        return "unexplained: it may be of the accelerator in the row above"
    texts = (
        [f.text for f in record.fields if len(f.text) < 80] + [f.title for f in record.fields] + list(record.scope[:3])
    )
    for text in texts:
        for reason, pattern in words.NOT_SOLD_HERE:
            if pattern.search(text):
                return _UNKNOWN if _counts_gpus(record) else reason
    if any(mentions(f.text) for f in record.fields):
        return "unexplained: several accelerators are named with it"
    if _counts_gpus(record):
        return _UNKNOWN
    if any(_BRAND.search(f.text) or _GPU_MACHINE.search(f.text) for f in record.fields if len(f.text) < 60):
        return _UNKNOWN
    return NAMELESS


NAMELESS: Final = "no accelerator is named with it"
_UNKNOWN: Final = "unexplained: an accelerator of an unknown name"


def _counts_gpus(record: Record) -> bool:
    """Return whether a field states that the machine has GPUs, whatever their name."""
    return any(
        kind_of(f) == "count" and words.GPU.search(f.title) and re.match(r"\s*[1-9]", f.text) for f in record.fields
    )


# Makers and lines: with them stands a name that no pattern knows yet.
_BRAND: Final = re.compile(
    r"\b(?:nvidia|geforce|rtx|gtx|quadro|tesla|radeon|instinct|vgpu)\b(?!\s*(?:ai enterprise|nim|omniverse|gpus?\b))",
    re.IGNORECASE,
)


# Machine types that have accelerators, which their names do not tell.
_GPU_MACHINE: Final = re.compile(
    r"(?<![^\W_])(?:[a-z]\d-\w*gpu-\d+g|g\d-standard-\d+|(?:ml\.)?(?:p\d\w{0,4}|g[3-9]\w{0,3}|gr6\w?|trn\d\w?|inf\d)\.\d{0,3}x?(?:large|metal)|(?:Standard_)?N[CDGPV]\d+\w*[ _]\w*[ _]?v\d|(?:VM|BM)\.GPU\w*\.[\w.]+)(?!\w)",
    re.IGNORECASE,
)


def refusal(
    f: Field, amount: Amount, before: str, after: str, names: tuple[Mention, ...], other: str, record: Record,
    label: Field | None, page: PageFacts,
) -> str:  # fmt: skip
    """Return why an amount is no price of the accelerators that its record names, or "".

    before, after: the words around it in its field; other: what the record is of where it names no accelerator;
    label: the field that names the accelerator.
    """
    if amount.fault:
        return amount.fault
    if reason := not_a_price(before, after):
        return reason
    of_cell = _of_cell(f.text)
    if page.is_shop and of_cell != _MARKET and _INSTALMENT.search(f.text[amount.start :]):
        return _INSTALMENTS
    if of_cell:
        return of_cell
    if record.kind == "card":
        for text in (*record.scope[:4], *(text for line in f.lines[:1] for _, text in line.headings)):
            if _EXAMPLE.search(text) and not mentions(text) and not (_CALCULATOR.search(text) and mentions(f.text)):
                is_rate = (
                    bool(names) and label is not f and rate(after_amount(after)).time == "hour" and len(f.text) < _SHORT
                )
                return f"{'unexplained: ' if is_rate else ''}an example or a calculation"
    if record.kind == "object" and (reason := next((why for key in record.scope[:3] if (why := _of_key(key))), "")):
        return reason
    if record.kind == "object" and any(
        "Windows" in one.text and re.search(r"\bWindows\b", one.text) and len(one.text) < 120 for one in record.fields
    ):
        return "a price with a licence for Windows"
    marks = [_marks_of(one.text) for one in record.fields]
    if record.kind == "row" and (_is_windows(f.title) or any(one.is_windows for one in marks)):
        return "a price with a licence for Windows"
    if any(one.is_on_premises for one in marks):
        return "a machine in the customer's own data center"
    unit = rate(after_amount(after))
    if unit.other and not unit.is_per_gpu:
        return f"a price per {unit.other}"
    if not names:
        return other
    if label is not None and (reason := _of_label(label.text, record.kind)):
        return reason
    if (
        label is not None
        and label is not f
        and _names_another(f.text[max(0, amount.start - _FAR) : amount.start], names)
    ):
        return "unexplained: its own words name another accelerator"
    if any(map(_is_of_colocation, record.scope[:1])):
        return "a price of colocation"
    if any(map(_is_of_licences, record.scope[:2])):
        return "a price of a licence"
    if record.kind == "row" and (label is None or label.title == "heading") and any(map(_is_part, record.fields)):
        return "a price of another part of the machine"
    others = tuple(one.title for one in record.fields if one is not f)
    scope, lead = record.scope[:3], before_amount(before)
    above = next((text for line in f.lines[:1] for _, text in line.headings[-1:]), "")
    is_hourly = record.kind == "object" and is_of_a_shop(f.title) and _is_by_the_hour(record)
    if reason := refusal_of(Frame(record.kind, f.title, others, record.heading, scope, above, is_hourly)):
        return reason
    is_bare = record.kind == "row" and not (unit.time or unit.is_per_gpu)
    if is_bare and (reason := result_of(f.title, others) or _of_a_while(f, record)):
        return reason
    is_of_many = (
        _marks_of(f.title).has_volume
        or _MANY_NODES.search(f.title) is not None
        or any(mark.is_volume for one, mark in zip(record.fields, marks, strict=True) if one is not f)
    )
    if is_conditional(f"{without_rebate(f.title)} {lead}") or is_of_many:
        return "a price on a condition"
    if is_for_a_group(f.title, scope[:1]):
        return _FOR_A_GROUP
    groups = titles_of_groups(others) | titles_of_groups((f.title,))
    if groups and any(words.GROUPS.search(one.text) for one in record.fields if one.title in groups):
        return _FOR_A_GROUP
    if label is not None and len(names) > 1 and (reason := _of_several(names, label, record)):
        return reason
    is_of_plan = unit.time in ("month", "year") and any(map(_is_a_plan, record.fields))
    if is_of_plan and len(names) > 1:
        return "unexplained: a subscription to a plan, with a choice of accelerators"
    is_plan = unit.time in ("month", "year") and any(_INCLUDED.search(one.text) for one in record.fields)
    if is_plan or title_a_plan(others):
        return "a plan's price, with hours or credits in it"
    if is_of_plan and not any(map(_is_of_machine, record.fields)):
        return "unexplained: a subscription to a plan, nothing says that the accelerator is one's own"
    if not amount.currency and not (page.credit and counts_credits(f)) and _counts_no_money(f, record):
        return "an amount of something else than money"
    if record.kind == "row" and not amount.currency and f.text.strip().isdigit() and _has_signs(f, record):
        return "unexplained: a whole number without a currency, beside amounts with one"
    of_title = rate(f.title)
    if not unit.time and of_title.other and not of_title.is_per_gpu:
        return f"a price per {of_title.other}"
    is_link = unit.is_per_gpu and words.INTERCONNECT.search(lead)  # "InfiniBand: $2.49/GPU/hr"
    if (is_component(f"{lead} price") and not is_link) or (record.kind == "row" and is_component(f.title)):
        return "a price of another part of the machine"
    if record.kind == "card" and not rate(f.text).time and mentions(f.text) and is_floor(before, after):
        return "a bound in a line that says no unit"
    if _TAXED.search(after) and len(find_amounts(f.text)) > 1:
        return "the same price with tax"
    if record.kind == "card" and (seller := charged_by(before, page.own)):
        return f"a price of {seller}, in a comparison"
    if not mentions(lead) and record.kind == "card":
        for reason, pattern in words.NOT_SOLD_HERE[:6]:
            if pattern.search(lead) and not words.GPU.search(lead):
                return reason
        is_open = not mentions(f.text) and not f.title and not words.PRICE.search(f.text) and not _lists_models(f.text)
        if is_sentence(f.text) and is_open:
            says_hour = unit.time == "hour" or unit.is_per_gpu
            may_be = says_hour or (unit.time == "month" and pricing_model(f.text) == "reserved" and _names_term(f.text))
            return f"{'unexplained: ' if may_be else ''}in a sentence that names no price of it"
    if record.kind == "row" and _SHARED.fullmatch(f.title):
        return "unexplained: a price of a GPU that is shared, nobody says by how many"
    if _DAYS.search(f.title):
        is_beside = any(rate(title).time == "hour" for title in others)
        return f"{'' if is_beside else 'unexplained: '}a price for a number of days that is no month"
    if is_paid_once(f"{f.title} {lead}"):
        return "a fee paid once"
    if amount.value == 0:
        return "an amount of zero"
    if is_of_tokens(f.title, scope[:1]):
        return "a price of tokens or requests"
    return _of_another(f, before, after, record, label, page)


_DAYS: Final = re.compile(r"(?:/|\bper\b|\bfor\b)\s*(?:[2-9]|1\d|2[0-9])[ -]days?\b", re.IGNORECASE)
_SHARED: Final = re.compile(r"\s*(?:time[- ]?)?shared(?: gpus?)?\s*", re.IGNORECASE)
_MARKET: Final = "a figure of a market, not a provider's price"
_INSTALMENTS: Final = "an instalment of a purchase"
_FOR_A_GROUP: Final = "a price for a group of customers"


@lru_cache(maxsize=16_384)
def _of_cell(text: str) -> str:
    """Return why the words of an amount's own cell make it no price, or ""."""
    if _TREND.search(text):
        return _MARKET
    if _FINANCED.search(text):
        return _INSTALMENTS
    return "an example or a calculation" if _ESTIMATE.match(text) else ""


def _of_a_while(f: Field, record: Record) -> str:
    """Return why an amount whose title names no time is of the time that the row states beside it; "" if it is not."""
    lasting = [one.text for one in record.fields if one is not f and _is_a_while(one.title, one.text)]
    if not lasting or rate(f.title).time:
        return ""
    if not all(map(_IS_AN_HOUR.fullmatch, lasting)):
        return "what a job costs" if is_of_a_cost(f.title) else _OF_THE_WHILE
    return _OF_THE_WHILE if is_of_a_cost(f.title) else ""


_OF_THE_WHILE: Final = "unexplained: a price for the time stated beside it"


@lru_cache(maxsize=16_384)
def _is_a_while(title: str, text: str) -> bool:
    """Return whether a field says how long something runs: "Duration: 10 min", "~2 h"."""
    return _LASTS.fullmatch(title) is not None and _WHILE.fullmatch(text) is not None


_LASTS: Final = re.compile(
    r"\W*(?:(?:expected|est\w*\.?|avg\.?|average|typical|total|train(?:ing)?|run) )?(?:duration|time|runtime|elapsed|dauer|laufzeit|durée|duración|длительность|время)\W*|\W*(?:时长|耗时|時間|训练时间|運行時間)\W*",
    re.IGNORECASE,
)
_WHILE: Final = re.compile(
    r"\W*\d+(?:\.\d+)?(?:\s?[-–~]\s?\d+(?:\.\d+)?)?\s*(?:s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|分钟|小时|分|时|мин\w*|час\w*|std\w*|min\w*|stunden?|heures?)\b\W*",
    re.IGNORECASE,
)
_IS_AN_HOUR: Final = re.compile(r"\W*1\s*(?:h|hr|hour|小时|час|std\w*|stunde|heure)\W*", re.IGNORECASE)


@lru_cache(maxsize=8192)
def _is_of_licences(heading: str) -> bool:
    """Return whether a heading is of licences by themselves: none that comes with a machine, or is not needed."""
    return len(heading) <= _SHORT and _LICENCES.search(heading) is not None and not _WITH_LICENCE.search(heading)


_LICENCES: Final = re.compile(
    r"\b(?:licen[cs]es|licensing|licen[cs]e (?:fees?|prices?|pricing|costs?)|lizenz(?:en|preise\w*|kosten)|лицензи[ий])\b|许可证|授权价格|ライセンス料",
    re.IGNORECASE,
)
_WITH_LICENCE: Final = re.compile(r"\b(?:no|without|free|incl\w*|with|ohne|inkl\w*|без)\b", re.IGNORECASE)


@lru_cache(maxsize=16_384)
def _names_term(text: str) -> bool:
    return words.DURATION.search(text) is not None


_FAR: Final = 300  # characters


@lru_cache(maxsize=16_384)
def _names_another(before: str, names: tuple[Mention, ...]) -> bool:
    """Return whether the words before an amount name accelerators, and none of those that its record names."""
    own = [m.key for m in mentions(before)]
    return bool(own) and not any(key.endswith(n.key) or n.key.endswith(key) for key in own for n in names)


@lru_cache(maxsize=16_384)
def _of_label(label: str, kind: str) -> str:
    """Return why the words of a label make its amounts no prices of an accelerator, or ""."""
    if _LICENCE.search(label):
        return "a price of a licence"
    return "a price of another part of the machine" if kind == "object" and _COMPONENT.search(label) else ""


@lru_cache(maxsize=4096)
def _of_key(key: str) -> str:
    """Return why the words of a key above an object of data make its amounts no prices, or ""."""
    if _RIVALS.search(key):
        return "another provider's price"
    return "a summary of the page" if _SUMMARY.fullmatch(key) else ""


_RIVALS: Final = re.compile(
    r"\b(?:competit\w+|compar(?:isons?|ed|es?)|alternatives|versus|vs|hyperscalers?)\b", re.IGNORECASE
)
_SUMMARY: Final = re.compile(r"seo|meta(?: ?(?:tags?|data))?|open graph|og|twitter", re.IGNORECASE)


class _Marks(NamedTuple):
    """Marks of a field's text that speak against the price beside it."""

    is_windows: bool
    is_on_premises: bool
    is_volume: bool  # it is nothing but a number that one must take
    has_volume: bool


@lru_cache(maxsize=32_768)
def _marks_of(text: str) -> _Marks:
    is_short = len(text) < _SHORT
    volume = _VOLUME.search(text)
    return _Marks(
        is_short and _is_windows(text),
        len(text) < _LONGEST and _ON_PREMISES.search(text) is not None,
        volume is not None and volume[0] == text.strip(),
        volume is not None,
    )


_SHORT, _LONGEST = 40, 120  # characters


@lru_cache(maxsize=16_384)
def _is_windows(text: str) -> bool:
    return _WINDOWS.match(text) is not None


@lru_cache(maxsize=4096)
def _is_of_colocation(heading: str) -> bool:
    return words.COLOCATION.search(heading) is not None


def _is_part(f: Field) -> bool:
    """Return whether the first cell of a row names a part of a machine and no number of it: "100% vCPU", "RAM (per GB)"."""
    return f.column == 0 and kind_of(f) in ("other", "instance", "label") and _PART.fullmatch(f.text) is not None


_PART: Final = re.compile(
    rf"\s*(?:\d{{1,3}}\s?%\s*)?(?:{words.VCPU.pattern}|{words.RAM.pattern}|{words.DISK.pattern}"
    r"|(?:static |public |floating |elastic |reserved |additional )?IPs?(?:v[46])?(?: address(?:es)?)?|load balancers?|egress|snapshots?|backups?)\s*"
    r"(?:[(（][^()（）]{1,20}[)）]|[,/]?\s*(?:per|za|за|pro|par|je|/)\s*(?:1\s*)?\w{1,6})?\s*",
    re.IGNORECASE,
)


def _lists_models(text: str) -> bool:
    """Return whether a text is a list of prices, each with its pricing model: "$0.99/hr (spot) or $1.39/hr (on-demand)"."""
    amounts = find_amounts(text)
    return len(amounts) > 1 and all(pricing_model(words_around(text, amounts, i)[1]) for i in range(len(amounts)))


def _of_another(f: Field, before: str, after: str, record: Record, label: Field | None, page: PageFacts) -> str:
    """Return why an amount is another provider's price, or ""."""
    if record.kind == "object":
        seller = record.seller or (seller_in_data(record.fields) if page.compares else "")
        return f"a price of {seller}, in a comparison" if seller and not is_own(seller, page.own) else ""
    if name := (
        other_provider(f.title, page.own) or other_provider_before(before, page.own) or named_behind(after, page.own)
    ):
        return f"a price of {name}, in a comparison"
    if record.seller and not is_own(record.seller, page.own):
        if page.compares or any(map(compares, (*record.scope[:3], *record.intro))):
            return f"a price of {record.seller}, in a comparison"
        if record.among_specialists:
            return "unexplained: prices of several providers in one table, the page does not say that it sells them"
        return ""
    # "AWS: ~~$14.24/hr~~" names whose price the struck one is, not the card's.
    texts = [one.text for one in record.fields if len(one.text) <= 60 and not any(line.struck for line in one.lines)]
    texts = texts if record.kind == "card" else []
    texts += list(record.scope[:2])
    name = next((text for text in texts if is_other_provider(text, page.own)), "")
    name = name or (named_beside(label.text, page.own) if label is not None and len(label.text) <= 60 else "")
    if not name and page.compares and not record.seller:
        return "unexplained: the page compares providers, and does not say whose price it is"
    return f"a price of {name}, in a comparison" if name else ""


def _is_by_the_hour(record: Record) -> bool:
    """Return whether data states an hour as its unit: its "retail price" is what everybody pays for that."""
    return any(kind_of(one) == "unit" and rate(f"/{one.text}").time == "hour" for one in record.fields)


_LICENCE: Final = re.compile(
    r"\bAI Enterprise\b|\b(?:licen[cs]e|licensing|lizenz\w*|лицензи\w*)\b(?! incl)|许可|ライセンス",
    re.IGNORECASE,
)
_COMPONENT: Final = re.compile(r"\b(?:instance|custom|predefined|vm) (?:core|ram|memory)\b", re.IGNORECASE)


# A column for those who take many: "8-63 GPUs", "64+ GPUs".
_VOLUME: Final = re.compile(
    r"(?<![\d.,])(?!1\s?[-–])\d{1,4}\s?(?:[-–]\s?\d{1,4}|\+)\s*(?:gpus?|cards?|卡)\b", re.IGNORECASE
)
_MANY_NODES: Final = re.compile(r"(?<![\d.,])\d{1,3}\s?\+\s*(?:nodes?|servers?|machines?|台)\b", re.IGNORECASE)


def _of_several(names: tuple[Mention, ...], label: Field, record: Record) -> str:
    """Return why a price is not that of each of several accelerators, or "".

    It is that of either of two, and of each in a row's list of nothing else, where they share its memory.
    """
    if _CHOICE.search(label.text):
        return "a price of a choice of accelerators"
    if len(names) <= _MOST_NAMES:
        return ""
    if record.kind != "row" or not is_list_of_cards(label.text):
        return "a price of a choice of accelerators"
    kinds = [kind_of(one) for one in record.fields]
    has_memory = "vram" in kinds or ("vcpu" not in kinds and any(map(_is_memory, record.fields)))
    if len(names) <= _MOST_OF_A_CLASS and has_memory:
        return ""
    return "unexplained: one price for several accelerators, and no memory that they share"


def _is_memory(f: Field) -> bool:
    """Return whether a column is of memory, nobody says of what, in a size that cards have: where no CPU is, it is theirs."""
    return _MEMORY.fullmatch(f.title) is not None and _OF_CARDS.fullmatch(f.text) is not None


_MEMORY: Final = re.compile(r"\W*memory(?: (?:size|label|\(?g[i]?b\)?))?\W*|\W*内存\W*|\W*メモリ\W*", re.IGNORECASE)
_OF_CARDS: Final = re.compile(
    r"\s*(?:8|1[0126]|2[04]|32|4[048]|64|80|9[46]|128|141|180|192|256|288)\s*(?:GI?B?)?\s*", re.IGNORECASE
)


def _is_a_plan(f: Field) -> bool:
    return len(f.text) <= _SHORT and words.SUBSCRIPTION.fullmatch(f.text.strip()) is not None


def _is_of_machine(f: Field) -> bool:
    """Return whether a field states a machine: its processors or its memory, or that it is one."""
    return _OF_MACHINE.search(f"{f.title} {f.text}"[:_FAR]) is not None


_OF_MACHINE: Final = re.compile(
    rf"{words.VCPU.pattern}|\bRAM\b|\b(?:servers?|vms?|vps|machines?|instances?|nodes?|dedicated|bare[- ]?metal)\b|\d\s?x\s|\bGPUs\b",
    re.IGNORECASE,
)
_MOST_OF_A_CLASS: Final = 8
_CHOICE: Final = re.compile(r"\b(?:or|oder|ou|или)\b|または|或", re.IGNORECASE)
_INCLUDED: Final = re.compile(
    r"\b\d[\d,]*\s*(?:[\w-]+[- ])?hours?\b(?: of use)?(?: are)? included|\bincl(?:\.|udes?|uding) (?:up to )?\d[\d,]*\s*(?:[\w-]+[- ])?hours?\b",
    re.IGNORECASE,
)


def has_untitled_numbers(record: Record) -> bool:
    """Return whether a card is the row of a grid whose titles are lost: several bare numbers that say of nothing what they are."""
    untitled = [f.text for f in record.fields if not f.title]
    return sum(_BARE.fullmatch(text) is not None for text in untitled) > 1 or any(map(_CHOICES.fullmatch, untitled))


_BARE: Final = re.compile(r"\s*\d{1,4}(?:\^\d|[*†]|\s?[x×])?\s*")
_CHOICES: Final = re.compile(r"(?:\s*\d{1,3}\s?[x×][\s,/|]*){2,9}")  # "1x 2x 4x 8x"


def _counts_no_money(f: Field, record: Record) -> bool:
    """Return whether a bare number is of a unit of the provider's own: its title says so, or names no currency where another does."""
    if stated_currency(f.title):
        return False
    letters = words.OWN_LETTERS.search(f.title)
    if letters and (letters["unit"] or letters["bare"]) not in words.THINGS and not f.title.isupper():
        return True
    if words.OWN_UNITS.search(f.title) and not re.search(r"\b(?:price|cost|rate|fee)", f.title, re.IGNORECASE):
        return True
    return (
        not words.PRICE.search(f.title)
        and pricing_model(f.title) is None
        and any(stated_currency(one.title) for one in record.fields if one is not f and is_priced_title(one.title))
    )


def counts_credits(f: Field) -> bool:
    """Return whether a title counts credits and nothing else of the provider's own."""
    return _CREDITS.match(f.title) is not None


_CREDITS: Final = re.compile(r"\W*(?:price \W*in )?credits?\b", re.IGNORECASE)


def _has_signs(f: Field, record: Record) -> bool:
    """Return whether other cells of a row print a currency where this one and its title print none."""
    return not stated_currency(f.title) and any(find_amounts(one.text) for one in record.fields if one is not f)


@lru_cache(maxsize=16_384)
def is_sold_out(text: str) -> bool:
    """Return whether a short text says that nothing can be rented now."""
    return len(text) < 40 and any(
        state in ("sold_out", "waitlist") and pattern.search(text) for state, pattern in words.STATES
    )


@lru_cache(maxsize=16_384)
def is_component(title: str) -> bool:
    """Return whether a title heads prices of another part of a machine: storage, vCPUs, memory, network."""
    title = _ON_A_PRODUCT.sub(" ", words.PER_GPU.sub(" ", title))
    if _POWER.search(title):
        return True
    parts = (words.DISK, words.VCPU, words.RAM, words.NETWORK)
    is_of_part = words.PRICE.search(title) and any(part.search(title) for part in parts)
    return bool(is_of_part) and not words.GPU.search(title) and not mentions(title)


_ON_A_PRODUCT: Final = re.compile(r"\bon \w+\s*$", re.IGNORECASE)  # "Price on Core": nothing is priced on a part
_POWER: Final = re.compile(
    r"\b(?:power|electricity|energy|strom\w*|électricité|электроэнерги\w*)[ -](?:costs?|price|rate|per)|\bstrom(?:kosten|preis)\w*|\bco(?:ût|st|sto)s? (?:de |d'|di |della )?(?:l')?(?:électricité|energ[ií]a|elettricità)|电费|電気代",
    re.IGNORECASE,
)
_WINDOWS: Final = re.compile(r"^\s*(?:with |mit |avec )?(?:Microsoft )?Windows\b(?!.*(?:linux|ubuntu))", re.IGNORECASE)
_ON_PREMISES: Final = re.compile(r"cloud ?@ ?customer|on-?prem(?:ises?)?\b|customer-hosted", re.IGNORECASE)


_ESTIMATE: Final = re.compile(
    r"^\W*(?:your |the )?(?:estimated?|est\.?|calculated|total|geschätzte?|estimation|итого|ваш\w* )\s*(?:\w+ )?(?:costs?|price|spend|bill|total|kosten|preis|coût|стоимость)?\s*[:：]|^\W*(?:预估|预计|合计|お見積|見積)\S{0,6}\s*[:：]",
    re.IGNORECASE,
)


_TREND: Final = re.compile(
    r"\b(?:fell|dropped|rose|climbed|sank|gefallen|gestiegen)\b.{0,40}\b(?:from|to|by|von|auf)\b|\b(?:median|average) (?:\S+ ){0,3}(?:price|rate)\b",
    re.IGNORECASE,
)
# What one pays for a card that one buys.
_INSTALMENT: Final = re.compile(
    r"^[^\d]{0,6}[\d.,]+\s?\S{0,3}\s*(?:/|per |a |pro |par |mtl\.? )?\s*(?:mo\w*|mtl\.?|mois|мес\w*)?\.?\s*(?:(?:for|over|x|×|für|über|sur|pendant|на)\s*\d{1,2}\s*(?:x\b|mo\w*|instal\w*|payments|raten|mois|мес\w*)|in\s*\d{1,2}\s*(?:instal\w*|payments|raten|rate\b))",
    re.IGNORECASE,
)
_FINANCED: Final = re.compile(
    r"\b(?:leasing (?:from|at|rates?)|lease-to-own|affirm|klarna|afterpay|financing|instal?lments?|monthly payments|ratenzahlung|finanzierung|en \d+ fois|paiement en|рассрочк\w*|в кредит)\b|分期|分割払い|할부",
    re.IGNORECASE,
)


_TAXED: Final = re.compile(
    r"^\W*(?:\w+\W+){0,2}?(?:inkl\w*\.?|incl(?:uding|\.)?|mit|with|inc\.?)\s*(?:\d+\s?%\s*)?(?:MwSt|USt|VAT|tax|GST)|^\W*TTC\b|税込",
    re.IGNORECASE,
)


# The choices of a calculator state the rates that it reckons with: "RTX 4090 $0.29/hr".
_CALCULATOR: Final = re.compile(
    r"\bcalculat(?:or\b|e your)|\b(?:costs?|price|pricing) estimator\b|\bestimate (?:your )?(?:\w+ )?(?:costs?|price|spend|bill)\b"
    r"|kostenrechner|calculateur|калькулятор|计算器|計算機",
    re.IGNORECASE,
)
_EXAMPLE: Final = words.NOT_SOLD_HERE[-1][1]

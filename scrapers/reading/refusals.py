"""Says why an amount is no price of an accelerator: what else it is, or why nobody can say."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from scrapers.reading import words
from scrapers.reading.accelerator_names import Mention, mentions
from scrapers.reading.amounts import Amount, find_amounts, stated_currency
from scrapers.reading.field_kinds import is_priced_title, kind_of
from scrapers.reading.line_kinds import is_sentence
from scrapers.reading.meaning.record_amounts import words_around
from scrapers.reading.other_providers import (
    is_other_provider,
    is_own,
    named_beside,
    other_provider,
    other_provider_before,
    seller_in_data,
)
from scrapers.reading.page_facts import PageFacts
from scrapers.reading.records import Field, Record
from scrapers.reading.units import after_amount, before_amount, is_floor, not_a_price, pricing_model, rate

_MOST_NAMES: Final = 2  # that one price is printed for; a longer list is a choice: "T4, L4, V100 or A100"


def not_sold(record: Record, label: Field | None) -> str:
    """Return what a record is of that is no accelerator, or ""."""
    if label is not None:
        return ""
    texts = (
        [f.text for f in record.fields if len(f.text) < 80] + [f.title for f in record.fields] + list(record.scope[:3])
    )
    for text in texts:
        for reason, pattern in words.NOT_SOLD_HERE:
            if pattern.search(text):
                return _UNKNOWN if _counts_gpus(record) else reason
    if any(mentions(f.text) for f in record.fields):
        return "unexplained: several accelerators are named with it"
    if any(_BRAND.search(f.text) for f in record.fields if len(f.text) < 60):
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
    if _TREND.search(f.text):
        return "a figure of a market, not a provider's price"
    if (page.is_shop and _INSTALMENT.search(f.text[amount.start :])) or _FINANCED.search(f.text):
        return "an instalment of a purchase"
    if _ESTIMATE.match(f.text):
        return "an example or a calculation"
    if record.kind == "card":
        for text in (*record.scope[:4], *(text for line in f.lines[:1] for _, text in line.headings)):
            if _EXAMPLE.search(text) and not mentions(text) and not (_CALCULATOR.search(text) and mentions(f.text)):
                return "an example or a calculation"
    if record.kind == "object" and any(
        "Windows" in one.text and re.search(r"\bWindows\b", one.text) and len(one.text) < 120 for one in record.fields
    ):
        return "a price with a licence for Windows"
    if record.kind == "row" and (
        _WINDOWS.match(f.title) or any(_WINDOWS.match(one.text) for one in record.fields if len(one.text) < 40)
    ):
        return "a price with a licence for Windows"
    if any(_is_on_premises(one.text) for one in record.fields if len(one.text) < 120):
        return "a machine in the customer's own data center"
    unit = rate(after_amount(after))
    if unit.other and not unit.is_per_gpu:
        return f"a price per {unit.other}"
    if not names:
        return other
    if label is not None and _LICENCE.search(label.text):
        return "a price of a licence"
    if label is not None and record.kind == "object" and _COMPONENT.search(label.text):
        return "a price of another part of the machine"
    if any(words.COLOCATION.search(text) for text in record.scope[:1]):
        return "a price of colocation"
    if record.kind == "row" and (label is None or label.title == "heading") and any(map(_is_part, record.fields)):
        return "a price of another part of the machine"
    if _AT_REST.search(f.title):
        return "a price of a machine that does not run"
    if _EARNED.search(f.title) or any(map(_EARN.search, record.scope[:1])):
        return "what owners of cards earn, not what renters pay"
    if (
        _OF_MARKET.search(f.title)
        or _is_end_of_range(f, record)
        or (record.kind == "object" and _is_of_range(f, record))
    ):
        return "a figure of a market, not a provider's price"
    if words.TOTAL.fullmatch(f.title.strip()) and any(_OF_ONE.search(one.title) for one in record.fields):
        return "a sum of several"
    above = [text for line in f.lines[:1] for _, text in line.headings[-1:]]
    if any(_FORMER.match(text) for text in (record.heading, *record.scope[:1], *above)):
        return "a former price"
    if _REGULAR.match(f.title) and any(_DEAL.search(one.title) for one in record.fields if one is not f):
        return "a former price"
    if _OWN_COST.match(f.title):
        return "what the provider pays, not what renters do"
    if _CAP.search(f.title):
        return "an upper bound"
    if _SAVED.search(_REBATE.sub(" ", f.title)):
        return "a discount, a credit, a former price or another sum"
    if words.SHOP.search(f.title) and not (record.kind == "object" and _is_by_the_hour(record)):
        return "a price in a shop, not a rent"
    if any(_is_index(text) for text in (*(one.title for one in record.fields), *record.scope[:3])):
        return "a figure of a market, not a provider's price"
    title = _REBATE.sub(" ", f.title) if pricing_model(f.title) in ("reserved", "spot") else f.title
    if (
        words.CONDITIONAL.search(f"{title} {before_amount(before)}")
        or _VOLUME.search(f.title)
        or any(_VOLUME.fullmatch(one.text.strip()) for one in record.fields if one is not f)
    ):
        return "a price on a condition"
    if (words.GROUPS.search(f.title) and not words.GPU.search(f.title)) or any(map(_is_of_group, (record.scope[:1]))):
        return "a price for a group of customers"
    if any(words.GROUPS.search(one.text) for one in record.fields if _titles_groups(one.title)):
        return "a price for a group of customers"
    if len(names) > _MOST_NAMES or (len(names) > 1 and label is not None and _CHOICE.search(label.text)):
        return "a price of a choice of accelerators"
    is_plan = unit.time in ("month", "year") and any(_INCLUDED.search(one.text) for one in record.fields)
    if is_plan or any(_titles_plans(one.title) and one is not f for one in record.fields):
        return "a plan's price, with hours or credits in it"
    if not amount.currency and _counts_no_money(f, record):
        return "an amount of something else than money"
    if record.kind == "row" and not amount.currency and f.text.strip().isdigit() and _has_signs(f, record):
        return "unexplained: a whole number without a currency, beside amounts with one"
    of_title = rate(f.title)
    if not unit.time and of_title.other and not of_title.is_per_gpu:
        return f"a price per {of_title.other}"
    if is_component(f"{before_amount(before)} price") or (record.kind == "row" and is_component(f.title)):
        return "a price of another part of the machine"
    if record.kind == "card" and not rate(f.text).time and mentions(f.text) and is_floor(before, after):
        return "a bound in a line that says no unit"
    if _TAXED.search(after) and len(find_amounts(f.text)) > 1:
        return "the same price with tax"
    lead = before_amount(before)
    if not mentions(lead) and record.kind == "card":
        for reason, pattern in words.NOT_SOLD_HERE[:6]:
            if pattern.search(lead) and not words.GPU.search(lead):
                return reason
        is_open = not mentions(f.text) and not f.title and not words.PRICE.search(f.text) and not _lists_models(f.text)
        if is_sentence(f.text) and is_open:
            says_hour = unit.time == "hour" or unit.is_per_gpu
            return f"{'unexplained: ' if says_hour else ''}in a sentence that names no price of it"
    if _ONCE.search(f"{f.title} {before_amount(before)}"):
        return "a fee paid once"
    if amount.value == 0:
        return "an amount of zero"
    for text in (f.title, *record.scope[:1]):
        if re.search(r"per[- ](?:1m|million|1k)?\s*tokens?|per image|per request", text, re.IGNORECASE):
            return "a price of tokens or requests"
    return _of_another(f, before, record, label, page)


def _is_part(f: Field) -> bool:
    """Return whether the first cell of a row names a part of a machine and no number of it: "100% vCPU", "RAM (per GB)"."""
    return f.column == 0 and kind_of(f) in ("other", "instance", "label") and _PART.fullmatch(f.text) is not None


_PART: Final = re.compile(
    rf"\s*(?:\d{{1,3}}\s?%\s*)?(?:{words.VCPU.pattern}|{words.RAM.pattern}|{words.DISK.pattern})\s*"
    r"(?:[(（][^()（）]{1,20}[)）]|[,/]?\s*(?:per|za|за|pro|par|je|/)\s*(?:1\s*)?\w{1,6})?\s*",
    re.IGNORECASE,
)


def _lists_models(text: str) -> bool:
    """Return whether a text is a list of prices, each with its pricing model: "$0.99/hr (spot) or $1.39/hr (on-demand)"."""
    amounts = find_amounts(text)
    return len(amounts) > 1 and all(pricing_model(words_around(text, amounts, i)[1]) for i in range(len(amounts)))


def _of_another(f: Field, before: str, record: Record, label: Field | None, page: PageFacts) -> str:
    """Return why an amount is another provider's price, or ""."""
    if record.kind == "object":
        seller = record.seller or (seller_in_data(record.fields) if page.compares else "")
        return f"a price of {seller}, in a comparison" if seller and not is_own(seller, page.own) else ""
    if name := other_provider(f.title, page.own) or other_provider_before(before, page.own):
        return f"a price of {name}, in a comparison"
    if record.seller and not is_own(record.seller, page.own):
        if page.compares:
            return f"a price of {record.seller}, in a comparison"
        if record.among_specialists:
            return "unexplained: prices of several providers in one table, the page does not say that it sells them"
        return ""
    texts = [one.text for one in record.fields if len(one.text) <= 60] if record.kind == "card" else []
    texts += list(record.scope[:2])
    name = next((text for text in texts if is_other_provider(text, page.own)), "")
    name = name or (named_beside(label.text, page.own) if label is not None and len(label.text) <= 60 else "")
    if not name and page.compares and not record.seller:
        return "unexplained: the page compares providers, and does not say whose price it is"
    return f"a price of {name}, in a comparison" if name else ""


_REBATE: Final = re.compile(
    r"\(?\b(?:(?:save |up to )?\d+\s?% (?:off|discount|savings?|rabatt|de remise)|(?:save|spare|économisez)\s(?:up to |bis zu )?\d+\s?%)\)?",
    re.IGNORECASE,
)
_CAP: Final = re.compile(r"\b(?:cap|capped|ceiling|limit|obergrenze|höchstpreis|plafond)\b|上限|封顶", re.IGNORECASE)


def _is_by_the_hour(record: Record) -> bool:
    """Return whether data states an hour as its unit: its "retail price" is what everybody pays for that."""
    return any(kind_of(one) == "unit" and rate(f"/{one.text}").time == "hour" for one in record.fields)


_FORMER: Final = re.compile(
    r"\W*(?:previous|former|old|archived?|past|historical|discontinued|retired|deprecated|end[- ]of[- ]life|frühere|alte|anciens?|прежн\w*|архивн\w*)\b(?! (?:generation|gen)\b)|历史|旧|過去",
    re.IGNORECASE,
)
_REGULAR: Final = re.compile(
    r"\W*(?:list|regular|original|standard|old|normal|usual|full)\b(?: (?:price|rate|cost|pricing))?", re.IGNORECASE
)
_DEAL: Final = re.compile(
    r"\b(?:deals?|sale|promo\w*|discounted|special|offer|reduced)\b.{0,12}\b(?:price|rate|pricing)\b|^(?:deal|sale|promo)$",
    re.IGNORECASE,
)
_OWN_COST: Final = re.compile(r"\W*(?:provider|supplier|wholesale|our|internal|infra\w*)[ _-]cost", re.IGNORECASE)
_SAVED: Final = re.compile(
    r"\b(?:you save|sav(?:e|ed|ings?)(?! plans?)|difference|ersparnis|économies?|экономия)\b|节省|お得", re.IGNORECASE
)
_LICENCE: Final = re.compile(
    r"\bAI Enterprise\b|\b(?:licen[cs]e|licensing|lizenz\w*|лицензи\w*)\b(?! incl)|许可|ライセンス",
    re.IGNORECASE,
)
_COMPONENT: Final = re.compile(r"\b(?:instance|custom|predefined|vm) (?:core|ram|memory)\b", re.IGNORECASE)
_AT_REST: Final = re.compile(
    r"\b(?:stopped|paused|idle|suspended|powered[- ]off|hibernat\w+|gestoppt|arrêté\w*|остановлен\w*)\b|关机|停止中",
    re.IGNORECASE,
)
_EARNED: Final = re.compile(
    r"\b(?:earn(?:s|ings?)?|payouts?|profit(?:s|ability)?|revenue|become a (?:host|provider)|verdienst|доход\w*|заработ\w*)\b|收益|収益",
    re.IGNORECASE,
)
_EARN: Final = re.compile(
    r"\b(?:earn(?:ings?)?|payouts?|become a (?:host|provider)|заработ\w*)\b|收益|収益", re.IGNORECASE
)
_OF_MARKET: Final = re.compile(
    r"^\W*(?:highest|max(?:imum)?|avg|average|median|mean)\b(?! (?:gpus?|count|cards?|vram|memory))", re.IGNORECASE
)
_LOWEST: Final = re.compile(
    r"^\W*(?:lowest|min(?:imum)?)\b(?! (?:gpus?|count|cards?|vram|memory|term|commitment))", re.IGNORECASE
)


def _is_end_of_range(f: Field, record: Record) -> bool:
    """Return whether a column is of the lowest prices, beside one of the highest or usual ones."""
    return _LOWEST.search(f.title) is not None and any(_OF_MARKET.search(one.title) for one in record.fields)


def _is_of_range(f: Field, record: Record) -> bool:
    """Return whether a price of data is one end of a range, or a figure between its ends: "price.min" beside "price.max"."""
    hit = _END.search(f.title)
    lead = f.title[: hit.start()] if hit else ""
    return hit is not None and any(
        one is not f and one.title.startswith(lead) and _END.search(one.title) is not None for one in record.fields
    )


_END: Final = re.compile(
    r"\b(?:max(?:imum)?|min(?:imum)?|highest|lowest|avg|average|weighted average|median|med|mean)(?: price)?$",
    re.IGNORECASE,
)
_OF_ONE: Final = re.compile(
    r"\b(?:unit|each|single) (?:price|cost|rate)\b|\b(?:price|cost|rate) (?:each|per unit)\b|单价|単価", re.IGNORECASE
)
# A column for those who take many: "8-63 GPUs", "64+ GPUs".
_VOLUME: Final = re.compile(
    r"(?<![\d.,])(?!1\s?[-–])\d{1,4}\s?(?:[-–]\s?\d{1,4}|\+)\s*(?:gpus?|cards?|卡)\b", re.IGNORECASE
)
_CHOICE: Final = re.compile(r"\b(?:or|oder|ou|или)\b|または|或", re.IGNORECASE)
_PLAN: Final = re.compile(
    r"^\s*(?:included |monthly |free )?(?:credits?|compute units|hours included|included hours|hours)(?: included| per month|/mo(?:nth)?)?\s*$|^(?:含|赠)?算力(?:点|时长)",
    re.IGNORECASE,
)
_INCLUDED: Final = re.compile(
    r"\b\d[\d,]*\s*(?:[\w-]+[- ])?hours?\b(?: of use)?(?: are)? included|\bincl(?:\.|udes?|uding) (?:up to )?\d[\d,]*\s*(?:[\w-]+[- ])?hours?\b",
    re.IGNORECASE,
)
_GROUP_TITLE: Final = re.compile(
    r"\b(?:user|customer|client|rate|price) ?(?:groups?|types?|categor\w*|class)\b|\bkundengruppe|\bnutzergruppe|利用者区分|用户类型",
    re.IGNORECASE,
)
_OF_USERS: Final = re.compile(
    r"\b(?:users?|customers?|rates?|prices?|pricing|members?|clients?|nutzer|kunden|tarife?|utilisateurs?)\b",
    re.IGNORECASE,
)


def _is_of_group(heading: str) -> bool:
    """Return whether a heading is of the prices for one kind of customers: "Rates for university users"."""
    has_group = words.GROUPS.search(heading) and _OF_USERS.search(heading)
    return (
        len(heading) <= 60
        and bool(has_group)
        and not re.search(r"\b(?:all|any|and|external|extern|alle)\b", heading, re.I)
    )


def has_untitled_numbers(record: Record) -> bool:
    """Return whether a card is the row of a grid whose titles are lost: several bare numbers that say of nothing what they are."""
    return (
        sum(not f.title and re.fullmatch(r"\s*\d{1,4}(?:\^\d|[*†])?\s*", f.text) is not None for f in record.fields)
        >= 2
    )


def _counts_no_money(f: Field, record: Record) -> bool:
    """Return whether a bare number is of a unit of the provider's own: its title says so, or names no currency where another does."""
    if stated_currency(f.title):
        return False
    letters = words.OWN_LETTERS.search(f.title)
    if letters and (letters["unit"] or letters["bare"]) not in words.THINGS and not f.title.isupper():
        return True
    if words.OWN_UNITS.search(f.title) and not re.search(r"\b(?:price|cost|rate|fee)", f.title, re.IGNORECASE):
        return True
    return not words.PRICE.search(f.title) and any(
        stated_currency(one.title) for one in record.fields if one is not f and is_priced_title(one.title)
    )


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
    title = words.PER_GPU.sub(" ", title)
    has_gpu = words.GPU.search(title) or mentions(title)
    if _POWER.search(title):
        return True
    return not has_gpu and bool(
        (words.DISK.search(title) or words.VCPU.search(title) or words.RAM.search(title) or words.NETWORK.search(title))
        and words.PRICE.search(title)
    )


_POWER: Final = re.compile(
    r"\b(?:power|electricity|energy|strom\w*|électricité|электроэнерги\w*)[ -](?:costs?|price|rate|per)|电费|電気代",
    re.IGNORECASE,
)
_WINDOWS: Final = re.compile(r"^\s*(?:with |mit |avec )?(?:Microsoft )?Windows\b(?!.*(?:linux|ubuntu))", re.IGNORECASE)
_ON_PREMISES: Final = re.compile(r"cloud ?@ ?customer|on-?prem(?:ises?)?\b|customer-hosted", re.IGNORECASE)


_INDEX: Final = re.compile(r"\b(?:price|rental|market|spot|gpu) index\b|^index$", re.IGNORECASE)


_ESTIMATE: Final = re.compile(
    r"^\W*(?:your |the )?(?:estimated?|est\.?|calculated|total|geschätzte?|estimation|итого|ваш\w* )\s*(?:\w+ )?(?:costs?|price|spend|bill|total|kosten|preis|coût|стоимость)?\s*[:：]|^\W*(?:预估|预计|合计|お見積|見積)\S{0,6}\s*[:：]",
    re.IGNORECASE,
)


@lru_cache(maxsize=16_384)  # titles and the texts of whole columns are alike
def _is_on_premises(text: str) -> bool:
    return _ON_PREMISES.search(text) is not None


@lru_cache(maxsize=16_384)
def _is_index(text: str) -> bool:
    return _INDEX.search(text) is not None


@lru_cache(maxsize=16_384)
def _titles_groups(title: str) -> bool:
    return _GROUP_TITLE.search(title) is not None


@lru_cache(maxsize=16_384)
def _titles_plans(title: str) -> bool:
    return _PLAN.search(title) is not None


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


_ONCE: Final = re.compile(
    r"\b(?:set-?up|installation|one[- ]time|initial|activation|onboarding|attivazione|instala\w+|installazione|aktywac\w*|instalac\w*|alta|kurulum|einrichtung\w*|einmalig\w*|frais d'installation|mise en service)\b|初期|首次|установк|подключени",
    re.IGNORECASE,
)


# The choices of a calculator state the rates that it reckons with: "RTX 4090 $0.29/hr".
_CALCULATOR: Final = re.compile(r"\bcalculator\b|kostenrechner|calculateur|калькулятор|计算器|計算機", re.IGNORECASE)
_EXAMPLE: Final = words.NOT_SOLD_HERE[-1][1]

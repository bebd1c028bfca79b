"""Says what each field of a record states: an accelerator, a price, a count, memory, a region."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from scrapers.reading import words
from scrapers.reading.accelerator_names import mentions
from scrapers.reading.amounts import bare_amount, is_in_hundredths, stated_currency
from scrapers.reading.records import Field
from scrapers.reading.tables.grids import has_money

NUMBER: Final = re.compile(
    r"^\s*(?:[x×]\s?)?(?P<n>\d{1,5})(?:\s?[x×])?\s*(?:gpus?|cards?|卡|张|張|块|塊|颗|顆|片|基|枚|台|ea|개|장|шт\.?|(?:видео)?карт[аы]?)?\s*\+?(?:\^\d|[*†¹²³])?\s*$",
    re.IGNORECASE,
)


# A part of a GPU in a column of its own: "1/8 GPU", "0.5".
SHARE: Final = re.compile(
    r"^\s*(?:(?P<a>\d)\s*/\s*(?P<b>\d{1,2})|(?P<c>0?\.\d+)|(?P<percent>\d{1,2}(?:\.\d+)?)\s?%)\s*(?:v?gpus?|cards?|卡|[颗顆]\s?(?:v?gpu)?)?\s*$",
    re.IGNORECASE,
)


_LIMIT: Final = re.compile(
    r"\b(?:max(?:imum)?|min(?:imum)?|available|free|total|remaining|limit|up to|idle|rented)\b", re.IGNORECASE
)


def kind_of(f: Field) -> str:
    """Return what a field states, by its title and its text."""
    if not f.kind:  # each step of the reading asks it of each field
        is_plain = f.is_price is None and f.text[:1] in "$€£" and _PLAIN_AMOUNT.fullmatch(f.text)
        text = "$1" if is_plain else f.text
        f.kind = _kind(f.title, text, f.is_price, f.is_number)
    return f.kind


# All such cells say the same: a price, or what the title makes of it.
_PLAIN_AMOUNT: Final = re.compile(r"[$€£][0-9]{1,3}(?:\.[0-9]{1,2})?")


@lru_cache(maxsize=65_536)
def _kind(title: str, text: str, is_price: bool | None, is_number: bool) -> str:
    if is_price:
        return "price"
    if is_price is not None:  # a key's path: what the value is stands last
        title = " ".join(title.split()[-3:])
    says = title_says(title)
    if (says.memory and not has_money(text)) or (says.label and says.cards and _MEMORY_SIZE.fullmatch(text)):
        return "vram"
    may_be_bare = not is_number or (says.label and not says.identifies)  # "id: 3090" is no card
    named = bool(mentions(text, is_label=may_be_bare)) and not has_money(text)
    if named and says.identifies and text.strip().isdigit():
        named = False
    if named and (not title or says.label or says.instance or says.counts):
        return "label"
    if (
        SHARE.match(text)
        and not is_priced_title(title)  # "€/GPU/h" above "0.95"
        and re.search(r"gpu|card|share|fraction|卡", f"{title} {text}", re.IGNORECASE)
        and not has_money(text)
    ):
        return "count"
    if says.counts and says.limit:
        return "other"  # how many there may be
    if says.counts and not says.measure and NUMBER.match(text):
        return "count"
    if is_price is None and says.bare_count and _FEW.fullmatch(text.strip()):
        return "count"
    is_cards = says.cards if is_price is None else says.ends_in_cards  # of data not "gpu lanes", "gpu id"
    if is_cards and says.label and not says.cpu and not says.measure and _COUNTS.fullmatch(text):
        return "count"
    if is_price is None and has_money(text):
        return "price"
    if (not title or (is_price is None and says.plan)) and words.DURATION.fullmatch(text.strip()):
        return "term"
    if (
        is_price is None
        and (is_priced_title(title) or is_of_tier(title, text))
        and not _QUANTITY.match(title)
        and not _is_other_title(title)
        and (is_number or bare_amount(text) or words.SALES.search(text) or words.NOTHING.match(text))
    ):
        return "price"
    if says.kind:
        is_unit = says.kind == "term" and is_price is not None and _UNIT_ALONE.fullmatch(text)
        return "unit" if is_unit else says.kind  # "unitBilling: h"
    if named:
        return "label"
    return "instance" if (says.instance if is_price is None else says.ends_in_instance) else "other"


_MEMORY_SIZE: Final = re.compile(r"\s*\d{1,3}\s?Gi?B\s*", re.IGNORECASE)  # "GPU: 24 GB"


class Says(NamedTuple):
    """What a title says; the cells below it ask that again and again."""

    memory: bool
    label: bool
    identifies: bool
    instance: bool
    ends_in_instance: bool
    counts: bool
    bare_count: bool
    limit: bool
    measure: bool
    price: bool
    cpu: bool
    cards: bool
    ends_in_cards: bool
    plan: bool
    kind: str


@lru_cache(maxsize=16_384)
def title_says(title: str) -> Says:
    """Return what a title says, whatever stands below it."""

    def has(pattern: re.Pattern[str]) -> bool:
        return pattern.search(title) is not None

    return Says(
        memory=has(words.MEMORY_GPU), label=has(words.LABEL), identifies=has(_IDENTIFIES), instance=has(words.INSTANCE),
        ends_in_instance=words.INSTANCE.search(title.rpartition(" ")[2]) is not None, counts=has(words.COUNT),
        bare_count=words.BARE_COUNT.fullmatch(title.strip()) is not None, limit=has(_LIMIT), measure=has(_MEASURES),
        price=has(words.PRICE), cpu=has(words.VCPU) or has(words.RAM) or has(words.DISK), cards=has(_CARDS),
        ends_in_cards=has(_CARDS_LAST), plan=has(_OF_PLAN), kind=_kind_of_title(title),
    )  # fmt: skip


_UNIT_ALONE: Final = re.compile(r"(?:per )?(?:h|hrs?|hours?|mins?|minutes?|secs?|seconds?|mo|months?)", re.IGNORECASE)
_IDENTIFIES: Final = re.compile(r"(?:^|\s)(?:#|ids?|nos?\.?|nr\.?|sku)\s*$", re.IGNORECASE)
_CARDS: Final = re.compile(r"gpu|card|卡", re.IGNORECASE)
_CARDS_LAST: Final = re.compile(r"(?:gpus?|cards?)$", re.IGNORECASE)
_COUNTS: Final = re.compile(r"\s*(?:[x×]\s?\d{1,3}|\d{1,3}\s?[x×]?)\s*(?:gpus?)?\s*", re.IGNORECASE)
_FEW: Final = re.compile(r"[x×]?\s?(?:[1-9]|1[0-6])\s?[x×]?")


def _kind_of_title(title: str) -> str:
    kinds = (("vcpu", words.VCPU), ("ram", words.RAM), ("disk", words.DISK), ("network", words.NETWORK), ("region", words.REGION), ("availability", words.AVAILABILITY),
             ("term", words.TERM), ("currency", words.CURRENCY), ("unit", words.UNIT), ("provider", words.PROVIDER))  # fmt: skip
    return next((kind for kind, pattern in kinds if pattern.search(title)), "")


# What stands with a GPU and is no number of them: "Billing units per GPU hour", "GPU TFLOPS".
_MEASURES: Final = re.compile(
    r"\b(?:(?:per|par|pro|je|за|на) (?:gpu|card|carte|karte|карту|h)|units?|points?|credits?|hours?|h|T?FLOPS|TOPS|watts?|speed|clock|score|threads?|ids?|lanes?)\b",
    re.IGNORECASE,
)
_OF_PLAN: Final = re.compile(
    r"\b(?:plans?|options?|types?|tiers?|offers?|pricing models?|tarif\w*|angebot|offre|тариф)\b|套餐|プラン",
    re.IGNORECASE,
)
# A number of hours that one buys, not what an hour costs.
_QUANTITY: Final = re.compile(
    r"^\s*(?:(?:gpu|included|free|total|max\.?|monthly|prepaid)[ -])*(?:hours|minutes|days|months|stunden|heures|часы|часов)(?:\s+(?:included|incl\.?|inklusive|inclus\w*))?\s*$|^时长",
    re.IGNORECASE,
)


@lru_cache(maxsize=16_384)
def is_priced_title(title: str) -> bool:
    """Return whether a title heads prices."""
    return (
        any(
            p.search(title)
            for p in (
                words.PRICE,
                words.ON_DEMAND,
                words.SPOT,
                words.RESERVED,
                words.TIME["hour"],
                words.TIME["month"],
                words.DURATION,
                words.CUSTOMERS,
            )
        )
        or _IS_CURRENCY.fullmatch(title) is not None
        or (
            (stated_currency(title) != "" or is_in_hundredths(title))
            and any(p.search(title) for p in words.TIME.values())
        )
    )


# "CHF exkl. MwSt.": nothing but a currency, and what it says of tax.
_IS_CURRENCY: Final = re.compile(
    r"\W*(?:in )?(?:USD|EUR|CHF|GBP|INR|CNY|RMB|JPY|CAD|AUD|SGD|SEK|NOK|DKK|PLN|[$€£₹¥])\W*"
    r"(?:(?:net(?:to)?|HT|excl?|exkl|incl?|inkl|zzgl|ohne|hors|without|ex)\.?\s*(?:MwSt|USt|VAT|taxe?s?|GST|TVA)?\W*)?",
    re.IGNORECASE,
)


def is_of_tier(title: str, text: str) -> bool:
    """Return whether a number with two decimals stands below the name of a tier and nothing else: "Standard", "Priority"."""
    return _TIER.fullmatch(title.strip()) is not None and _DECIMALS.fullmatch(text.strip()) is not None


_TIER: Final = re.compile(r"standard|normal|basic|economy|(?:low |high )?priority|premium", re.IGNORECASE)
_DECIMALS: Final = re.compile(r"\d{1,3}[.,]\d{2,4}")


def _is_other_title(title: str) -> bool:
    others = (words.DISK, words.VCPU, words.RAM)
    return bool(words.NETWORK.search(title) or (any(p.search(title) for p in others) and not words.GPU.search(title)))

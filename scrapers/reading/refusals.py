"""Says why an amount is no price of an accelerator: what else it is, or why nobody can say."""

from __future__ import annotations

import re
from typing import Final

from scrapers.reading import words
from scrapers.reading.accelerator_names import Mention, mentions
from scrapers.reading.amounts import Amount, find_amounts, stated_currency
from scrapers.reading.field_kinds import is_priced_title
from scrapers.reading.line_kinds import is_sentence
from scrapers.reading.records import Field, Record
from scrapers.reading.units import after_amount, before_amount, is_floor, not_a_price, rate

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
                return reason
    return "no accelerator is named with it"


def refusal(
    f: Field, amount: Amount, before: str, after: str, names: tuple[Mention, ...], other: str, record: Record
) -> str:
    """Return why an amount is no price of the accelerators that its record names, or "".

    before, after: the words around it in its field; other: what the record is of where it names no accelerator.
    """
    if amount.fault:
        return amount.fault
    if reason := not_a_price(before, after):
        return reason
    if record.kind == "card":
        for text in record.scope[:4]:
            if _EXAMPLE.search(text) and not mentions(text):
                return "an example or a calculation"
    if record.kind == "object" and any(
        re.search(r"\bWindows\b", one.text) and len(one.text) < 120 for one in record.fields
    ):
        return "a price with a licence for Windows"
    if any(_ON_PREMISES.search(one.text) for one in record.fields if len(one.text) < 120):
        return "a machine in the customer's own data center"
    unit = rate(after_amount(after))
    if unit.other and not unit.is_per_gpu:
        return f"a price per {unit.other}"
    if not names:
        return other
    if words.SHOP.search(f.title):
        return "a price in a shop, not a rent"
    if any(_INDEX.search(text) for text in (*(one.title for one in record.fields), *record.scope[:3])):
        return "a figure of a market, not a provider's price"
    if words.CONDITIONAL.search(f"{f.title} {before_amount(before)}"):
        return "a price on a condition"
    if len(names) > _MOST_NAMES:
        return "a price of a choice of accelerators"
    if not amount.currency and _counts_no_money(f, record):
        return "an amount of something else than money"
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
        for reason, pattern in words.NOT_SOLD_HERE[:5]:
            if pattern.search(lead) and not words.GPU.search(lead):
                return reason
        if is_sentence(f.text) and not mentions(f.text) and not words.PRICE.search(f.text):
            return "in a sentence that names no price of it"
    if _ONCE.search(f"{f.title} {before_amount(before)}"):
        return "a fee paid once"
    if amount.value == 0:
        return "an amount of zero"
    for text in (f.title, *record.scope[:1]):
        if re.search(r"per[- ](?:1m|million|1k)?\s*tokens?|per image|per request", text, re.IGNORECASE):
            return "a price of tokens or requests"
    if record.kind != "object" and (page_name := _other_provider(f"{f.title} {before}")):
        return f"a price of {page_name}, in a comparison"
    return ""


def has_untitled_numbers(record: Record) -> bool:
    """Return whether a card is the row of a grid whose titles are lost: several bare numbers that say of nothing what they are."""
    return sum(not f.title and re.fullmatch(r"\s*\d{1,4}\s*", f.text) is not None for f in record.fields) >= 2


def _counts_no_money(f: Field, record: Record) -> bool:
    """Return whether a bare number is of a unit of the provider's own: its title says so, or names no currency where another does."""
    if stated_currency(f.title):
        return False
    if words.OWN_UNITS.search(f.title) and not re.search(r"\b(?:price|cost|rate|fee)", f.title, re.IGNORECASE):
        return True
    return not words.PRICE.search(f.title) and any(
        stated_currency(one.title) for one in record.fields if one is not f and is_priced_title(one.title)
    )


def is_sold_out(text: str) -> bool:
    """Return whether a short text says that nothing can be rented now."""
    return len(text) < 40 and any(
        state in ("sold_out", "waitlist") and pattern.search(text) for state, pattern in words.STATES
    )


def is_component(title: str) -> bool:
    """Return whether a title heads prices of another part of a machine: storage, vCPUs, memory, network."""
    title = words.PER_GPU.sub(" ", title)
    has_gpu = words.GPU.search(title) or mentions(title)
    return not has_gpu and bool(
        (words.DISK.search(title) or words.VCPU.search(title) or words.RAM.search(title) or words.NETWORK.search(title))
        and words.PRICE.search(title)
    )


_ON_PREMISES: Final = re.compile(r"cloud ?@ ?customer|on-?prem(?:ises?)?\b|customer-hosted", re.IGNORECASE)


_INDEX: Final = re.compile(r"\b(?:price|rental|market|spot|gpu) index\b|^index$", re.IGNORECASE)


_TAXED: Final = re.compile(
    r"^\W*(?:\w+\W+){0,2}?(?:inkl\w*\.?|incl(?:uding|\.)?|mit|with|inc\.?)\s*(?:\d+\s?%\s*)?(?:MwSt|USt|VAT|tax|GST)|^\W*TTC\b|税込",
    re.IGNORECASE,
)


_ONCE: Final = re.compile(
    r"\b(?:set-?up|installation|one[- ]time|initial|activation|onboarding|einrichtung\w*|einmalig\w*|frais d'installation|mise en service)\b|初期|首次|установк|подключени",
    re.IGNORECASE,
)


_EXAMPLE: Final = words.NOT_SOLD_HERE[-1][1]


_OTHERS: Final = re.compile(
    r"\b(?:AWS|Amazon|EC2|Azure|Google Cloud|GCP|Oracle|Lambda(?: Labs)?|CoreWeave|RunPod|Vast(?:\.ai)?|Paperspace|competitors?|hyperscalers?|others?|typical|average|big (?:three|3)|traditional)\b",
    re.IGNORECASE,
)


def _other_provider(title: str) -> str:
    hit = _OTHERS.search(title)
    return hit[0] if hit else ""

"""Checks the currency of a layout's offers against the page: a layout takes "$" for US dollars, whatever stands before it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from scrapers.model import Offer, Page
from scrapers.parsing.text import soup, squash
from scrapers.reading.amounts import SHARED, find_amounts
from scrapers.reading.documents import is_readable, kind
from scrapers.reading.page_facts import page_facts

# Where none of these stands on a page, its amounts need not be looked at.
_OTHERS: Final = re.compile(
    r"(?:\bA|AU|AUD|\bC|CA|CAD|CDN|\bS|SG|HK|NZ|NT|\bR|MX)\$|\b(?:AUD|BRL|CAD|CHF|CNY|EUR|GBP|HKD|INR|JPY|MXN|NZD|SGD|TWD)\b"
    r"|[€£¥₹]|\b(?:Australian|Canadian|Hong Kong|New Zealand|Singapore|Taiwan) dollars?\b|\blang=[\"']?(?!en-US)\w+-[A-Z]{2}",
    re.IGNORECASE,
)


def in_other_currency(page: Page, offers: Sequence[Offer]) -> str:
    """Return the text of an offer whose amount is printed in other currencies alone; empty where none is so."""
    for offer in offers:
        for amount in find_amounts(offer.text):
            if amount.value == offer.price and _differs({amount.currency}, offer):
                return offer.text
    html = page.text() if is_readable(page) else "{"
    if kind(html) == "json" or not _OTHERS.search(html):
        return ""
    printed = _printed(page)
    for offer in offers:
        if offer.price and _differs(printed[offer.price], offer):
            return f"{offer.instance or offer.gpu_label}: {offer.price} {' or '.join(sorted(printed[offer.price]))}"
    return ""


def _differs(printed: set[str], offer: Offer) -> bool:
    """Return whether currencies are printed, all of them known, and none of them is the offer's."""
    return bool(printed and offer.currency and not printed & {"", *SHARED, offer.currency})


def _printed(page: Page) -> defaultdict[Decimal, set[str]]:
    """Return the currencies of each amount in a page's visible text; "" for a sign whose meaning it leaves open."""
    tree = soup(page)
    for tag in tree(["script", "style", "template"]):
        tag.decompose()
    text = squash(tree.get_text(" "))
    root = tree.find("html")
    facts = page_facts(str(root.get("lang") or "") if root else "", [text])
    currencies: defaultdict[Decimal, set[str]] = defaultdict(set)
    for amount in find_amounts(text, facts.decimal_comma):
        currencies[amount.value].add(facts.resolve(amount.currency))
    return currencies

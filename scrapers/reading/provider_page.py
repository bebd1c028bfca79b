"""Reads a page of a provider: by its own layout where that knows the page, else by meaning; and accounts for it."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final, Literal

from scrapers.model import LayoutError, NoPublicPrice, Offer, Page, Provider
from scrapers.reading.account import Account, Entry, nothing_read
from scrapers.reading.by_meaning import ByMeaning
from scrapers.reading.documents import is_readable
from scrapers.reading.reader import read_page

GENERAL: Final = "general_reader"  # the source of offers that no layout vouches for
log = logging.getLogger("gpuhour.reading")
_BROKEN: Final = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError)


@dataclass(frozen=True, slots=True)
class Reading:
    """Offers of a page, who read them, and the account of its amounts. `failure` is why the own layout did not."""

    offers: tuple[Offer, ...]
    read_by: Literal["layout", "general"]
    account: Account = field(default_factory=Account)
    failure: str = ""


def read_provider_page(provider: Provider, page: Page, with_account: bool = True) -> Reading:
    """Read a page by the provider's layout, and by meaning where that fails.

    Raises LayoutError when neither reads an offer, and NoPublicPrice when the page says in words that it has no price.
    """
    if isinstance(provider.parse, ByMeaning):
        account = read_page(page, provider.parse.hints)
        if not account.offers:
            raise nothing_read(page, account)
        return Reading(tuple(account.offers), "general", account)
    try:
        offers = tuple(provider.parse(page))
    except NoPublicPrice:
        raise
    except (LayoutError, *_BROKEN) as unknown:
        failure = (
            unknown
            if isinstance(unknown, LayoutError)
            else LayoutError(page, "values as the parser knows them", repr(unknown))
        )
        account = read_page(page, provider.hints) if is_readable(page) else Account()
        if not account.offers:
            raise failure from unknown
        return Reading(tuple(account.offers), "general", account, str(failure))
    account = account_of(page, provider, offers) if with_account and is_readable(page) else Account(list(offers))
    return Reading(offers, "layout", account)


def account_of(page: Page, provider: Provider, offers: tuple[Offer, ...]) -> Account:
    """Return the account of a page that a layout has read: amounts of its offers are emitted, whoever finds them."""
    try:
        general = read_page(page, provider.hints)
    except Exception:  # the account is a check beside the layout's reading, and must not cost its prices
        log.exception("%s: no account of %s", provider.slug, page.url)
        return Account(list(offers), faults=["the page could not be accounted for"])
    prices = {o.price.normalize() for o in offers if o.price is not None}
    prices |= {o.upfront_price.normalize() for o in offers if o.upfront_price is not None}
    missed = Counter(
        o.price.normalize() for o in general.offers if o.price is not None and o.price.normalize() not in prices
    )
    entries = [_judged(entry, prices, missed) for entry in general.entries]
    return Account(list(offers), entries, list(general.faults))


def _judged(entry: Entry, prices: set[Decimal], missed: Counter[Decimal]) -> Entry:
    """Return an entry of the general reader's account as the layout's offers make it."""
    if entry.value is not None and entry.value.normalize() in prices:
        return (
            entry
            if entry.verdict == "emitted"
            else replace(entry, verdict="emitted", reason="read by the provider's layout")
        )
    if entry.verdict == "emitted" and entry.value is not None and missed[entry.value.normalize()]:
        return replace(
            entry,
            verdict="unexplained",
            reason=f"the provider's layout does not read it; it looks like a price of {entry.reason}",
        )
    return entry

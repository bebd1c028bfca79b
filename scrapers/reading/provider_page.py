"""Reads a page of a provider: by its own layout where that knows the page, else by meaning; and accounts for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from scrapers.model import LayoutError, NoPublicPrice, Offer, Page, Provider
from scrapers.reading.account import Account, nothing_read
from scrapers.reading.by_meaning import ByMeaning
from scrapers.reading.documents import is_readable
from scrapers.reading.layout_account import account_of, read_beside
from scrapers.reading.other_product import of_endpoints
from scrapers.reading.printed_currency import in_other_currency
from scrapers.reading.reader import read_page

GENERAL: Final = "general_reader"  # the source of offers that no layout vouches for
_BROKEN: Final = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)


@dataclass(frozen=True, slots=True)
class Reading:
    """Offers of a page, who read them, and the account of its amounts. `failure` is why the own layout did not."""

    offers: tuple[Offer, ...]
    read_by: Literal["layout", "general"]
    account: Account = field(default_factory=Account)
    failure: str = ""


def read_provider_page(provider: Provider, page: Page) -> Reading:
    """Read a page by the provider's layout, and by meaning where that fails.

    Raises LayoutError when neither reads an offer, and NoPublicPrice when the page says in words that it has no price.
    """
    if isinstance(provider.parse, ByMeaning):
        account = read_page(page, provider.parse.hints)
        if not account.offers:
            raise nothing_read(page, account)
        return Reading(tuple(account.offers), "general", account)
    general: Account | None = None
    try:
        offers = tuple(provider.parse(page))
        general = read_beside(page, provider) if is_readable(page) else None
        if other := in_other_currency(page, offers):
            raise LayoutError(page, f"amounts in {' or '.join(sorted({o.currency for o in offers}))}", other)
        if general and (other := of_endpoints(page, offers, general.offers)):
            raise LayoutError(page, "machines alone, or words that tell them from endpoints", other)
    except NoPublicPrice:
        raise
    except (LayoutError, *_BROKEN) as unknown:
        failure = (
            unknown
            if isinstance(unknown, LayoutError)
            else LayoutError(page, "values as the parser knows them", repr(unknown))
        )
        account = general or (read_page(page, provider.hints) if is_readable(page) else Account())
        if not account.offers:
            raise failure from unknown
        return Reading(tuple(account.offers), "general", account, str(failure))
    account = account_of(page, provider, offers, general) if is_readable(page) else Account(list(offers))
    return Reading(offers, "layout", account)

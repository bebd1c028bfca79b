"""Asks several addresses for one thing: the first that answers with offers is used, and says what was asked before."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from scrapers.model import Failure, NoPublicPrice, Page, Provider, Request, ScrapeError, clip

_LOG = logging.getLogger(__name__)
_MOST = 12  # requests in place of one: a host that refuses every question is left alone


def first_answer(
    provider: Provider, request: Request, fetch: Callable[[Request], Page | Failure]
) -> tuple[Request, Page | Failure]:
    """Return the first of a request and its alternatives that leads to offers, and its outcome.

    A request that has none, and whose provider cannot ask otherwise, is fetched and returned as it is. Where nothing
    leads to offers, return a page rather than a failure, and of failures the first that is not a missing key.
    """
    if not request.alternatives and provider.ask_again is None:
        return request, fetch(request)
    queue = deque([request, *request.alternatives])
    outcomes: list[tuple[Request, Page | Failure]] = []
    refused: list[str] = []
    while queue and len(outcomes) < _MOST:
        one = queue.popleft()
        outcome = fetch(one)
        why = _shortcoming(provider, outcome)
        if not why:
            if isinstance(outcome, Page) and refused:
                outcome = replace(outcome, instead_of=clip("; ".join(refused), 1000))
                _LOG.info("%s: read from %s instead: %s", provider.slug, clip(one.url), outcome.instead_of)
            return one, outcome
        outcomes.append((one, outcome))
        refused.append(f"{clip(one.url, 300)}: {clip(why)}")
        if again := _asked_again(provider, one, outcome):
            queue.appendleft(again)
    return _best(outcomes, refused)


def _shortcoming(provider: Provider, outcome: Page | Failure) -> str:
    """Return why an outcome leads to no offers; empty where it does. An index does: to its pages."""
    if isinstance(outcome, Failure):
        return outcome.error
    if outcome.is_index:
        return ""
    try:
        return "" if any(offer.price is not None for offer in provider.parse(outcome)) else "no offer with a price"
    except NoPublicPrice as fact:
        return str(fact)
    except (ScrapeError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
        return str(error) if isinstance(error, ScrapeError) else repr(error)


def _asked_again(provider: Provider, request: Request, outcome: Page | Failure) -> Request | None:
    if provider.ask_again is None:
        return None
    again = provider.ask_again(request, outcome.answer if isinstance(outcome, Failure) else outcome.text()[:10_000])
    return again if again != request else None


def _best(outcomes: list[tuple[Request, Page | Failure]], refused: list[str]) -> tuple[Request, Page | Failure]:
    def rank(pair: tuple[Request, Page | Failure]) -> int:
        outcome = pair[1]
        return 0 if isinstance(outcome, Page) else 2 if outcome.kind == "needs_key" else 1

    request, outcome = min(outcomes, key=rank)
    if isinstance(outcome, Failure) and len(refused) > 1:
        outcome = replace(outcome, error=clip("; ".join(refused), 2000))
    return request, outcome

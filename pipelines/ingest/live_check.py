"""Fetches every source once and says what it is like today: read, read in part, moved, walled off, or out of reach."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal, get_args

from pipelines.ingest.layout_drift import PageSummary, differences, recorded_page, summarise_page
from pipelines.ingest.record_capture import write_capture
from pipelines.ingest.scrape_provider import read_page
from pipelines.ingest.worker import WorkerFailed, from_worker
from scrapers.fetching.crawler import MOVED_TO, Fetcher
from scrapers.fetching.policy import is_same_address
from scrapers.model import Failure, LayoutError, Page, Provider, clip
from warehouse.storage.landing import Seen

State = Literal[
    "ok",
    "general_reader",  # read, though not by the provider's own parser
    "partial",  # read, but prices are missing or may be
    "moved",  # at another address now, or at none that is known
    "blocked",  # a bot wall, or robots.txt
    "needs_key",
    "failed",  # not to be had, or in a layout that nothing reads
]
STATES: tuple[State, ...] = get_args(State)
FINE: tuple[State, ...] = ("ok", "general_reader", "needs_key")
COLUMNS = ("provider", "source", "state", "prices", "detail", "url", "answered_by", "capture")
_KINDS: dict[str, State] = {
    "needs_key": "needs_key",
    "blocked": "blocked",
    "robots_denied": "blocked",
    "moved": "moved",
}
_LARGEST = 8 * 1024 * 1024  # bytes of a page that is worth a capture; larger ones are cut by hand
log = logging.getLogger("gpuhour.check")


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """The state of one source today."""

    provider: str
    source: str
    state: State
    n_prices: int
    detail: str  # what is wrong or has changed, in sentences
    url: str
    answered_by: str = ""  # the address that answered, where it is another
    capture: str = ""  # folder of the page as a capture, to review and commit

    def row(self) -> tuple[object, ...]:
        """Return the values of COLUMNS."""
        return (
            self.provider, self.source, self.state, self.n_prices, self.detail, self.url, self.answered_by, self.capture
        )  # fmt: skip


def check_live(providers: Sequence[Provider], fetcher: Fetcher, captures: Path) -> Iterator[SourceCheck]:
    """Yield what each source of the providers is like; pages are written below `captures` as capture folders.

    Nothing is landed or published. Of many equal pages that links lead to, one is fetched. Raises OSError.
    """
    for provider in providers:
        checks = []
        try:
            for check in from_worker(partial(_check_provider, provider, fetcher, captures)):
                checks.append(check)  # noqa: PERF402 -- those before a failure count
        except WorkerFailed as failed:
            request = provider.requests[0]
            checks.append(SourceCheck(provider.slug, request.source, "failed", 0, f"{failed}", request.url))
        for check in checks:
            log.info("%-10s %-14s %5d  %s", check.provider, check.state, check.n_prices, check.url)
            yield check


def _check_provider(provider: Provider, fetcher: Fetcher, captures: Path) -> Iterator[SourceCheck]:
    gpus: set[str] = set()
    checks = []
    with fetcher:
        for number, result in enumerate(fetcher.crawl(provider, one_of_each=True)):
            if isinstance(result, Failure):
                checks.append(_of_failure(provider, result))
            elif not result.is_index:
                check, summary = _of_page(provider, result, captures, number)
                gpus |= summary.gpus if summary else set()
                checks.append(check)
    absent = [gpu for gpu in provider.expects if gpu not in gpus]
    if absent and checks and all(check.state == "ok" for check in checks):
        missing = f"expected GPU {', '.join(absent)} is missing from every page"
        checks[0] = replace(checks[0], state="partial", detail="; ".join(filter(None, [missing, checks[0].detail])))
    yield from checks


def classify_reading(seen: Seen, alarms: Sequence[str]) -> State:
    """Return the state of a page that arrived, by what was read from it.

    The one place that decides it: a reading by something else than the provider's own parser is `general_reader`.
    """
    if seen.status == "blocked":
        return "blocked"
    if seen.status == "layout_changed" and seen.offers:
        return "general_reader"
    if seen.status not in ("ok", "no_public_price"):
        return "failed"
    return "partial" if alarms or (seen.status == "ok" and seen.detail) else "ok"


def _of_failure(provider: Provider, failure: Failure) -> SourceCheck:
    state: State = _KINDS.get(failure.kind, "failed")
    return SourceCheck(provider.slug, failure.request.source, state, 0, failure.error, failure.request.url)


def _of_page(provider: Provider, page: Page, captures: Path, number: int) -> tuple[SourceCheck, PageSummary | None]:
    seen = read_page(provider, page)
    summary, changes = None, list[tuple[str, bool]]()
    try:
        summary = summarise_page(provider, page)
        before = recorded_page(provider, page)
        old = summarise_page(provider, before) if before else None
        changes = list(differences(summary, old, is_cut=True))
    except Exception as broken:
        # A comparison only helps to repair a parser; what was read stands without it.
        log.exception("%s: cannot compare %s", provider.slug, clip(page.url))
        changes = [(f"cannot be compared with the recorded page: {clip(repr(broken))}", False)]
    state = classify_reading(seen, [change for change, is_alarm in changes if is_alarm])
    moved = _moved_to(page)
    if moved and state in FINE:
        state = "moved"
    sentences = [f"its address is now {moved}"] if moved else []
    sentences += [seen.detail] if seen.detail else []
    sentences += [change for change, _ in changes if change != seen.detail]
    n_prices = sum(offer.price is not None for offer in seen.offers)
    check = SourceCheck(
        provider.slug, page.source, state, n_prices, "; ".join(sentences), page.url,
        "" if page.final_url in ("", page.url) else page.final_url, _capture(page, captures, number),
    )  # fmt: skip
    return check, summary


def _moved_to(page: Page) -> str:
    """Return the address that the host says the page is at from now on; empty where it is at its own."""
    if page.fetched_by == "browser" and page.final_url and not is_same_address(page.url, page.final_url):
        return page.final_url  # what the browser was told on the way is not known
    return page.headers.get(MOVED_TO, "")


def _capture(page: Page, captures: Path, number: int) -> str:
    """Write a page as a capture; return its folder, empty where it is too large."""
    with page.open() as stream:
        if len(stream.read(_LARGEST + 1)) > _LARGEST:
            return ""
    try:
        return str(write_capture(captures / page.provider, page, number))
    except Exception as unread:  # a page that no parser reads is a capture without offers.json
        level = logging.DEBUG if isinstance(unread, LayoutError) else logging.WARNING
        log.log(level, "%s: no offers.json of %s: %s", page.provider, clip(page.url), clip(repr(unread)))
        folders = sorted((captures / page.provider).glob(f"*_{number}_*"))
        return str(folders[-1]) if folders else ""

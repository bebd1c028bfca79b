"""Scrapes the recorded pages of many providers at once, ahead of the steps that land them one after the other."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from math import inf
from typing import TypeVar

from pipelines.ingest.scrape_provider import collect_recorded, collect_rendered, parser_version
from pipelines.ingest.worker import Bounds, WorkerFailed, from_worker
from scrapers import registry
from scrapers.fetching.replay import Replay
from scrapers.model import Provider
from warehouse.storage.landing import Seen
from warehouse.storage.state_dir import Home

T = TypeVar("T")
Landed = dict[str, list[Seen]]  # by provider
# A lane only starts workers, each of which has bounds of its own.
_NO_BOUNDS = Bounds(memory=1 << 62, cpu_seconds=inf, seconds=inf, output=1 << 62)
_RENDERED = "by browser"  # the job of all providers whose pages need one
_results: ContextVar[Mapping[str, Future[Landed]] | None] = ContextVar("scraped_ahead", default=None)


@contextmanager
def scraping_ahead(home: Home, recorded: Replay) -> Iterator[None]:
    """Scrape every provider of a replay beside the block, as many at once as there are processors."""
    providers = registry.all_providers()
    parser_version()  # once, and not in every lane
    rendered = [provider for provider in providers if any(request.browser for request in provider.requests)]
    # Whatever needs a browser takes longest, so that comes first.
    jobs: dict[str, Callable[[], Landed]] = {_RENDERED: lambda: collect_rendered(rendered, recorded, home)}
    jobs |= {one.slug: _job(one, recorded, home) for one in providers if one not in rendered}
    with running(jobs, min(len(jobs), os.cpu_count() or 1)) as outcomes:
        results = outcomes | {provider.slug: outcomes[_RENDERED] for provider in rendered}
        reset = _results.set(results)
        try:
            yield
        finally:
            _results.reset(reset)


def scraped(provider: Provider, recorded: Callable[[], Replay], home: Home) -> list[Seen]:
    """Return what a replay has of a provider, scraped ahead or now. Raises as `recorded` and `collect_recorded` do.

    recorded: reads the index of all captures, which is of use only for what was not scraped ahead.
    """
    result = (_results.get() or {}).get(provider.slug)
    landed = result.result() if result else {}
    return landed[provider.slug] if provider.slug in landed else collect_recorded(provider, recorded(), home)


def _job(provider: Provider, recorded: Replay, home: Home) -> Callable[[], Landed]:
    return lambda: {provider.slug: collect_recorded(provider, recorded, home)}


@dataclass(frozen=True, slots=True)
class _Outcome:
    """A job that began, and then its result or its error."""

    name: str
    is_over: bool = False
    result: object = None
    error: Exception | None = None


@contextmanager
def running(jobs: Mapping[str, Callable[[], T]], n_lanes: int) -> Iterator[dict[str, Future[T]]]:
    """Yield the results to come of jobs that lanes run, processes of which each takes the next job when it is free."""
    results: dict[str, Future[T]] = {name: Future() for name in jobs}
    queue, filling = os.pipe()
    with os.fdopen(filling, "wb") as stream:
        stream.writelines(number.to_bytes(2, "big") for number in range(len(jobs)))
    # Forked here and now: this thread outlives them, and no other is there yet.
    lanes = [_begun(from_worker(lambda: _lane(jobs, queue), _NO_BOUNDS)) for _ in range(n_lanes)]
    readers = [threading.Thread(target=_read, args=(lane, results), daemon=True) for lane in lanes]
    ending = threading.Thread(target=_end, args=(readers, results), daemon=True)
    for thread in (*readers, ending):
        thread.start()
    try:
        yield results
    finally:
        while os.read(queue, 1 << 16):  # nobody waits for what has not begun
            pass
        ending.join()
        os.close(queue)


def _begun(lane: Iterator[_Outcome]) -> Iterator[_Outcome]:
    next(lane)  # only now does it fork
    return lane


def _lane(jobs: Mapping[str, Callable[[], object]], queue: int) -> Iterator[_Outcome]:
    names = list(jobs)
    yield _Outcome("")
    while number := os.read(queue, 2):
        name = names[int.from_bytes(number, "big")]
        yield _Outcome(name)
        try:
            yield _Outcome(name, is_over=True, result=jobs[name]())
        except Exception as failed:
            yield _Outcome(name, is_over=True, error=failed)


def _read(lane: Iterator[_Outcome], results: Mapping[str, Future[T]]) -> None:
    """Pass a lane's outcomes on; where it dies, so does the job that it was at."""
    at = ""
    try:
        for outcome in lane:
            at = "" if outcome.is_over else outcome.name
            if outcome.error:
                results[outcome.name].set_exception(outcome.error)
            elif outcome.is_over:
                results[outcome.name].set_result(outcome.result)  # type: ignore[arg-type]
    except WorkerFailed as died:
        if at:
            results[at].set_exception(died)


def _end(readers: Iterable[threading.Thread], results: Mapping[str, Future[T]]) -> None:
    for reader in readers:
        reader.join()
    for result in results.values():
        if not result.done():
            result.set_exception(WorkerFailed("the processes that scrape ahead have all died"))

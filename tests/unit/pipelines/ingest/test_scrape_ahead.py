"""Jobs that run ahead in processes of their own: each once, each with its own result, whatever becomes of the others."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest import scrape_ahead
from pipelines.ingest.scrape_ahead import running, scraped, scraping_ahead
from pipelines.ingest.worker import WorkerFailed
from scrapers import registry
from scrapers.model import Provider, Request, ScrapeError
from warehouse.storage.state_dir import Home


def test_each_job_runs_once_in_another_process(tmp_path: Path) -> None:
    def job(name: str) -> Callable[[], int]:
        def run() -> int:
            (tmp_path / name).open("x").close()
            return os.getpid()

        return run

    with running({name: job(name) for name in map(str, range(300))}, 2) as results:
        pids = [result.result(60) for result in results.values()]
    assert len(list(tmp_path.iterdir())) == 300
    assert os.getpid() not in pids


def test_an_error_is_the_jobs_own() -> None:
    def fail() -> int:
        raise ScrapeError("no such page")

    with running({"bad": fail, "good": lambda: 7}, 1) as results:
        assert results["good"].result(60) == 7
        with pytest.raises(ScrapeError, match="no such page"):
            results["bad"].result(60)


def die() -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def test_a_process_that_dies_takes_only_its_job_with_it() -> None:
    jobs: dict[str, Callable[[], int]] = {"bad": die} | {str(n): lambda: 7 for n in range(50)}
    with running(jobs, 2) as results:
        assert {results[str(n)].result(60) for n in range(50)} == {7}
        with pytest.raises(WorkerFailed, match="SIGKILL"):
            results["bad"].result(60)


def test_nobody_waits_for_processes_that_are_all_dead() -> None:
    with running({"bad": die, "waiting": lambda: 7}, 1) as results, pytest.raises(WorkerFailed, match="all died"):
        results["waiting"].result(60)


def test_providers_that_share_a_browser_are_scraped_once_or_else_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other, plain = (
        Provider(slug, slug, (Request("https://a.example/", "s", browser=slug != "plain"),), lambda _: [])
        for slug in ("one", "other", "plain")
    )
    monkeypatch.setattr(registry, "all_providers", lambda: [plain, one, other])
    monkeypatch.setattr(scrape_ahead, "collect_rendered", lambda providers, *_: {providers[0].slug: ["shared"]})
    monkeypatch.setattr(scrape_ahead, "collect_recorded", lambda provider, *_: [f"{provider.slug} alone"])
    recorded: Any = None
    with scraping_ahead(Home(tmp_path), recorded):
        seen: dict[str, Any] = {of.slug: scraped(of, lambda: recorded, Home(tmp_path)) for of in (plain, one, other)}
    assert seen == {"plain": ["plain alone"], "one": ["shared"], "other": ["other alone"]}

"""Jobs that run ahead in processes of their own: each once, each with its own result, whatever becomes of the others."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.ingest.scrape_ahead import running
from pipelines.ingest.worker import WorkerFailed
from scrapers.model import ScrapeError


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

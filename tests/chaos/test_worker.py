"""A page that crashes its reader, or makes it eat memory or time, is that provider's failure and nobody else's."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipelines.ingest import live_check, parse_file, scrape_provider, worker
from pipelines.ingest.scrape_provider import collect, collect_rendered, read_page_apart
from pipelines.ingest.worker import Bounds, WorkerFailed, from_worker, result_of
from scrapers.model import Failure, FetchError, LayoutError, Offer, Page, Provider, Request
from tests.chaos.test_stops import ends
from tests.conftest import Run
from tests.support.worlds import ROOT, offer
from warehouse.storage import connection
from warehouse.storage.state_dir import Home

MIB = 1 << 20


def dies() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


ALLOCATES = """
import os, sys, time
print(os.getpid(), file=open(sys.argv[1], "w"), flush=True)
content = os.urandom(1 << 20) * 120
time.sleep(30)
"""


def allocates() -> bytes:
    content = os.urandom(MIB) * 120
    time.sleep(30)
    return content


def computes() -> None:
    while True:
        pass


@pytest.mark.parametrize(
    ("harm", "bounds", "message"),
    [
        (dies, Bounds(), "ended by SIGKILL"),
        (lambda: os._exit(7), Bounds(), "ended with 7"),
        (allocates, Bounds(memory=60 * MIB), "more than 60 MiB of memory"),
        (computes, Bounds(cpu_seconds=0.2, seconds=8), "more than 0.2 s of processor time"),
        (lambda: time.sleep(30), Bounds(seconds=0.2), "longer than 0.2 s"),
        (lambda: "x" * MIB * 3, Bounds(output=2 * MIB), "more than 2 MiB"),
    ],
)
def test_harm_ends_the_worker_after_what_came_before(harm: Callable[[], Any], bounds: Bounds, message: str) -> None:
    def work() -> Iterator[Any]:
        yield "before"
        yield harm()

    results, started = [], time.monotonic()
    with pytest.raises(WorkerFailed, match=message):
        for result in from_worker(work, bounds):
            results.append(result)  # noqa: PERF402 -- those before the failure count
    assert results == ["before"] and time.monotonic() - started < 10
    assert result_of(lambda: "next") == "next"


def test_what_a_worker_starts_counts_and_ends_with_it(tmp_path: Path) -> None:
    with pytest.raises(WorkerFailed, match="of memory"):
        command = [sys.executable, "-c", ALLOCATES, str(tmp_path / "pid")]
        result_of(lambda: subprocess.run(command, check=True), Bounds(memory=60 * MIB))
    assert ends(int((tmp_path / "pid").read_text()))


def test_errors_and_log_records_come_along(caplog: pytest.LogCaptureFixture) -> None:
    page = Page("p", "https://a.example/", datetime(2026, 9, 20, tzinfo=UTC), content=b"")

    def raises(error: Exception) -> None:
        logging.getLogger("gpuhour.scrape").warning("about to raise %r", error)
        raise error

    for error, kind, message in (
        (FetchError("no answer", "blocked", 403), FetchError, "no answer"),
        (LayoutError(page, "a table"), LayoutError, "looked for a table"),
        (OSError(28, "No space left on device"), OSError, "No space left"),
        (ZeroDivisionError("by zero"), WorkerFailed, "by zero"),
        (MemoryError(), WorkerFailed, "more memory than there is"),
    ):
        with pytest.raises(kind, match=message):
            result_of(lambda error=error: raises(error))  # type: ignore[misc]
        assert caplog.messages[-1] == f"about to raise {error!r}"


def test_worker_dies_with_its_parent(tmp_path: Path) -> None:
    code = (
        "import os, sys, time\nfrom pathlib import Path\nfrom pipelines.ingest.worker import result_of\n"
        "def work():\n    Path(sys.argv[1]).write_text(str(os.getpid()))\n    print('works', flush=True)\n    time.sleep(60)\n"
        "result_of(work)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "pid")], cwd=ROOT, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout and parent.stdout.readline() == b"works\n"
        parent.kill()
    assert ends(int((tmp_path / "pid").read_text()))


# -- a provider's pages ----------------------------------------------------------------------------------------------


class Pages:
    """Stands in for a fetcher: yields pages of these names."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def __enter__(self) -> Pages:
        return self

    def __exit__(self, *_: object) -> None: ...

    def now(self) -> datetime:
        return datetime(2026, 11, 20, tzinfo=UTC)

    def crawl(self, provider: Provider, *, one_of_each: bool = False, **_: object) -> Iterator[Page | Failure]:
        for name in self._names:
            if name == "fetch":
                dies()
            yield Page(provider.slug, f"https://a.example/{name}", self.now(), "s", content=b"<html>$1</html>")


def parse(page: Page) -> list[Offer]:
    if "crash" in page.url:
        dies()
    return [offer(source="s")]


A, B, C = (Provider(slug, slug, (Request("https://a.example/one", "s"),), parse) for slug in "abc")


@pytest.mark.parametrize(
    ("pages", "status", "url", "message"),
    [
        (
            ("one", "crash", "never"),
            "layout_changed",
            "https://a.example/crash",
            "reading https://a.example/crash failed",
        ),
        (("one", "fetch", "never"), "failed", "https://a.example/one", "no further page was tried"),
    ],
)
def test_crash_is_recorded_beside_the_pages_that_were_read(
    tmp_path: Path, pages: tuple[str, ...], status: str, url: str, message: str
) -> None:
    home = Home(tmp_path / "home")
    one, failed = collect(A, Pages(*pages), home, "live")  # type: ignore[arg-type]
    assert one.status == "ok" and len(one.offers) == 1
    assert (failed.status, failed.url) == (status, url) and message in failed.detail and "SIGKILL" in failed.detail
    assert [s.status for s in collect(B, Pages("one"), home, "live")] == ["ok"]  # type: ignore[arg-type]
    with connection.in_memory() as con:
        files = home.landing / "pages" / "*" / "*.parquet"
        rows = con.execute(f"select provider, status, n_offers from '{files}' order by all").fetchall()
    assert rows == sorted([("a", "ok", 1), ("a", status, 0), ("b", "ok", 1)])


@pytest.mark.parametrize(
    ("pages", "statuses"), [(("one", "crash", "never"), ["ok", "layout_changed"]), (("fetch", "never"), ["failed"])]
)
def test_crash_in_a_worker_of_several_providers_is_that_of_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pages: tuple[str, ...], statuses: list[str]
) -> None:
    class PagesOfEach(Pages):
        def crawl(self, provider: Provider, **options: Any) -> Iterator[Page | Failure]:
            return Pages(*(pages if provider is B else ["one"])).crawl(provider, **options)

    monkeypatch.setattr(scrape_provider, "Fetcher", lambda *_: PagesOfEach())
    landed = collect_rendered([A, B, C], SimpleNamespace(newest=Pages().now), Home(tmp_path))  # type: ignore[arg-type]
    assert {slug: [seen.status for seen in of_one] for slug, of_one in landed.items()} == {"a": ["ok"], "b": statuses}
    assert "SIGKILL" in landed["b"][-1].detail
    others = collect_rendered([A, C], SimpleNamespace(newest=Pages().now), Home(tmp_path))  # type: ignore[arg-type]
    assert [seen.status for of_one in others.values() for seen in of_one] == ["ok", "ok"]


def test_what_one_provider_opened_serves_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Counted(Pages):
        n_open = 0

        def __enter__(self) -> Counted:
            Counted.n_open += 1
            return self

        def __exit__(self, *_: object) -> None:
            Counted.n_open -= 1

        def crawl(self, provider: Provider, **options: Any) -> Iterator[Page | Failure]:
            return Pages(str(Counted.n_open)).crawl(provider, **options)

    monkeypatch.setattr(scrape_provider, "Fetcher", lambda *_: Counted())
    landed = collect_rendered([A, B], SimpleNamespace(newest=Pages().now), Home(tmp_path))  # type: ignore[arg-type]
    assert [seen.url[-1] for of_one in landed.values() for seen in of_one] == ["1", "2"]


def test_archived_page_that_crashes_its_reader_has_a_status() -> None:
    (page,) = Pages("crash").crawl(A)
    assert isinstance(page, Page)
    seen = read_page_apart(A, page)
    assert seen.status == "layout_changed" and "SIGKILL" in seen.detail


def test_live_check_goes_on_with_the_next_provider(tmp_path: Path) -> None:
    checks = list(live_check.check_live([A, B], Pages("crash"), tmp_path))  # type: ignore[arg-type]
    assert [(check.provider, check.state) for check in checks] == [("a", "failed"), ("b", "failed")]
    assert all("SIGKILL" in check.detail for check in checks)


def test_parse_and_read_answer_in_a_sentence(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "page.html"
    page.write_text("<html></html>")
    for function in ("parse_file", "read_file"):
        monkeypatch.setattr(parse_file, function, lambda *_: dies())
    for words in (("parse", "lambda", page), ("read", page)):
        said = run(*words)
        assert said.code == 1 and said.out == "" and "its process was ended by SIGKILL" in said.err
        assert said.err.count("\n") == 1


def test_workers_run_apart_on_this_system() -> None:
    assert sys.platform != "linux" or result_of(os.getpid) != os.getpid()
    assert worker.DEFAULT.memory <= 4096 * MIB

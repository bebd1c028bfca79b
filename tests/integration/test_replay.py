"""Recorded captures answer the same fetching code as the network does, in the browser too."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipelines.ingest.record_capture import record_capture
from pipelines.ingest.scrape_provider import collect, read_page
from scrapers import registry
from scrapers.fetching import browser, chromium
from scrapers.fetching.archive import Archive
from scrapers.fetching.crawler import Fetcher
from scrapers.fetching.replay import Replay, normalise_url
from scrapers.model import Failure, FetchError, Page, Provider, Request
from tests.support.worlds import captures as captures_of
from warehouse.storage.state_dir import Home

CAPTURES = Path(__file__).parents[1] / "support" / "pages"
FILLED = Request("https://filled.example/pricing", "pricing_page", browser=True, wait_for="tr.price", timeout=20,
                 ends_with="</html>")  # fmt: skip
HTML = "<html>$1.10</html>"


@pytest.fixture(scope="module")
def shared_browser() -> Iterator[browser.Browser]:
    """Share one browser among all tests that need one."""
    with browser.shared() as running:
        yield running


def capture(folder: Path, url: str, page: str = HTML, suffix: str = "html", **facts: object) -> None:
    folder.mkdir(parents=True)
    (folder / f"page.{suffix}").write_text(page)
    meta = {"url": url, "captured_at": "2026-09-20T06:15:00Z", "content_type": "text/html", **facts}
    (folder / "meta.json").write_text(json.dumps(meta))


def crawl(
    home: Path, captures: Path, *requests: Request, day: date | None = None, **facts: object
) -> list[Page | Failure]:
    provider = Provider("p", "P", requests, parse=lambda page: [], **facts)  # type: ignore[arg-type]
    with Fetcher(Archive(home), Replay(captures, day)) as fetcher:
        return list(fetcher.crawl(provider))


def only_failure(results: list[Page | Failure]) -> str:
    (failure,) = results
    assert isinstance(failure, Failure)
    return failure.error


def test_capture_answers_like_its_host(tmp_path: Path) -> None:
    capture(tmp_path / "in/a", "https://a.example/p?x=1&y=a%20b")
    request = Request("https://A.example:443/p?y=a+b&_=17&x=1#top", "s", is_index=True)
    (page,) = crawl(tmp_path, tmp_path / "in", request)
    assert isinstance(page, Page) and page.text() == HTML and page.fetched_by == "replay-http" and page.is_index
    assert page.captured_at == datetime(2026, 9, 20, 6, 15, tzinfo=UTC)
    assert Archive(tmp_path).pages("p", date(2026, 9, 20)) == [page]


def test_page_rebuilt_by_hand_is_a_sample_and_its_neighbour_a_recording(tmp_path: Path) -> None:
    notes = {"hand": "Rebuilt by Hand, prices of 2026.", "real": "Recorded by `gpuhour capture`.", "bare": None}
    for name, note in notes.items():
        capture(tmp_path / "in" / name, f"https://a.example/{name}", note=note)
    requests = tuple(Request(f"https://a.example/{name}", "s") for name in notes)
    provider, home = Provider("p", "P", requests, parse=lambda page: []), Home(tmp_path / "home")
    with Fetcher(Archive(home.root), Replay(tmp_path / "in")) as fetcher:
        assert [o.origin for o in collect(provider, fetcher, home, "recorded")] == ["sample", "recorded", "recorded"]
    # The archive keeps it for `gpuhour replay`; records of earlier versions know of no samples.
    (sample, *_) = pages = Archive(home.root).pages("p", date(2026, 9, 20))
    assert {(p.url[18:], p.is_sample) for p in pages} == {("hand", True), ("real", False), ("bare", False)}
    assert read_page(provider, replace(sample, is_sample=True)).origin == "sample"
    for record in home.pages.rglob("*.json"):
        record.write_text(json.dumps({k: v for k, v in json.loads(record.read_text()).items() if k != "is_sample"}))
    assert [p.is_sample for p in Archive(home.root).pages("p", date(2026, 9, 20))] == [False] * 3


def test_copy_of_a_sample_is_a_sample(tmp_path: Path) -> None:
    source = captures_of(tmp_path / "in", "oracle")
    written, failed = record_capture("oracle", tmp_path / "out", Home(tmp_path / "home"), source)
    assert written and not failed
    with Fetcher(Archive(tmp_path), Replay(tmp_path / "out")) as fetcher:
        pages = list(fetcher.crawl(registry.get("oracle")))
    assert all(isinstance(page, Page) and page.is_sample for page in pages)


def test_unrecorded_and_failed_requests_fail_and_the_rest_continues(tmp_path: Path) -> None:
    capture(tmp_path / "in/a", "https://a.example/gone", status=404)
    capture(tmp_path / "in/b", "https://a.example/ok")
    capture(tmp_path / "in/c", "https://a.example/moved", status=301, location="https://a.example/ok")
    requests = (Request(f"https://a.example/{name}", "s") for name in ("gone", "unseen", "moved", "ok"))
    gone, unseen, moved, page = crawl(tmp_path, tmp_path / "in", *requests)
    assert isinstance(gone, Failure) and gone.status == 404
    assert isinstance(unseen, Failure) and "not recorded: GET https://a.example/unseen" in unseen.error
    assert isinstance(moved, Page) and moved.final_url == "https://a.example/ok" and isinstance(page, Page)


def test_newest_capture_up_to_the_date_answers(tmp_path: Path) -> None:
    for name, captured in (("a", "2026-09-20T06:15:00Z"), ("b", "2026-09-01T07:00:00Z"), ("c", "2026-08-01T08:00:00Z")):
        capture(tmp_path / "in" / name, "https://a.example/", f"<html>{name}</html>", captured_at=captured)
    request = Request("https://a.example/", "s")

    def seen(day: date | None) -> tuple[str, str]:
        (page,) = crawl(tmp_path, tmp_path / "in", request, day=day)
        assert isinstance(page, Page)
        return page.text()[6], page.captured_at.isoformat()

    assert seen(None) == ("a", "2026-09-20T06:15:00+00:00")
    assert seen(date(2026, 9, 10)) == ("b", "2026-09-10T07:00:00+00:00")
    assert seen(date(2026, 8, 1)) == ("c", "2026-08-01T08:00:00+00:00")
    too_early = only_failure(crawl(tmp_path, tmp_path / "in", request, day=date(2026, 7, 1)))
    assert "not recorded on or before 2026-07-01" in too_early


def test_excerpt_may_lack_its_end_but_must_be_of_the_expected_kind(tmp_path: Path) -> None:
    capture(tmp_path / "in/a", "https://a.example/cut.json", '{"Items": [{"pr', "json", is_excerpt=True)
    capture(tmp_path / "in/b", "https://a.example/whole.json", '{"Items": [{"pr', "json")
    capture(tmp_path / "in/c", "https://a.example/html.json", HTML, is_excerpt=True)
    requests = (Request(f"https://a.example/{name}.json", "s") for name in ("cut", "whole", "html"))
    cut, whole, html = crawl(tmp_path, tmp_path / "in", *requests)
    assert isinstance(cut, Page) and cut.is_excerpt
    assert isinstance(whole, Failure) and "cut off" in whole.error
    assert isinstance(html, Failure) and "returned html" in html.error


def test_links_are_followed_and_post_differs_from_get(tmp_path: Path) -> None:
    capture(tmp_path / "in/1", "https://a.example/api?page=1", '{"next": "https://a.example/api?page=2"}', "json")
    capture(tmp_path / "in/2", "https://a.example/api?page=2", '{"next": "https://a.example/api?page=1"}', "json")
    capture(tmp_path / "in/3", "https://a.example/query", "{}", "json", method="POST")

    def follow(page: Page) -> Iterator[Request]:
        yield from (Request(url, "s") for url in [json.loads(page.read()).get("next")] if url)

    start = Request("https://a.example/api?page=1", "s")
    post = Request("https://a.example/query", "s", method="POST", body="{}")
    results = crawl(tmp_path, tmp_path / "in", start, post, replace(post, method="GET", body=""), follow=follow)
    assert [isinstance(result, Page) for result in results] == [True, True, False, True]


@pytest.mark.parametrize("spoil", [
    lambda folder: (folder / "meta.json").write_text("{"),
    lambda folder: (folder / "page.html").unlink(),
    lambda folder: (folder / "page.json").write_text("{}"),
    lambda folder: (folder / "meta.json").write_text('{"url": "https://a.example/"}'),
])  # fmt: skip
def test_unreadable_capture_is_named(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    capture(tmp_path / "in/a", "https://a.example/")
    spoil(tmp_path / "in/a")
    with pytest.raises(FetchError, match=r"cannot read the capture .*in/a/meta.json"):
        Replay(tmp_path / "in")


def test_folder_without_captures_raises(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="no captures"):
        Replay(tmp_path)


def test_equivalent_urls() -> None:
    assert normalise_url("https://A.example?b=2&a=&ts=9") == normalise_url("https://a.example:443/?a=&b=2#x")
    assert normalise_url("https://a.example/x y") == normalise_url("https://a.example/x%20y")
    assert normalise_url("https://a.example/?a=1") != normalise_url("https://a.example/?a=2")


def test_script_fills_a_recorded_page(tmp_path: Path, shared_browser: browser.Browser) -> None:
    (page,) = crawl(tmp_path, CAPTURES, FILLED)
    assert isinstance(page, Page) and page.fetched_by == "replay-browser"
    assert page.captured_at == datetime(2026, 9, 20, 6, 15, tzinfo=UTC)
    assert "<td>A100 80GB</td><td>$1.10 / hr</td>" in page.text()
    assert "$" not in (CAPTURES / "2026-09-20_filled_by_script/page.html").read_text()


@pytest.mark.parametrize("lost", ["app.js", "prices.json"])
def test_unrecorded_script_or_data_fails_at_once(tmp_path: Path, lost: str, shared_browser: browser.Browser) -> None:
    shutil.copytree(CAPTURES, tmp_path / "in")
    (meta,) = tmp_path.rglob("meta.json")
    facts = json.loads(meta.read_text())
    facts["resources"] = [one for one in facts["resources"] if one["file"] != lost]
    meta.write_text(json.dumps(facts))
    start = time.monotonic()
    error = only_failure(crawl(tmp_path, tmp_path / "in", FILLED))
    assert "not recorded: GET https://" in error and ("app.js" if lost == "app.js" else "/v1/prices") in error
    assert time.monotonic() - start < 10


def test_hanging_or_growing_browser_page_is_ended(tmp_path: Path, shared_browser: browser.Browser) -> None:
    pages = {
        "endless": "<html><script>setTimeout(() => { for (;;) {} }, 50)</script></html>",
        "never": "<html><p>No such row.</p></html>",
        "large": "<html><script>document.documentElement.innerHTML = 'x'.repeat(300000)</script></html>",
        "popup": "<html><script>open('/ok')</script><p class=price>$1</p></html>",
        "ok": "<html><p class=price>$1</p></html>",
    }
    for name, html in pages.items():
        capture(tmp_path / "in" / name, f"https://a.example/{name}", html)
    requests = [Request(f"https://a.example/{name}", "s", browser=True, timeout=8, max_bytes=100_000,
                        wait_for="" if name == "large" else ".price") for name in pages]  # fmt: skip
    requests[:2] = [replace(request, timeout=0.7) for request in requests[:2]]
    endless, never, large, *rest = crawl(tmp_path, tmp_path / "in", *requests)
    for result, message in (
        (endless, "took longer"),
        (never, "waiting for '.price'"),
        (large, "larger than its limit"),
    ):
        assert isinstance(result, Failure) and message in result.error
    assert [isinstance(result, Page) and "$1" in result.text() for result in rest] == [True, True]


def test_browser_clock_is_fixed_at_the_recording(tmp_path: Path, shared_browser: browser.Browser) -> None:
    script = "document.body.append(new Date().toISOString(), ' ', new Date().getTimezoneOffset(), navigator.language)"
    capture(tmp_path / "in/a", "https://a.example/", f"<html><body><script>{script}</script></body></html>")
    (page,) = crawl(tmp_path, tmp_path / "in", Request("https://a.example/", "s", browser=True, wait_for="body"))
    assert isinstance(page, Page) and "2026-09-20T06:15:00.000Z 0en-US" in page.text()


def test_dead_browser_is_replaced(tmp_path: Path, shared_browser: browser.Browser) -> None:
    shared_browser._call(shared_browser._chromium.close())
    assert isinstance(crawl(tmp_path, CAPTURES, FILLED)[0], Page)


def test_threads_share_one_browser(tmp_path: Path, shared_browser: browser.Browser) -> None:
    results: list[Page | Failure] = []

    def work(name: str) -> None:
        with browser.shared() as mine:
            browsers.add(mine)
            results.extend(crawl(tmp_path / name, CAPTURES, FILLED))

    browsers: set[browser.Browser] = set()
    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert browsers == {shared_browser} and [type(result) for result in results] == [Page] * 3


def test_browser_search_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def place(name: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
        return path

    for name, value in {"PATH": tmp_path / "bin", "HOME": tmp_path / "home", "PLAYWRIGHT_BROWSERS_PATH": ""}.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.delenv("GPUHOUR_BROWSER", raising=False)
    monkeypatch.setattr(chromium, "_APPS", ())
    assert chromium.find() is None
    place("home/.cache/ms-playwright/chromium-1100/chrome-linux/chrome")
    newer = place("home/.cache/ms-playwright/chromium-1200/chrome-linux64/chrome")
    assert chromium.find() == newer
    chrome = place("bin/google-chrome")
    assert chromium.find() == chrome
    installed = place("bin/chromium")
    assert chromium.find() == installed
    monkeypatch.setenv("GPUHOUR_BROWSER", str(newer))
    assert chromium.find() == newer
    monkeypatch.setenv("GPUHOUR_BROWSER", "/no/such/browser")
    assert chromium.find() is None


def test_missing_browser_is_installed_in_order_or_advised(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tried: list[str] = []

    def way(name: str, helps: bool) -> Callable[[], bool]:
        def run() -> bool:
            tried.append(name)
            if helps:
                monkeypatch.setattr(chromium, "_usable", lambda: Path("/found"))
            return helps

        return run

    monkeypatch.setattr(chromium, "_usable", lambda: None)
    assert chromium.ensure((way("own", False), way("debian", True), way("third", True))) == Path("/found")
    assert tried == ["own", "debian"]
    assert chromium.main() == 0 and capsys.readouterr() == ("", "/found\n")
    monkeypatch.setattr(chromium, "ensure", lambda: None)
    assert chromium.main() == 1
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and "apt-get install -y chromium libatomic1" in err

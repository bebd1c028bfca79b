"""Fetching from hosts that misbehave: anything but a complete, allowed page is a failure that states the reason."""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import pytest

from scrapers.fetching.archive import Archive, Draft
from scrapers.fetching.connection_guard import ConnectionGuard
from scrapers.fetching.crawler import DOCUMENT_SHA256, UNCHANGED_SINCE, Fetcher
from scrapers.fetching.http_client import HttpClient, HttpRequest, retry_after
from scrapers.fetching.policy import Settings, check_address, check_url
from scrapers.fetching.rate_limit import HostLocks
from scrapers.model import Failure, FetchError, LayoutError, Page, Provider, Request
from tests.support.hostile_server import PAGE, Server, serve

FAST = Settings(
    interval=0, jitter=0, attempts=2, backoff=0.001, backoff_max=0.01, allow_http_hosts=frozenset({"127.0.0.1"})
)


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with serve() as server:
        yield server


@pytest.fixture
def server(running: Server) -> Server:
    running.hits.clear()
    running.times.clear()
    running.most, running.robots = 0, (404, "")
    return running


def provider(*requests: Request, **facts: object) -> Provider:
    return Provider("p", "P", requests, parse=lambda page: [], **facts)  # type: ignore[arg-type]


def fetch(home: Path, request: Request, settings: Settings = FAST) -> Page:
    with Fetcher(Archive(home), settings=settings) as fetcher:
        return fetcher.fetch(provider(request), request)


def refusal(home: Path, request: Request, settings: Settings = FAST) -> FetchError:
    """Return the error of a fetch that must fail, and must leave nothing in the archive."""
    with pytest.raises(FetchError) as caught:
        fetch(home, request, settings)
    assert not list((home / "pages").rglob("*.json")) and not list((home / "pages").rglob("*.zst"))
    return caught.value


def test_page_is_complete_identified_and_archived(server: Server, tmp_path: Path) -> None:
    page = fetch(tmp_path, Request(server.url("/ok"), "list"))
    assert page.read() == PAGE and page.status == 200 and page.source == "list" and page.fetched_by == "http"
    assert page.path and page.path.is_relative_to(tmp_path / "pages" / "p")
    agent = server.headers["/ok"]["user-agent"]
    assert agent.startswith("gpuhour/0.") and "(+https://" in agent


@pytest.mark.parametrize(
    ("path", "kind", "tries"),
    [
        ("/forbidden", "blocked", 1),
        ("/wall", "blocked", 1),
        ("/wall-503", "blocked", 1),
        ("/too-many", "blocked", 2),
        ("/abroad-consent", "blocked", 1),
        ("/pricing", "blocked", 1),
        ("/abroad", "moved", 1),
        ("/nosuch", "moved", 1),
        ("/broken", "failed", 2),
    ],
)
def test_walls_and_moves_are_told_from_faults(server: Server, tmp_path: Path, path: str, kind: str, tries: int) -> None:
    both = replace(FAST, allow_http_hosts=frozenset({"127.0.0.1", "localhost"}))
    error = refusal(tmp_path, Request(server.url(path), "s"), both)
    assert error.kind == kind and server.hits[path] == tries, str(error)


def test_refused_key_is_no_wall(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMPLE_KEY", "abc")
    error = refusal(tmp_path, Request(server.url("/forbidden"), "s", headers={"X-Key": "{SAMPLE_KEY}"}))
    assert error.kind == "failed" and "check that it is valid" in str(error)


@pytest.mark.parametrize("path", ["/gzip", "/brotli", "/deflate", "/raw-deflate", "/moved"])
def test_compressed_and_redirected_pages_arrive(server: Server, tmp_path: Path, path: str) -> None:
    page = fetch(tmp_path, Request(server.url(path), "s"))
    assert page.read() == PAGE
    assert page.final_url == server.url("/ok" if path == "/moved" else path)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/truncated", "RemoteProtocolError"),
        ("/no-end", "</html> is missing"),
        ("/bomb", "larger than its limit"),
        ("/big", "larger than its limit"),
        ("/gzip-cut", "cut off"),
        ("/gzip-damaged", "damaged"),
        ("/unasked", "not requested"),
        ("/loop", "more than 5 times"),
        ("/abroad", "foreign host localhost"),
        ("/to-file", "not a web address"),
        ("/broken", "status 500"),
        ("/busy-for-long", "86400 s: longer than we wait"),
        ("/forbidden", "status 403"),
        ("/missing", "status 404"),
        ("/reset", "ReadError"),
        ("/html.json", "should return json, but returned html"),
        ("/html.csv", "should return csv, but returned html"),
        ("/cut.json", "the end of its JSON is missing"),
        ("/unframed.csv", "the end of its last line"),
        ("/empty", "returned an empty response"),
    ],
)
def test_incomplete_or_foreign_response_is_refused(server: Server, tmp_path: Path, path: str, message: str) -> None:
    settings = replace(FAST, allow_http_hosts=frozenset({"127.0.0.1", "localhost"}))
    error = refusal(tmp_path, Request(server.url(path), "s", max_bytes=1_000_000), settings)
    assert message in str(error) and "127.0.0.1" in str(error)


@pytest.mark.parametrize("path", ["/drip", "/drip-headers"])
def test_slow_drip_times_out(server: Server, tmp_path: Path, path: str) -> None:
    start = time.monotonic()
    error = refusal(tmp_path, Request(server.url(path), "s", timeout=0.3), replace(FAST, attempts=1))
    assert "took longer than 0.3 s" in str(error)
    assert time.monotonic() - start < 1.5


def test_endless_tls_handshake_times_out(tmp_path: Path) -> None:
    """TLS can drip bytes too, on a socket other than the one that was opened."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            with contextlib.suppress(OSError), listener.accept()[0] as peer:
                peer.sendall(b"\x16\x03\x03\x40\x00")  # a record of 16 KiB follows
                while True:
                    peer.sendall(b"\0")
                    time.sleep(0.05)

        threading.Thread(target=drip, daemon=True).start()
        start = time.monotonic()
        request = HttpRequest(f"https://127.0.0.1:{listener.getsockname()[1]}/", timeout=0.3)
        client = HttpClient(FAST, HostLocks(tmp_path, 0, 0, 0))
        draft = Draft(tmp_path)
        with pytest.raises(FetchError, match=r"took longer than 0\.3 s"):
            client._once(request, draft)
        draft.discard()
        assert time.monotonic() - start < 1.5


def test_time_limit_holds_after_tls_takes_the_socket(tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()
    stream = Mock(get_extra_info={"server_addr": ("127.0.0.1", 1), "socket": ours}.__getitem__)
    guard = ConnectionGuard("127.0.0.1", FAST, 0.05)
    with guard:
        guard.trace("connection.connect_tcp.complete", {"return_value": stream})
        wrapped = socket.socket(fileno=ours.detach())
        theirs.settimeout(2)
        assert theirs.recv(1) == b"" and guard.is_over
    wrapped.close()
    theirs.close()


def test_redirects_are_limited_to_hosts_of_the_provider(server: Server, tmp_path: Path) -> None:
    settings = replace(FAST, allow_http_hosts=frozenset({"127.0.0.1", "localhost"}))
    request = Request(server.url("/abroad"), "s")
    with Fetcher(Archive(tmp_path), settings=settings) as fetcher:
        page = fetcher.fetch(provider(request, hosts=("localhost",)), request)
        with pytest.raises(FetchError, match="foreign"):
            fetcher.fetch(provider(request, hosts=("ocalhost", "calhost")), request)
    assert page.final_url == server.url("/ok", "localhost") and page.url == request.url


def test_keys_do_not_travel_to_another_host(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPUHOUR_TEST_KEY", "a key of the test")
    settings = replace(FAST, allow_http_hosts=frozenset({"127.0.0.1", "localhost"}))
    for path, arrives in (("/moved", True), ("/abroad", False)):
        headers = {"X-Key": "{GPUHOUR_TEST_KEY}", "X-Plain": "plain"}
        request = Request(server.url(path), "s", headers=headers)
        with Fetcher(Archive(tmp_path / path.strip("/")), settings=settings) as fetcher:
            fetcher.fetch(provider(request, hosts=("localhost",)), request)
        assert server.headers[path]["x-key"] == "a key of the test"
        assert ("x-key" in server.headers["/ok"]) == arrives and server.headers["/ok"]["x-plain"] == "plain"


def test_browser_page_of_a_foreign_host_is_refused(server: Server, tmp_path: Path) -> None:
    """Where a redirect leads there, and where its script does, once the page has been looked at."""
    settings = replace(FAST, attempts=1, allow_http_hosts=frozenset({"127.0.0.1", "localhost"}))
    requests = [Request(server.url(path), "s", browser=True, wait_for="table") for path in ("/abroad", "/goes-abroad")]
    with Fetcher(Archive(tmp_path), settings=settings) as fetcher:
        failures = list(fetcher.crawl(provider(*requests)))
    assert all(isinstance(failure, Failure) and "foreign host localhost" in failure.error for failure in failures)
    assert len(failures) == 2 and not (tmp_path / "pages" / "p").exists()


def test_expected_kind_and_end_are_checked(server: Server, tmp_path: Path) -> None:
    assert "returned html" in str(refusal(tmp_path, Request(server.url("/ok"), "s", expect="json")))
    assert "returned json" in str(refusal(tmp_path, Request(server.url("/good.json"), "s", expect="html")))
    by_header = Request(server.url("/ok"), "s", headers={"Accept": "application/json"})
    assert "should return json" in str(refusal(tmp_path, by_header))
    assert "&lt;/table&gt;" in str(refusal(tmp_path, Request(server.url("/ok"), "s", ends_with="&lt;/table&gt;")))
    assert fetch(tmp_path, Request(server.url("/ok"), "s", ends_with="</body></html>")).read() == PAGE
    assert fetch(tmp_path, Request(server.url("/good.json"), "s")).status == 200
    assert fetch(tmp_path, Request(server.url("/framed.csv"), "s")).read().endswith(b"3,4")


def test_only_transient_failures_are_retried(server: Server, tmp_path: Path) -> None:
    refusal(tmp_path, Request(server.url("/forbidden"), "s"))
    refusal(tmp_path, Request(server.url("/broken"), "s"))
    assert fetch(tmp_path, Request(server.url("/shaky"), "s"), replace(FAST, attempts=4)).status == 200
    assert (server.hits["/forbidden"], server.hits["/broken"], server.hits["/shaky"]) == (1, 2, 3)


@pytest.mark.parametrize("path", ["/busy-seconds", "/busy-date"])
def test_retry_after_is_obeyed(server: Server, tmp_path: Path, path: str) -> None:
    assert fetch(tmp_path, Request(server.url(path), "s")).status == 200
    first, second = server.times[path]
    assert second - first >= 0.95


def test_retry_after_is_parsed() -> None:
    assert retry_after("120") == 120
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert retry_after("soon") == retry_after("") == 0


def test_wrong_charset_changes_no_bytes_and_text_is_decoded(server: Server, tmp_path: Path) -> None:
    assert "€ 1,35 é" in fetch(tmp_path, Request(server.url("/charset"), "s")).text()
    page = fetch(tmp_path, Request(server.url("/latin"), "s"))
    assert b"\xa3 1.35" in page.read() and "£ 1.35 é" in page.text()


def test_unchanged_page_is_not_downloaded_again(server: Server, tmp_path: Path) -> None:
    request = Request(server.url("/feed"), "s")
    first, second, third = (fetch(tmp_path, request) for _ in range(3))
    assert (first.status, second.status, third.status) == (200, 304, 304)
    assert third.read() == PAGE and third.sha256 == first.sha256 and third.captured_at > first.captured_at
    assert third.headers[UNCHANGED_SINCE] == first.captured_at.isoformat()
    assert third.headers["content-type"] == "text/html" and "abc" not in str(first.headers)
    assert [page.status for page in Archive(tmp_path).pages("p", first.captured_at.date())] == [200, 304, 304]
    assert first.path
    first.path.write_bytes(b"damaged")  # then the bytes must be downloaded again
    assert fetch(tmp_path, request).status == 200


def test_robots_txt_is_fetched_once_a_day_and_obeyed(server: Server, tmp_path: Path) -> None:
    server.robots = (200, "User-agent: *\nDisallow: /feed\nCrawl-delay: 0.2\n\nUser-agent: gpuhour\nDisallow: /ok\n")
    error = refusal(tmp_path, Request(server.url("/ok"), "s"))
    assert error.kind == "robots_denied" and server.hits["/ok"] == 0
    fetch(tmp_path, Request(server.url("/feed"), "s"))  # our own group replaces the one for everybody ...
    fetch(tmp_path, Request(server.url("/feed"), "s"))
    first, second = server.times["/feed"]
    assert second - first >= 0.19  # ... but not its pause
    assert server.hits["/robots.txt"] == 1


def test_unavailable_robots_txt_closes_the_host(server: Server, tmp_path: Path) -> None:
    server.robots = (503, "")
    error = refusal(tmp_path, Request(server.url("/ok"), "s"))
    assert error.kind == "failed" and "503" in str(error) and server.hits["/ok"] == 0
    server.robots = (200, "User-agent: *\nDisallow:\n")  # a failure is not remembered for a day
    assert fetch(tmp_path, Request(server.url("/ok"), "s")).status == 200
    for cached in (tmp_path / "robots").glob("*.json"):  # outdated rules serve while there are no others
        cached.write_text(json.dumps({"fetched_at": 1, "text": "User-agent: *\nDisallow: /feed"}))
    server.robots = (503, "")
    assert fetch(tmp_path, Request(server.url("/ok"), "s")).status == 200
    with pytest.raises(FetchError, match="disallows"):
        fetch(tmp_path, Request(server.url("/feed"), "s"))


def test_crawl_continues_after_failures(server: Server, tmp_path: Path) -> None:
    ok, broken, more = (Request(server.url(path), "s") for path in ("/ok", "/broken", "/gzip"))
    abroad = Request("https://elsewhere.example/", "s")

    def follow(page: Page) -> Iterator[Request]:
        if page.url == ok.url:
            yield from (more, ok, abroad)
        else:
            raise LayoutError(page, "links")

    crawled = provider(broken, ok, follow=follow)
    with Fetcher(Archive(tmp_path), settings=FAST) as fetcher:
        results = list(fetcher.crawl(crawled))
        few = list(Fetcher(Archive(tmp_path), settings=replace(FAST, max_pages=1)).crawl(crawled))
    assert [(type(r), r.url if isinstance(r, Page) else r.request.url) for r in results] == [
        (Failure, broken.url), (Page, ok.url), (Failure, abroad.url), (Page, more.url), (Failure, more.url),
    ]  # fmt: skip
    failures = [r for r in results if isinstance(r, Failure)]
    assert [f.kind for f in failures] == ["failed", "failed", "layout"] and failures[0].status == 500
    assert isinstance(few[-1], Failure) and few[-1].kind == "too_many" and len(few) == 2


def test_keys_are_redacted_everywhere(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    keyed = Request(server.url("/keyed"), "s", headers={"X-Key": "{GPUHOUR_TEST_KEY}"})
    monkeypatch.delenv("GPUHOUR_TEST_KEY", raising=False)
    error = refusal(tmp_path, keyed)
    assert error.kind == "needs_key" and "GPUHOUR_TEST_KEY" in str(error) and not server.hits
    monkeypatch.setenv("GPUHOUR_TEST_KEY", "s3cr3t")
    page = fetch(tmp_path, keyed)
    assert server.headers["/keyed"]["x-key"] == "s3cr3t"
    assert page.headers["x-echo"] == page.headers["x-api-key"] == "[redacted]"
    with pytest.raises(FetchError) as caught:
        fetch(tmp_path, replace(keyed, url=server.url("/keyed-broken")))
    written = "".join(f.read_text() for f in tmp_path.rglob("*") if f.is_file() and f.suffix != ".zst")
    assert "s3cr3t" not in written + caplog.text + str(caught.value)
    assert "key=[redacted]" in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://a.example/", "ftp://a.example/", "file:///etc/passwd", "https://a:b@a.example/", "https:///x"]
)
def test_only_https_urls_are_fetched(url: str) -> None:
    with pytest.raises(FetchError, match="refused"):
        check_url(url, Settings())


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "100.64.0.1", "::1", "::ffff:192.168.0.1", "fe80::1%x"]
)
def test_private_addresses_are_refused(address: str) -> None:
    with pytest.raises(FetchError, match="not public"):
        check_address("example.com", address, Settings())
    check_address("example.com", "93.184.216.34", Settings())


def test_host_name_of_the_loopback_is_refused(server: Server, tmp_path: Path) -> None:
    """Checked on the connection itself: the name may resolve differently from one moment to the next."""
    request = Request(f"https://localhost:{server.server_address[1]}/ok", "s")
    error = refusal(tmp_path, request, replace(FAST, attempts=1))
    assert "not public" in str(error) and not server.hits


def test_environment_sets_only_harmless_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPUHOUR_CONTACT_URL", "https://example.com/bot\n")
    monkeypatch.setenv("GPUHOUR_ALLOW_HTTP_HOSTS", "127.0.0.1")
    settings = Settings.from_env()
    assert settings.user_agent.endswith("(+https://example.com/bot)") and not settings.allow_http_hosts


def test_browser_page_from_the_network(server: Server, tmp_path: Path) -> None:
    with Fetcher(Archive(tmp_path), settings=FAST) as fetcher:
        page, *failures = (
            result for path in ("/ok", "/abroad", "/broken", "/no-end")
            for result in fetcher.crawl(provider(Request(server.url(path), "s", browser=True, wait_for="body")))
        )  # fmt: skip
    assert isinstance(page, Page) and page.fetched_by == "browser" and b"$1.10" in page.read()
    assert len(page.headers[DOCUMENT_SHA256]) == 64 and server.headers["/ok"]["user-agent"].startswith("gpuhour/")
    assert [isinstance(f, Failure) and f.status for f in failures] == [None, 500, None]
    for failure, message in zip(failures, ("localhost", "status 500", "</html>"), strict=True):
        assert message in str(failure)

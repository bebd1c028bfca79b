"""What providers ask for, and what next: further pages, fields that left a schema, addresses that name an account."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scrapers import registry
from scrapers.fetching import api_keys
from scrapers.fetching.archive import Archive
from scrapers.fetching.crawler import Fetcher
from scrapers.fetching.policy import Settings
from scrapers.model import Failure, FetchError, LayoutError, Page, Provider, Request
from tests.support.hostile_server import Handler, Server, path, serve
from tests.support.worlds import at


def page(slug: str, content: object, url: str, **facts: Any) -> Page:
    return Page(slug, url, at("2026-09-20"), content=json.dumps(content).encode(), **facts)


def follow(slug: str, content: object, url: str, **facts: Any) -> list[Request]:
    links = registry.get(slug).follow
    assert links is not None
    return list(links(page(slug, content, url, **facts)))


# --- RunPod's question


def runpod(answer: str, request: Request | None = None) -> Request | None:
    provider = registry.get("runpod")
    assert provider.ask_again is not None
    return provider.ask_again(request or provider.requests[0], answer)


def query(request: Request | None) -> str:
    assert request is not None
    return str(json.loads(request.body)["query"])


def test_query_asks_for_the_official_fields() -> None:
    words = query(registry.get("runpod").requests[0]).split()
    assert {"oneWeekPrice", "oneMonthPrice", "threeMonthPrice", "secureSpotPrice"} <= set(words)
    assert "sixMonthPrice" not in words


@pytest.mark.parametrize("quoted", ['"oneWeekPrice"', '\\"oneWeekPrice\\"', "'oneWeekPrice'"])
def test_field_that_left_the_schema_is_asked_for_no_more(quoted: str) -> None:
    again = runpod(f"Cannot query field {quoted} on type 'GpuType'. Did you mean ...")
    assert "oneWeekPrice" not in query(again) and "oneMonthPrice threeMonthPrice" in query(again)


def test_field_with_fields_of_its_own_goes_with_them() -> None:
    whole = runpod("Cannot query field 'lowestPrice' on type 'GpuType'")
    inner = runpod("Cannot query field 'stockStatus' on type 'LowestPrice'")
    for text in (query(whole), query(inner)):
        assert "lowestPrice" not in text and "stockStatus" not in text
        assert text.count("{") == text.count("}") and "securePrice" in text and text.startswith("query { gpuTypes {")


def test_other_errors_and_foreign_names_change_nothing() -> None:
    assert runpod("Cannot query field 'gpuTypes' on type 'Query'") is None
    assert runpod("internal server error") is None


# --- lists in parts


def test_prime_intellect_is_asked_until_all_rows_are_here() -> None:
    first = registry.get("primeintellect").requests[0].url
    assert "page=1&page_size=100" in first and "multi-node" in registry.get("primeintellect").requests[1].url
    (second,) = follow("primeintellect", {"items": [], "totalCount": 201}, first)
    assert second.url == first.replace("page=1&", "page=2&") and "Authorization" in second.headers
    (third,) = follow("primeintellect", {"items": [], "totalCount": 201}, second.url)
    assert not follow("primeintellect", {"items": [], "totalCount": 201}, third.url)
    assert not follow("primeintellect", {"items": []}, first)


VAST = "https://console.vast.ai/api/v0/bundles/"


def asks(*prices: float) -> dict[str, Any]:
    return {"offers": [{"id": n, "gpu_name": "H100 SXM", "num_gpus": 1, "dph_total": p} for n, p in enumerate(prices)]}


def test_vast_is_asked_for_the_asks_above_the_last() -> None:
    prices = [1 + n / 100 for n in range(64)]
    (further,) = follow("vast", asks(*prices), VAST)
    assert (further.method, json.loads(further.body)["dph_total"]) == ("POST", {"gte": 1.63})
    assert further.url == f"{VAST}#dph_total>=1.63"
    assert not follow("vast", asks(*prices[:63]), VAST)
    for faulty in (prices[::-1], [2.0] * 64):  # the next answer would be the same, or a part would be lost
        with pytest.raises(LayoutError):
            follow("vast", asks(*faulty), VAST)


# --- addresses that name an account


@path("/teams/a%20team/rows")
def _rows(handler: Handler) -> None:
    handler.say(b"[1]", kind="application/json")


@path("/teams/lost/rows")
def _lost(handler: Handler) -> None:
    handler.say(b"no such team", 404)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve() as running:
        yield running


def crawl(home: Path, request: Request) -> Page | Failure:
    settings = Settings(interval=0, jitter=0, attempts=1, allow_http_hosts=frozenset({"127.0.0.1"}))
    with Fetcher(Archive(home), settings=settings) as fetcher:
        (outcome,) = fetcher.crawl(Provider("p", "P", (request,), parse=lambda _: []))
    return outcome


def test_account_stands_in_the_request_and_nowhere_else(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = Request(server.url("/teams/{GPUHOUR_TEST_TEAM}/rows"), "s", expect="json")
    monkeypatch.setenv("GPUHOUR_TEST_TEAM", "a team")
    answer = crawl(tmp_path, request)
    assert isinstance(answer, Page) and answer.url == answer.final_url == request.url and answer.read() == b"[1]"
    assert not [f for f in tmp_path.rglob("*.json") if "a team" in f.read_text() or "a%20team" in f.read_text()]
    monkeypatch.setenv("GPUHOUR_TEST_TEAM", "lost")
    failure = crawl(tmp_path, request)
    assert isinstance(failure, Failure) and "{GPUHOUR_TEST_TEAM}" in failure.error and "lost" not in failure.error
    monkeypatch.delenv("GPUHOUR_TEST_TEAM")
    failure = crawl(tmp_path, request)
    assert isinstance(failure, Failure) and failure.kind == "needs_key"


def test_account_cannot_lead_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPUHOUR_TEST_TEAM", "../../x?y#z@host")
    assert (
        api_keys.fill_address("https://a.test/{GPUHOUR_TEST_TEAM}/b") == "https://a.test/..%2F..%2Fx%3Fy%23z%40host/b"
    )
    monkeypatch.setenv("GPUHOUR_TEST_TEAM", "a\nb")
    with pytest.raises(FetchError):
        api_keys.fill_address("https://a.test/{GPUHOUR_TEST_TEAM}/b")


@pytest.mark.parametrize("slug", ["hotaisle", "salad", "massedcompute", "denvr", "jarvislabs", "primeintellect"])
def test_keyed_sources_say_which_key_they_need(slug: str, tmp_path: Path) -> None:
    provider = registry.get(slug)
    keyed = [r for r in provider.requests if "{" in r.url or any("{" in value for value in r.headers.values())]
    assert keyed
    with Fetcher(Archive(tmp_path)) as fetcher:
        for request in keyed:
            (failure,) = fetcher.crawl(replace(provider, requests=(replace(request, alternatives=()),)))
            assert isinstance(failure, Failure) and failure.kind == "needs_key" and "GPUHOUR_" in failure.error

"""Several addresses of one thing, asked of a real server: the first with offers is used, and says what was asked before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.ingest.scrape_provider import collect, read_page
from scrapers.fetching.archive import Archive
from scrapers.fetching.crawler import Fetcher
from scrapers.fetching.policy import Settings
from scrapers.fetching.replay import Replay
from scrapers.model import Failure, NoPublicPrice, Offer, Page, Provider, Request
from scrapers.parsing.json_stream import objects
from tests.support.hostile_server import Handler, Server, path, serve
from warehouse.storage.state_dir import Home

FAST = Settings(
    interval=0, jitter=0, attempts=1, backoff=0.001, backoff_max=0.01, allow_http_hosts=frozenset({"127.0.0.1"})
)
KNOWN_FIELDS = {"id", "price"}


@path("/rows")
def _rows(handler: Handler) -> None:
    handler.say(b'[{"gpu": "H100", "price": 2.5}]', kind="application/json")


@path("/no-rows")
def _no_rows(handler: Handler) -> None:
    handler.say(b'[{"gpu": "H100"}]', kind="application/json")


@path("/sales")
def _sales(handler: Handler) -> None:
    handler.say(b'[{"gpu": "H100", "sales": true}]', kind="application/json")


@path("/typed")
def _typed(handler: Handler) -> None:
    """Refuse a question with a field that the schema lacks, with the status that GraphQL servers use."""
    body = handler.rfile.read(int(handler.headers["Content-Length"])).decode()
    unknown = [name for name in body.split() if name not in KNOWN_FIELDS]
    if unknown:
        message = {"errors": [{"message": f'Cannot query field "{unknown[0]}" on type "Gpu".'}]}
        handler.say(json.dumps(message).encode(), 400, "application/json")
    else:
        handler.say(b'[{"gpu": "H100", "price": 2.5}]', kind="application/json")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve() as running:
        yield running


def read(page: Page) -> Iterator[Offer]:
    for row in objects(page, "rows"):
        if row.get("sales"):
            raise NoPublicPrice(page, "contact sales")
        yield Offer(
            source="rows", pricing_model="on_demand", text="H100", gpu_label="H100",
            price=row.get("price"), price_unit="gpu_hour" if "price" in row else "",
        )  # fmt: skip


def provider(request: Request, **facts: object) -> Provider:
    return Provider("p", "P", (request,), read, **facts)  # type: ignore[arg-type]


def crawl(home: Path, asked: Provider) -> list[Page | Failure]:
    with Fetcher(Archive(home), settings=FAST) as fetcher:
        return list(fetcher.crawl(asked))


def asking(server: Server, first: str, *others: str, **facts: object) -> Provider:
    rest = tuple(Request(server.url(name), "rows") for name in others)
    return provider(Request(server.url(first), "rows", alternatives=rest), **facts)


@pytest.mark.parametrize("first", ["/moved-away", "/no-rows", "/sales"])
def test_first_address_with_offers_is_used_and_noted(server: Server, tmp_path: Path, first: str) -> None:
    asked = asking(server, first, "/rows", "/never-asked")
    with Fetcher(Archive(tmp_path), settings=FAST) as fetcher:
        (seen,) = collect(asked, fetcher, Home(tmp_path), "live")
    assert (seen.status, seen.url, [o.price for o in seen.offers]) == ("ok", server.url("/rows"), [Decimal("2.5")])
    assert f"{server.url('/rows')} was read instead of {server.url(first)}: " in seen.detail
    assert not server.hits["/never-asked"]


def test_an_address_that_answers_keeps_the_others_unasked(server: Server, tmp_path: Path) -> None:
    server.hits.clear()
    (page,) = crawl(tmp_path, asking(server, "/rows", "/no-rows"))
    assert isinstance(page, Page) and not page.instead_of and not server.hits["/no-rows"]
    assert not read_page(asking(server, "/rows"), page).detail


@pytest.mark.parametrize(
    ("first", "other", "status"),
    [("/no-rows", "/moved-away", "ok"), ("/moved-away", "/sales", "no_public_price"), ("/x", "/y", "failed")],
)
def test_without_offers_the_best_outcome_is_told(
    server: Server, tmp_path: Path, first: str, other: str, status: str
) -> None:
    asked = asking(server, first, other)
    with Fetcher(Archive(tmp_path), settings=FAST) as fetcher:
        (seen,) = collect(asked, fetcher, Home(tmp_path), "live")
    assert seen.status == status
    assert status != "failed" or (f"{first} returned status 404" in seen.detail and "/y" in seen.detail)


def test_missing_key_is_told_only_where_nothing_else_answered(server: Server, tmp_path: Path) -> None:
    other = Request(server.url("/rows"), "rows")
    keyed = Request(server.url("/keyed"), "rows", headers={"Authorization": "{GPUHOUR_NO_SUCH_KEY}"})
    first = provider(Request(keyed.url, "rows", headers=keyed.headers, alternatives=(other,)))
    (page,) = crawl(tmp_path, first)
    assert isinstance(page, Page) and "needs a key: set the environment variable" in page.instead_of
    (failure,) = crawl(tmp_path, provider(keyed))
    assert isinstance(failure, Failure) and failure.kind == "needs_key"


def drop_unknown(request: Request, answer: str) -> Request | None:
    for name in request.body.split():
        if f'Cannot query field \\"{name}' in answer:
            rest = " ".join(word for word in request.body.split() if word != name)
            return Request(request.url, request.source, method="POST", body=rest)
    return None


def test_field_that_left_a_schema_is_asked_for_no_more(server: Server, tmp_path: Path) -> None:
    asked = Request(server.url("/typed"), "rows", method="POST", body="id price weekPrice monthPrice")
    page, *rest = crawl(tmp_path / "a", provider(asked, ask_again=drop_unknown))
    assert isinstance(page, Page) and page.instead_of.count("returned status 400") == 2 and not rest
    (failure,) = crawl(tmp_path / "b", provider(asked))
    assert isinstance(failure, Failure) and failure.status == 400 and "weekPrice" in failure.answer
    assert "weekPrice" not in failure.error  # what a server echoes is read, never written


def test_endless_questions_end(server: Server, tmp_path: Path) -> None:
    asked = Request(server.url("/typed"), "rows", method="POST", body="a")
    (failure,) = crawl(
        tmp_path,
        provider(
            asked, ask_again=lambda request, _: Request(request.url, "rows", method="POST", body=f"{request.body}a")
        ),
    )
    assert isinstance(failure, Failure) and server.hits["/typed"] < 20


def test_replay_tries_recorded_addresses_alone(tmp_path: Path) -> None:
    folder = tmp_path / "captures" / "2026-09-20_rows"
    folder.mkdir(parents=True)
    (folder / "page.json").write_text('[{"gpu": "H100", "price": 2.5}]')
    facts = {"url": "https://b.test/rows", "captured_at": "2026-09-20T06:00:00Z", "content_type": "application/json"}
    (folder / "meta.json").write_text(json.dumps(facts))
    keyed = Request("https://a.test/rows", "rows", headers={"Authorization": "{GPUHOUR_NO_SUCH_KEY}"})

    def outcome(*alternatives: str) -> Page | Failure:
        asked = replace(keyed, alternatives=tuple(Request(url, "rows") for url in alternatives))
        with Fetcher(Archive(tmp_path / "home"), Replay(tmp_path / "captures")) as fetcher:
            (one,) = fetcher.crawl(provider(asked))
        return one

    absent, present = outcome("https://c.test/rows"), outcome("https://c.test/rows", "https://b.test/rows")
    assert isinstance(absent, Failure) and absent.kind == "needs_key"
    assert isinstance(present, Page) and present.url == "https://b.test/rows"

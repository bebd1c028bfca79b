"""Lists in parts: what an answer says of its own extent, and whether its parts make the whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest.parse_file import parse_file
from pipelines.ingest.scrape_provider import collect
from scrapers.model import Failure, Page, Provider, Request
from scrapers.parsing.paging import Extent, extent, gaps
from tests.support.worlds import at, offer
from warehouse.storage.state_dir import Home

URL = "https://x.test/list"
ROWS = [{"n": n} for n in range(3)]


def provider(**facts: Any) -> Provider:
    return Provider("p", "P", (Request(URL, "s"),), parse=lambda page: [offer()], **facts)


def page(content: object, url: str = URL, **facts: Any) -> Page:
    return Page("p", url, at("2026-09-20"), "s", content=json.dumps(content).encode(), **facts)


@pytest.mark.parametrize(
    ("content", "url", "expected"),
    [
        ({"items": ROWS, "totalCount": 900}, URL, Extent(3, 900, False)),
        ({"items": ROWS, "totalCount": 3}, URL, Extent(3, 3, False)),
        ({"results": ROWS, "total_result_count": 3, "has_next": False}, URL, Extent(3, 3, False)),
        ({"results": ROWS, "has_next": True}, URL, Extent(3, None, True)),
        ({"data": ROWS, "page": 1, "pages": 1, "results": 3}, URL, Extent(3, 3, False)),
        ({"data": {"items": ROWS, "total_count": 9}}, URL, Extent(3, 9, False)),
        ({"plans": ROWS, "meta": {"total": 7, "links": {"next": "abc", "prev": ""}}}, URL, Extent(3, 7, True)),
        ({"plans": ROWS, "meta": {"links": {"next": ""}}}, URL, Extent(3, None, False)),
        ({"Items": ROWS, "NextPageLink": None, "Count": 3}, f"{URL}?$top=3", Extent(3, None, False)),
        ({"Items": ROWS, "NextPageLink": "https://x.test/2"}, URL, Extent(3, None, True)),
        ({"rows": ROWS, "nextCursor": "x"}, URL, Extent(3, None, True)),
        (ROWS, f"{URL}?limit=3", Extent(3, None, True)),
        (ROWS, f"{URL}?limit=4", Extent(3, None, False)),
        (ROWS, URL, Extent(3, None, False)),
        ({"servers": {"a": {}, "b": {}}}, f"{URL}?per_page=2", Extent(2, None, True)),
        ({"total": "3 GPUs", "items": ROWS}, URL, Extent(3, None, False)),
        ({"total": 1, "items": ROWS}, URL, Extent(3, None, False)),  # a price or a count of something else
    ],
)
def test_answer_states_its_extent(content: object, url: str, expected: Extent) -> None:
    assert extent(provider(), page(content, url)) == expected


def test_total_in_a_header_and_silent_cuts_count() -> None:
    assert extent(provider(), page({"servers": {"a": {}}}, headers={"X-Total-Count": "5"})) == Extent(1, 5, False)
    assert extent(provider(page_sizes=(3,)), page(ROWS)) == Extent(3, None, True)
    assert extent(provider(), Page("p", URL, at("2026-09-20"), content=b"<html>")) is None


def found(*answers: tuple[object, str]) -> list[str]:
    pages = [page(content, url) for content, url in answers]
    return sorted(set(gaps((p, extent(provider(), p)) for p in pages).values()))


def test_parts_make_a_whole_or_name_what_is_missing() -> None:
    first, second = {"items": ROWS, "totalCount": 6}, {"items": ROWS, "totalCount": 6}
    assert found((first, f"{URL}?page=1")) == ["partial: 3 of 6"]
    assert found((first, f"{URL}?page=1"), (second, f"{URL}?page=2")) == []
    assert found((first, f"{URL}?page=1&region=a"), (second, f"{URL}?page=1&region=b")) == ["partial: 3 of 6"]
    more, last = {"items": ROWS, "hasMore": True}, {"items": ROWS[:1], "hasMore": False}
    assert found((more, URL)) == ["partial: 3 rows, and more on pages that were not read"]
    assert found((more, URL), (last, f"{URL}?cursor=b")) == []


class Answers:
    """Stands in for a fetcher: yields these pages."""

    def __init__(self, *pages: Page | Failure) -> None:
        self.pages = pages

    def __enter__(self) -> Answers:
        return self

    def __exit__(self, *_: object) -> None: ...

    def crawl(self, _: Provider, **how: object) -> tuple[Page | Failure, ...]:
        return self.pages

    def now(self) -> Any:
        return at("2026-09-20")


def statuses(home: Path, *pages: Page | Failure) -> list[str]:
    return [seen.status for seen in collect(provider(), Answers(*pages), Home(home), "live")]  # type: ignore[arg-type]


def test_part_of_a_list_is_landed_as_partial(tmp_path: Path) -> None:
    part, rest = page({"items": ROWS, "totalCount": 6}, f"{URL}?page=1"), page({"items": ROWS}, f"{URL}?page=2")
    assert statuses(tmp_path / "a", part) == ["partial"]
    assert statuses(tmp_path / "b", part, rest) == ["ok", "ok"]
    assert statuses(tmp_path / "c", page({"items": ROWS, "totalCount": 6}, is_excerpt=True)) == ["ok"]


def test_page_of_a_provider_that_is_a_part_says_so_when_parsed(tmp_path: Path) -> None:
    machine = {
        "cloudId": "box", "gpuType": "H100_80GB", "socket": "SXM5", "provider": "alpha", "gpuCount": 2,
        "prices": {"onDemand": 6.2, "currency": "USD"},
    }  # fmt: skip
    file = tmp_path / "2026-09-20_page.json"
    file.write_text(json.dumps({"items": [machine], "totalCount": 41}))
    reading = parse_file("primeintellect", file)
    assert (len(reading.rows), reading.account.faults) == (1, ["partial: 1 of 41"])


def test_pages_whose_links_name_the_port_are_parts_of_one_list() -> None:
    first = page({}, "https://prices.azure.com/api/retail/prices?$filter=x")
    last = page({}, "https://prices.azure.com:443/api/retail/prices?$filter=x&$skip=1000")
    assert not gaps([(first, Extent(1000, None, True)), (last, Extent(7, None, False))])
    assert gaps([(first, Extent(1000, None, True))])

"""Addresses and lists of the Wayback Machine: what they name, and what is never taken for a capture."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from scrapers import registry
from scrapers.fetching import wayback
from scrapers.fetching.wayback import Capture
from scrapers.model import FetchError, LayoutError, Page
from tests.support.worlds import ROOT

HOME = "https://web.archive.org"
URL = "https://lambdalabs.com/service/gpu-cloud"
HEADER = ["timestamp", "original", "statuscode", "digest", "mimetype"]


def listing(*rows: object, text: str = "") -> Page:
    body = text or json.dumps([HEADER, *rows])
    return Page("wayback", f"{HOME}/cdx", datetime(2026, 11, 1, tzinfo=UTC), content=body.encode())


def row(stamp: str, original: str = URL, status: str = "200", digest: str = "A") -> list[str]:
    return [stamp, original, status, digest, "text/html"]


def at(stamp: str, url: str = URL) -> Capture:
    return Capture(datetime.strptime(stamp, "%Y%m%d").replace(tzinfo=UTC), url)


def test_capture_and_its_address_are_one() -> None:
    capture = Capture(datetime(2023, 9, 9, 19, 40, 11, tzinfo=UTC), URL)
    address = f"{HOME}/web/20230909194011id_/{URL}"
    assert capture.url(HOME) == address and wayback.capture_of(address) == capture


@pytest.mark.parametrize("address", [
    f"{HOME}/web/20230909194011/{URL}",  # the page with the archive's own additions
    f"{HOME}/web/20231309194011id_/{URL}",  # no month 13
    f"{HOME}/web/99990909194011id_/{URL}",  # to come
    f"{HOME}/web/19700101000000id_/{URL}",  # before there was an archive
    f"{HOME}/web/20230909194011id_/ftp://example.com/",
    URL,
])  # fmt: skip
def test_other_addresses_are_no_captures(address: str) -> None:
    assert wayback.capture_of(address) is None


def test_question_names_page_days_and_status() -> None:
    request = wayback.listing("https://lambda.ai/pricing?x=1", date(2022, 1, 1), date(2022, 2, 3), HOME)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}
    assert asked["url"] == "lambda.ai/pricing?x=1" and asked["output"] == "json"
    assert (asked["from"], asked["to"], asked["filter"]) == ("20220101", "20220203", "statuscode:200")


def test_list_leaves_out_what_is_no_capture_of_the_page() -> None:
    page = listing(
        row("20230910000000", "http://www.lambdalabs.com:80/service/gpu-cloud/"),
        row("20230909000000"),
        row("20230911000000", "https://lambdalabs.com/blog"),
        row("20230912000000", "https://elsewhere.example/service/gpu-cloud"),
        row("20230913000000", status="302"),
        row("2023091400000x"),
        row("99990101000000"),
    )
    assert [f"{c.captured_at:%d}" for c in wayback.captures(page, URL)] == ["09", "10"]
    assert wayback.captures(listing(text="[]\n"), URL) == []


@pytest.mark.parametrize("text", ['{"error": "x"}', '["timestamp"]', '[["timestamp"], ["2023"]]', "[[[", "<html>"])
def test_other_answers_are_no_list(text: str) -> None:
    with pytest.raises(LayoutError, match="timestamp, original, statuscode, digest"):
        wayback.captures(listing(text=text), URL)


def test_one_capture_answers_for_each_span_of_the_newest_address_first() -> None:
    new = [at("20230103", "new"), at("20230120", "new")]
    old = [at("20230102", "old"), at("20230104", "old"), at("20230111", "old"), at("20230119", "old")]
    picked = wayback.chosen([new, old], timedelta(days=7))
    assert [(f"{c.captured_at:%d}", c.original) for c in picked] == [("03", "new"), ("11", "old"), ("20", "new")]
    assert wayback.chosen([], timedelta(days=7)) == []
    # Spans do not move with the start: a later question picks the same captures.
    assert wayback.chosen([new[1:], old[2:]], timedelta(days=7)) == picked[1:]


def test_page_is_read_as_it_was_served_and_dated_by_its_capture() -> None:
    url = f"{HOME}/web/20230909194011id_/{URL}"
    page = Page("lambda", url, datetime.now(UTC), source="backfill/pricing_page", final_url=url)
    served = wayback.as_served(page)
    assert (served.url, served.final_url, served.source) == (URL, URL, "pricing_page")
    assert wayback.captured_at(page) == datetime(2023, 9, 9, 19, 40, 11, tzinfo=UTC)
    live = Page("lambda", url, datetime.now(UTC), source="pricing_page")
    assert wayback.as_served(live) is live, "a provider cannot backdate its own page"


@pytest.mark.parametrize("answered", ["20230910000000id_/" + URL, "20230909194011id_/https://lambda.ai/pricing"])
def test_another_capture_is_refused(answered: str) -> None:
    asked = f"{HOME}/web/20230909194011id_/{URL}"
    page = Page("lambda", asked, datetime.now(UTC), source="backfill/pricing_page", final_url=f"{HOME}/web/{answered}")
    with pytest.raises(FetchError, match="which is another capture"):
        wayback.captured_at(page)


def test_former_addresses_belong_to_known_providers() -> None:
    former = {p.slug: p.former_urls for p in registry.all_providers() if p.former_urls}
    assert former["lambda"][-1] == URL and former["nebius"]
    assert all(url.startswith("https://") for urls in former.values() for url in urls)
    with (ROOT / "scrapers" / "former_urls.csv").open() as stream:
        assert {line.partition(",")[0] for line in stream} - {"provider"} == set(former)

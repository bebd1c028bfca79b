"""A live check tells what each source is like, in states, and its report shows a page's words as words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest import live_report
from pipelines.ingest.live_check import COLUMNS, SourceCheck, check_live, classify_reading
from scrapers import registry
from scrapers.fetching.archive import Archive
from scrapers.fetching.crawler import Fetcher
from scrapers.fetching.replay import Replay
from scrapers.model import LayoutError, Offer, Page, Provider, Request
from tests.support.worlds import CAPTURES, offer, seen

HOST = "https://prices.example"


def capture(folder: Path, path: str, html: str, **facts: Any) -> None:
    target = folder / path.strip("/").replace("/", "-")
    target.mkdir(parents=True)
    (target / "page.html").write_text(html)
    meta = {"url": f"{HOST}{path}", "source": "s", "captured_at": "2026-11-01T00:00:00Z", "content_type": "text/html"}
    (target / "meta.json").write_text(json.dumps(meta | facts))


def checked(tmp_path: Path, *providers: Provider, replay: Path | None = None) -> list[SourceCheck]:
    with Fetcher(Archive(tmp_path / "home"), Replay(replay or tmp_path / "web")) as fetcher:
        return list(check_live(providers, fetcher, tmp_path / "report" / "captures"))


def parse(page: Page) -> Iterator[Offer]:
    if "H100" not in page.text():
        raise LayoutError(page, "an H100")
    yield offer(gpu_label="H100 SXM", source="s")


def test_recorded_providers_are_as_recorded(tmp_path: Path) -> None:
    slugs = ("civo", "nebius", "scaleway", "digitalocean", "gcp")
    checks = checked(tmp_path, *map(registry.get, slugs), replay=CAPTURES)
    states = {(c.provider, c.source): c.state for c in checks}
    assert states.pop(("digitalocean", "sizes")) == states.pop(("gcp", "billing_catalog")) == "needs_key"
    assert set(states.values()) == {"ok"} and {slug for slug, _ in states} == set(slugs)
    assert all(Path(c.capture, "offers.json").exists() for c in checks if c.state == "ok")


def test_states_of_pages_that_are_not_as_recorded(tmp_path: Path) -> None:
    folder = tmp_path / "web"
    capture(folder, "/ok", "<html>H100</html>")
    capture(folder, "/odd", "<html>Nothing that we know</html>")
    capture(folder, "/old", "", status=301, location=f"{HOST}/ok")
    capture(folder, "/away", "", status=302, location="https://elsewhere.example/")
    capture(folder, "/walled", "<html><title>Just a moment...</title>Checking your browser</html>")
    paths = ("/ok", "/odd", "/old", "/away", "/walled")
    requests = tuple(Request(HOST + path, path.strip("/")) for path in paths)
    checks = checked(tmp_path, Provider("lambda", "Lambda", requests, parse))
    assert {c.source: c.state for c in checks} == {
        "ok": "ok", "odd": "failed", "old": "moved", "away": "moved", "walled": "blocked",
    }  # fmt: skip
    by_source = {c.source: c for c in checks}
    assert by_source["old"].answered_by == f"{HOST}/ok" and by_source["old"].n_prices == 1
    assert "an H100" in by_source["odd"].detail
    assert {path.name for path in Path(by_source["odd"].capture).iterdir()} == {"page.html", "meta.json"}


def test_missing_expected_gpu_is_partial(tmp_path: Path) -> None:
    capture(tmp_path / "web", "/ok", "<html>H100</html>")
    request = Request(f"{HOST}/ok", "s")
    (check,) = checked(tmp_path, Provider("lambda", "Lambda", (request,), parse, expects=("H100", "B200")))
    assert check.state == "partial" and "expected GPU B200 is missing" in check.detail


def test_of_equal_pages_that_links_lead_to_one_is_fetched(tmp_path: Path) -> None:
    folder = tmp_path / "web"
    capture(folder, "/index", "<html>regions</html>", is_index=True)
    for path in ("/east", "/west"):
        capture(folder, path, "<html>H100</html>")
    requests = [Request(f"{HOST}{path}", source) for path, source in (("/east", "a"), ("/west", "a"), ("/east", "b"))]
    provider = Provider(
        "lambda", "Lambda", (Request(f"{HOST}/index", "a", is_index=True),), parse, follow=lambda page: requests
    )
    assert [(c.source, c.url) for c in checked(tmp_path, provider)] == [("a", f"{HOST}/east")]


@pytest.mark.parametrize(
    ("status", "detail", "alarms", "state"),
    [
        ("ok", "", [], "ok"),
        ("ok", "", ["GPU H100 gone"], "partial"),
        ("ok", "refused 1 of 2 offers", [], "partial"),
        ("no_public_price", "the page says so", [], "ok"),
        ("no_public_price", "the page says so", ["12 rows before, 0 now"], "partial"),
        ("layout_changed", "unknown layout", ["unknown layout"], "failed"),
        ("blocked", "a wall", [], "blocked"),
    ],
)
def test_reading_decides_the_state(status: Any, detail: str, alarms: list[str], state: str) -> None:
    assert classify_reading(seen("2026-11-01", status=status, detail=detail), alarms) == state


def test_report_shows_words_of_pages_as_words(tmp_path: Path) -> None:
    hostile = "<img src=x> | [click](https://evil.example) `code`\n# title \x1b[31m"
    check = SourceCheck("lambda", "pricing_page", "failed", 0, hostile, f"{HOST}/?a|b", f"{HOST}/<b>")
    fine = SourceCheck("civo", "pricing_page", "ok", 3, "", HOST, capture=str(tmp_path / "captures" / "civo" / "x"))
    text = live_report.write(tmp_path, [check, fine]).read_text()
    assert "<img" not in text and "[click](" not in text and "\x1b" not in text and "\n# title" not in text
    (row,) = [line for line in text.splitlines() if line.startswith("| lambda")]
    assert len([cell for cell in row.replace(r"\|", "").split("|") if cell]) == 4
    assert "2 sources of 2 providers: 1 ok, 1 failed" in text and "`captures/civo/x`" in text


def test_rows_have_the_columns() -> None:
    assert len(SourceCheck("a", "b", "ok", 1, "", "").row()) == len(COLUMNS)


def test_checks_of_one_second_have_folders_of_their_own(tmp_path: Path) -> None:
    folders = [live_report.new_folder(tmp_path / "live-checks") for _ in range(5)]
    assert len(set(folders)) == 5 and all(folder.is_dir() for folder in folders)

"""The daily fetch of lists of hosted prices: politely over HTTP from a local server, replayed, failed, and as assets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.ingest.hosted_list import collect_list
from scrapers.fetching.archive import Archive
from scrapers.fetching.crawler import Fetcher
from scrapers.fetching.replay import Replay
from scrapers.model import Provider
from scrapers.reference import hosted_lists
from tests.support.hosted_worlds import hosted
from tests.support.list_server import Lists, fetcher, serving
from tests.support.worlds import rows
from warehouse.storage.state_dir import Home

FOLDER = Path(__file__).parents[1] / "support" / "hosted_lists"


def sample(of: Provider) -> bytes:
    return next((FOLDER / of.slug).rglob("page.json")).read_bytes()


@pytest.fixture
def server() -> Iterator[Lists]:
    with serving() as made:
        yield made


def test_lists_are_fetched_politely_archived_and_landed(server: Lists, tmp_path: Path) -> None:
    home = Home(tmp_path)
    lists = [server.list(of, sample(of)) for of in hosted_lists.ALL]
    with fetcher(home) as fetching:
        seen = [collect_list(of, fetching, home, "live") for of in lists]
    assert [one.status for one in seen] == ["ok"] * 3
    assert server.asked[0][0] == "/robots.txt" and all("gpuhour" in agent for _, agent in server.asked)
    archived = {page.sha256 for of in lists for page in Archive(home.root).pages(of.slug, datetime.now(UTC).date())}
    assert archived == {one.sha256 for one in seen}
    with hosted(home) as con:
        published = rows(con, "from v1.hosted_price_intervals")
        assert {row["sha256"] for row in published} == archived and {row["origin"] for row in published} == {"live"}
        today = f"from v1.hosted_prices_as_of('{datetime.now(UTC).date()}'::date)"
        # Three lists state one price: one row, which says so.
        (llama,) = rows(con, f"{today} where host = 'together' and model = 'llama-3.1-8b'")
        assert (llama["n_lists"], llama["source"], float(llama["usd_per_m_input_tokens"])) == (3, "genai-prices", 0.18)
        # The limits among them are held.
        faults = rows(con, "from marts.hosted_price_faults where rule = 'token_limit' order by list")
        assert [(row["list"], row["kind"]) for row in faults] == [("litellm", "input"), ("models.dev", "output")]
        assert not rows(con, f"{today} where origin = 'package'")


@pytest.mark.parametrize(("status", "content", "landed"), [
    (500, b"{}", "failed"), (404, b"{}", "failed"), (200, b'{"groq": {"models": {', "failed"),
    (200, b'{"html": "moved"}', "layout_changed"), (200, b"<html></html>", "failed"),
])  # fmt: skip
def test_a_list_that_fails_leaves_its_last_good_prices(
    server: Lists, tmp_path: Path, status: int, content: bytes, landed: str
) -> None:
    home = Home(tmp_path)
    with fetcher(home) as fetching:
        collect_list(server.list(hosted_lists.MODELS_DEV, sample(hosted_lists.MODELS_DEV)), fetching, home, "live")
        failed = collect_list(server.list(hosted_lists.MODELS_DEV, content, status), fetching, home, "live")
    assert failed.status == landed and failed.detail
    with hosted(home) as con:
        assert {row["status"] for row in rows(con, "from landing.hosted_scrapes")} == {"ok", landed}
        assert rows(con, "from v1.hosted_price_intervals") and not rows(
            con, "from v1.hosted_price_intervals where valid_to is not null"
        )


def test_a_cut_is_seen_on_the_day(server: Lists, tmp_path: Path) -> None:
    home = Home(tmp_path)
    listed = json.loads(sample(hosted_lists.MODELS_DEV))
    with fetcher(home) as fetching:
        collect_list(server.list(hosted_lists.MODELS_DEV, json.dumps(listed).encode()), fetching, home, "live")
        listed["groq"]["models"]["openai/gpt-oss-120b"]["cost"]["output"] = 0.60
        collect_list(server.list(hosted_lists.MODELS_DEV, json.dumps(listed).encode()), fetching, home, "live")
    with hosted(home) as con:
        (cut,) = rows(con, "from v1.hosted_price_changes")
        assert (cut["host"], cut["model"], cut["kind"], float(cut["pct"])) == ("groq", "gpt-oss-120b", "output", -20)


def test_a_replayed_sample_is_marked(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with Fetcher(Archive(home.root), Replay(FOLDER)) as fetching:
        seen = collect_list(hosted_lists.LITELLM, fetching, home, "recorded")
    assert (seen.status, seen.origin) == ("ok", "sample")

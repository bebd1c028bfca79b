"""Past prices from a small archive: read once, dated by their capture, never in force today, whatever interrupts."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.defs.backfill_asset import backfill_assets
from pipelines.defs.resources import Workspace
from pipelines.ingest.read_captures import LEFT, BackfillReport, CaptureResult, read_captures
from pipelines.ingest.reparse import reparse_archive
from pipelines.queries import current_prices
from scrapers import registry
from scrapers.fetching.archive import Archive
from scrapers.fetching.crawler import Fetcher
from scrapers.fetching.policy import Settings
from tests.conftest import Run
from tests.support import worlds
from tests.support.archive_server import ArchiveServer, add_excerpt, samples, serve
from tests.support.walls import WALLS
from tests.support.worlds import built, offer, rows, seen
from warehouse.storage.state_dir import Home

pytestmark = pytest.mark.usefixtures("without_costs")

LAMBDA, BEFORE = "https://lambda.ai/pricing", "https://lambdalabs.com/service/gpu-cloud"
TABLE = """<html><body><h2>On-demand</h2><table><tr><th>GPU</th><th>VRAM</th><th>PRICE/GPU/HR</th></tr>
<tr><td>On-demand 8x NVIDIA H100 SXM</td><td>80 GB</td><td>${}/ GPU / hr</td></tr></table></body></html>"""


@pytest.fixture
def server() -> Iterator[ArchiveServer]:
    with serve() as running:
        yield running


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def read(
    home: Home, server: ArchiveServer, slug: str = "lambda", every: int = 7, since: str = "2022-01-01"
) -> BackfillReport:
    with Fetcher(Archive(home.root), settings=server.settings) as fetcher:
        return read_captures(
            registry.get(slug), fetcher, home, date.fromisoformat(since), datetime.now(UTC).date(),
            timedelta(days=every), server.address,
        )  # fmt: skip


def outcomes(report: BackfillReport) -> list[tuple[str, str, bool]]:
    return [(f"{r.capture.captured_at:%Y-%m-%d}", r.outcome, r.is_new) for r in report.results]


def history(home: Home, *columns: str) -> list[tuple[Any, ...]]:
    with built(home, "core.price_intervals") as con:
        return con.execute(
            f"select {', '.join(columns)} from core.price_intervals where source <> 'seed' order by all"
        ).fetchall()


def test_each_capture_is_read_once_and_dated_by_the_archive(home: Home, server: ArchiveServer) -> None:
    first = server.add("20240105120000", LAMBDA, TABLE.format("2.99"))
    second = server.add("20240301130000", LAMBDA, TABLE.format("2.49"))
    server.add("20240302130000", LAMBDA, TABLE.format("9.99"))  # within a week of the one before
    report = read(home, server)
    assert outcomes(report) == [("2024-01-05", "ok", True), ("2024-03-01", "ok", True)]
    assert history(
        home, "valid_from", "valid_to", "usd_per_gpu_hour::varchar", "source", "feed", "origin", "source_url"
    ) == [
        (
            date(2024, 1, 5),
            date(2024, 3, 1),
            "2.990000",
            "backfill/pricing_page",
            "backfill/pricing_page",
            "archived",
            first,
        ),
        (date(2024, 3, 1), None, "2.490000", "backfill/pricing_page", "backfill/pricing_page", "archived", second),
    ]
    asked = server.hits.copy()
    assert outcomes(read(home, server)) == [("2024-01-05", "ok", False), ("2024-03-01", "ok", False)]
    assert server.hits == asked, "what is known is not asked for again, nor today's list"
    assert server.most == 1


def test_equal_bytes_are_downloaded_once(home: Home, server: ArchiveServer) -> None:
    urls = [server.add(f"2024{month:02}01000000", LAMBDA, TABLE.format("2.99")) for month in (1, 2, 3)]
    report = read(home, server)
    assert [r.n_prices for r in report.results] == [1, 1, 1]
    assert [server.hits[url.removeprefix(server.address)] for url in urls] == [1, 0, 0]
    assert history(home, "valid_from", "last_seen_on", "source_url") == [(date(2024, 1, 1), date(2024, 3, 1), urls[0])]
    pages = Archive(home.root).pages("lambda", date(2024, 3, 1))
    assert [page.url for page in pages] == [urls[2]] and pages[0].read() == TABLE.format("2.99").encode()


def test_unreadable_captures_are_recorded_and_are_no_data(home: Home, server: ArchiveServer) -> None:
    server.add("20240105000000", LAMBDA, "<html><body>Something else altogether</body></html>")
    server.add("20240205000000", LAMBDA, TABLE.format("2.99")[:-20])  # cut off
    gone = server.add("20240305000000", LAMBDA, TABLE.format("1.11"))
    server.broken[gone.removeprefix(server.address)] = (404, {})
    moved = server.add("20240405000000", LAMBDA, TABLE.format("2.22"))
    other = server.add("20240505000000", LAMBDA, TABLE.format("2.79"))
    server.broken[moved.removeprefix(server.address)] = (302, {"Location": other})
    report = read(home, server)
    assert [r.outcome for r in report.results] == ["layout_changed", "failed", "failed", "failed", "ok"]
    reasons = ["unknown layout", "</html> is missing", "returned status 404", "another capture", ""]
    assert [why in r.detail for r, why in zip(report.results, reasons, strict=True)] == [True] * 5
    assert history(home, "usd_per_gpu_hour::varchar") == [("2.790000",)]
    with built(home, "v1.source_health") as con:
        assert current_prices.last_attempts(con) == {}, "what an archive lacks is no fault of reading it today"
        days = rows(con, "select seen_on::varchar as day, status, detail from v1.source_health order by day")
    assert [(d["day"], d["status"]) for d in days][:2] == [("2024-01-05", "layout_changed"), ("2024-02-05", "failed")]
    asked = server.hits.copy()
    assert not any(r.is_new for r in read(home, server).results) and server.hits == asked


def test_busy_archive_is_left_alone_and_asked_again_later(home: Home, server: ArchiveServer) -> None:
    for month in range(1, 7):
        server.add(f"2024{month:02}01000000", LAMBDA, TABLE.format(f"2.{month}9"))
    server.refuse_after = 5  # three lists of captures, two captures
    report = read(home, server)
    assert [r.outcome for r in report.results] == ["ok", "ok", LEFT, LEFT, LEFT, LEFT]
    assert "429" in report.stopped and sum(server.hits.values()) == 7, "one refusal is enough"
    server.refuse_after = None
    again = read(home, server)
    assert [(r.outcome, r.is_new) for r in again.results] == [("ok", False)] * 2 + [("ok", True)] * 4
    assert not again.stopped and len(history(home, "valid_from")) == 6


def test_one_failing_capture_does_not_stop_the_others(home: Home, server: ArchiveServer) -> None:
    urls = [server.add(f"2024{month:02}01000000", LAMBDA, TABLE.format(f"2.{month}9")) for month in range(1, 8)]
    server.broken = {url.removeprefix(server.address): (502, {}) for url in (urls[1], *urls[3:6])}
    report = read(home, server)
    assert [r.outcome for r in report.results] == ["ok", LEFT, "ok", LEFT, LEFT, LEFT, LEFT]
    assert "502" in report.stopped, "three in a row: the archive is down"
    server.broken = {}
    assert [r.outcome for r in read(home, server).results] == ["ok"] * 7


def test_wall_that_was_captured_is_told_from_a_wall_of_the_archive(home: Home, server: ArchiveServer) -> None:
    server.add("20240105000000", LAMBDA, WALLS["interstitial"])
    url = server.add("20240205000000", LAMBDA, TABLE.format("2.99"))
    server.walled.add(url.removeprefix(server.address))
    report = read(home, server)
    assert outcomes(report) == [("2024-01-05", "blocked", True), ("2024-02-05", LEFT, False)]
    assert "challenge" in report.stopped
    server.walled.clear()
    assert outcomes(read(home, server)) == [("2024-01-05", "blocked", False), ("2024-02-05", "ok", True)]


KILLED = """
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from pipelines.ingest.read_captures import read_captures
from scrapers import registry
from scrapers.fetching.archive import Archive
from scrapers.fetching.crawler import Fetcher
from tests.support.archive_server import FAST
from warehouse.storage.state_dir import Home
home = Home(Path(sys.argv[1]))
with Fetcher(Archive(home.root), settings=replace(FAST, archive=sys.argv[2])) as fetcher:
    read_captures(registry.get("lambda"), fetcher, home, date(2022, 1, 1), date(2024, 12, 31), timedelta(7), sys.argv[2])
"""


@pytest.mark.extras
def test_kills_lose_nothing_and_ask_for_nothing_twice(home: Home, server: ArchiveServer) -> None:
    """A capture may be downloaded again only if the kill fell into its download."""
    urls = [server.add(f"2024{month:02}01000000", LAMBDA, TABLE.format(f"2.{month}9")) for month in range(1, 10)]
    paths, server.pause, kills = [url.removeprefix(server.address) for url in urls], 0.05, 0
    while True:
        before = sum(server.hits[path] > 0 for path in paths)
        process = subprocess.Popen([sys.executable, "-c", KILLED, str(home.root), server.address], cwd=worlds.ROOT)
        while process.poll() is None and sum(server.hits[path] > 0 for path in paths) < before + 3:
            time.sleep(0.005)
        if process.poll() is not None:
            break
        process.kill()
        process.wait()
        kills += 1
    assert process.returncode == 0 and kills >= 2
    assert sum(server.hits[path] for path in paths) <= len(paths) + kills
    assert [r.outcome for r in read(home, server).results] == ["ok"] * len(paths)
    assert len(history(home, "valid_from")) == len(paths)


def test_killed_run_reads_what_it_had_downloaded_from_its_own_archive(
    home: Home, server: ArchiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = server.add("20240105000000", LAMBDA, TABLE.format("2.99"))

    def killed(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("pipelines.ingest.read_captures.land", killed)
        with pytest.raises(KeyboardInterrupt):
            read(home, server)
    assert outcomes(read(home, server)) == [("2024-01-05", "ok", True)]
    assert server.hits[url.removeprefix(server.address)] == 1


def test_archived_prices_are_history_and_never_in_force_today(home: Home, server: ArchiveServer) -> None:
    """Beside a live price, alone, and beside a replay, whose day stays."""
    yesterday = datetime.now(UTC) - timedelta(days=1)
    server.add(f"{yesterday:%Y%m%d}000000", LAMBDA, TABLE.format("1.99"))
    read(home, server)
    asked = ("core.offers_latest", "core.prices_as_of", "core.meta")
    day = yesterday.date()
    with built(home, *asked) as con:
        assert con.execute("select follows_clock, as_of = current_date from core.meta").fetchall() == [(True, True)]
        assert con.execute("select count(*) from core.offers_latest").fetchall() == [(0,)]
        in_force = f"select usd_per_gpu_hour::varchar, is_preferred from core.prices_as_of(date '{day}')"
        assert con.execute(in_force).fetchall() == [("1.990000", True)]
    recorded = seen("2025-09-20", [offer("5.00")], origin="recorded", provider="crusoe")
    worlds.put(home, recorded)
    with built(home, *asked) as con:
        facts = con.execute("select follows_clock, as_of::varchar, newest_on::varchar from core.meta").fetchall()
        assert facts == [(False, "2025-09-20", "2025-09-20")]
        assert con.execute("select provider from core.offers_latest").fetchall() == [("crusoe",)]
    # The page as it was read yesterday answers for yesterday.
    worlds.put(home, seen(day.isoformat(), [offer("2.00", gpu_label="H100 SXM")], origin="live"))
    with built(home, *asked) as con:
        preferred = con.execute(f"{in_force} where provider = 'lambda' order by 1").fetchall()
        assert preferred == [("1.990000", False), ("2.000000", True)]
        assert [s for (s,) in con.execute("select source from core.offers_latest").fetchall()] == ["pricing_page"]


def test_archived_pages_are_read_again_by_later_parsers(home: Home, server: ArchiveServer) -> None:
    server.add("20240105000000", LAMBDA, TABLE.format("2.99"))
    read(home, server)
    report = reparse_archive(registry.get("lambda"), home, date.min, apply=True)
    assert (report.n_pages, report.n_same, report.differences) == (1, 1, {})


def test_sources_that_an_archive_cannot_answer_for_are_named(home: Home, server: ArchiveServer) -> None:
    report = read(home, server, "runpod")
    assert not report.results and "can neither post" in report.skipped[0]
    assert any("only leads to other pages" in why for why in read(home, server, "aws").skipped)


@pytest.mark.parametrize(("slug", "days"), [("lambda", 3), ("fluidstack", 3), ("nebius", 3)])
def test_own_samples_read_as_captures_of_their_days(home: Home, server: ArchiveServer, slug: str, days: int) -> None:
    server.captures |= samples(slug)
    report = read(home, server, slug)
    read_days = {r.capture.captured_at.date() for r in report.results if r.outcome in ("ok", "no_public_price")}
    assert len(read_days) == days == len(report.results)
    assert all(url.startswith(server.address) for (url,) in history(home, "source_url"))


RECORDED = [
    ("lambda", "2023-09-09_gpu-cloud.html", "20230909194011", BEFORE, "H100"),
    ("lambda", "2024-11-03_gpu-cloud.html", "20241103180910", BEFORE, "H100"),
    ("lambda", "2026-01-09_pricing.html", "20260109103934", LAMBDA, "B200"),
    ("fluidstack", "2023-09-30_pricing.html", "20230930024119", "https://www.fluidstack.io/pricing", ""),
    ("nebius", "2024-11-15_prices.html", "20241115043809", "https://nebius.com/prices", "H100"),
    ("nebius", "2026-09_prices_announced_rise.html", "20260915000000", "https://nebius.com/prices", "H100"),
]


def test_command_ends_in_history_with_the_archives_addresses(
    run: Run, home: Home, server: ArchiveServer, monkeypatch: pytest.MonkeyPatch, shared: Callable[[str], Path]
) -> None:
    """Captures as the archive really served them, through the command, to `history` and `explain`."""
    for slug, name, stamp, url, _ in RECORDED:
        add_excerpt(server, shared(f"captures/{slug}/{name}"), stamp, url)
    monkeypatch.setattr(Settings, "from_env", lambda: server.settings)
    for slug in ("lambda", "fluidstack", "nebius"):
        said = run("backfill", slug, "--since", "2022-01", "--json", home=home)
        assert said.code == 0, said.err
        assert {r["outcome"] for r in said.records()} == {"ok"} and len(said.records()) == sum(
            r[0] == slug for r in RECORDED
        )
    for slug, _, stamp, url, gpu in RECORDED:
        day, receipt = f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}", f"{server.address}/web/{stamp}id_/{url}"
        if gpu:  # prices of GPUs without their machine, as FluidStack's, have no line in a GPU's history
            prices = run("history", gpu, "--provider", slug, "--json", home=home).records()
            shown = [price for price in prices if price["source_url"] == receipt]
            assert shown and {(p["origin"], p["observed_at"][:10]) for p in shown} == {("archived", day)}, (slug, day)
        query = f"select series_id from v1.price_intervals where source_url = '{receipt}' order by 1 limit 1"
        (series,) = run("sql", query, "--json", home=home).records()
        said = run("explain", slug, series["series_id"], "--date", day, "--json", home=home)
        assert said.code == 0, said.err
        facts = said.records()[0]["receipt"]
        assert facts["source_url"] == receipt and facts["archived_page"]["state"] == "verified"
    assert run("prices", "H100", "--json", home=home).records() == [], "nothing of it is in force today"


def test_command_says_what_is_left_and_when_to_come_back(
    run: Run, home: Home, server: ArchiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Settings, "from_env", lambda: server.settings)
    for month in (1, 2):
        server.add(f"2024{month:02}01000000", LAMBDA, TABLE.format(f"2.{month}9"))
    server.refuse_after = 4
    said = run("backfill", "lambda", "--every", "1w", home=home)
    assert said.code == 3 and "1 captures read" in said.err and "Run the same command again later" in said.err
    server.refuse_after = None
    assert run("backfill", "lambda", "--every", "1w", home=home).code == 0
    assert run("backfill", "lambda", "--since", "2024-13", home=home).code == 2
    assert run("backfill", "lambda", "--every", "0d", home=home).code == 2
    assert run("backfill", "lamda", home=home).code == 2


def test_cuts_of_the_past_are_no_news(
    run: Run, home: Home, server: ArchiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same cut, as an archive captured it and as the provider's page was read."""
    monkeypatch.setattr(Settings, "from_env", lambda: server.settings)
    prices = {"20240101": "2.99", "20240201": "2.99", "20240301": "1.99", "20240401": "1.99"}
    for day, price in prices.items():
        server.add(f"{day}000000", LAMBDA, TABLE.format(price))
    assert run("backfill", "lambda", home=home).code == 0
    preview = ("alerts", "preview", "--since", "2023-01-01", "--json")
    assert run(*preview, home=home).records() == []
    facts = {"gpu_label": "H100 SXM", "gpu_memory": "80 GB"}
    worlds.put(home, *(seen(str(date.fromisoformat(day)), [offer(price, **facts)]) for day, price in prices.items()))
    assert run("backfill", "lambda", home=home).code == 0
    (event, *_) = run(*preview, home=home).records()
    assert event["provider"] == "lambda"


def test_result_rows_have_the_columns_of_the_command() -> None:
    from pipelines.ingest.read_captures import COLUMNS
    from scrapers.fetching.wayback import Capture

    assert len(CaptureResult("s", Capture(datetime.now(UTC), LAMBDA), "ok").row("lambda")) == len(COLUMNS)


def test_asset_reads_one_month_of_one_provider(
    home: Home, server: ArchiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Settings, "from_env", lambda: server.settings)
    for stamp in ("20240131235959", "20240202000000", "20240229120000", "20240301000000"):
        server.add(stamp, LAMBDA, TABLE.format("2.99"))
    month = dg.MultiPartitionKey({"provider": "lambda", "month": "2024-02-01"})

    def run_month() -> dg.ExecuteInProcessResult:
        return dg.materialize(
            backfill_assets(),
            partition_key=month,
            resources={"workspace": Workspace(home=str(home.root), may_retry=False)},
            raise_on_error=False,
        )

    (done,) = run_month().asset_materializations_for_node("backfill__captures")
    assert done.metadata["captures"].value == 2 and done.metadata["dagster/row_count"].value == 2
    assert sorted({path.name for path in (home.pages / "lambda").iterdir()}) == ["2024-02-02", "2024-02-29", "bodies"]
    server.add("20240215000000", LAMBDA, TABLE.format("2.49"))
    server.refuse_after = 0
    shutil.rmtree(home.pages / "wayback")  # the list of today
    assert not run_month().success, "the archive refuses: the partition is not done"

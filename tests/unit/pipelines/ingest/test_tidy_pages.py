"""Old pages make room: of long lists the lines that were read stay, of others the record; nobody takes that for damage."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import UsageError
from pipelines.ingest import housekeeping, tidy_pages
from pipelines.ingest.reparse import reparse_archive
from pipelines.ingest.scrape_provider import NothingArchived, read_page, reparse
from pipelines.queries import keep_limits
from pipelines.queries.archived_page import find_archived_page
from pipelines.queries.keep_limits import Keep
from scrapers import registry
from scrapers.fetching import page_retention
from scrapers.fetching.archive import Archive, is_intact
from scrapers.model import Page
from tests.support.worlds import CAPTURES
from tests.unit.scrapers.fetching.test_archive import of_older_layout
from warehouse.storage.files import locked
from warehouse.storage.state_dir import Home

AWS = registry.get("aws")
DAY = date(2026, 9, 20)
LISTS = {
    "price_list": "2026-09-20_price_list_us-east-1/page.csv",
    "savings_plans": "2026-09-20_savings_plans_us-east-1/page.json",
}


def a_list(source: str = "price_list", day: date = DAY, filler: int = 300) -> Page:
    """Return a sample list of AWS, made longer by rows that nobody reads."""
    content = (CAPTURES / "aws" / LISTS[source]).read_bytes()
    if source == "price_list":
        row = next(line for line in content.splitlines(True) if b'"Linux"' in line)
        noise = b"".join(
            row.replace(b'"GPU instance"', b'"General purpose"').replace(
                b'"Linux"', b'"%s"' % os.urandom(40).hex().encode()
            )
            for _ in range(filler)
        )
        content += noise
    when = datetime(day.year, day.month, day.day, 6, tzinfo=UTC)
    return Page("aws", f"https://pricing.us-east-1.amazonaws.com/{day}/{source}", when, source, content)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setattr(tidy_pages, "LONG", 1)
    for name in keep_limits.DEFAULTS:
        monkeypatch.delenv(name, raising=False)
    return Home(tmp_path)


def tidied(home: Home, today: date, **variables: str) -> dict[str, int]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        return {f"{step.part}: {step.done}": step.count for step in housekeeping.tidy_home(home, today)}


@pytest.mark.parametrize("source", LISTS)
def test_of_an_old_list_the_lines_stay_that_were_read(home: Home, source: str) -> None:
    page = Archive(home.root).save(a_list(source))
    before = read_page(AWS, page)
    assert before.offers
    assert tidied(home, DAY + timedelta(days=14))["pages: cut to the lines that were read"] == 0  # not old enough
    assert tidied(home, DAY + timedelta(days=15))["pages: cut to the lines that were read"] == 1
    (cut,) = Archive(home.root).pages("aws", DAY)
    assert page.path and not page.path.exists() and cut.path
    assert cut.kept == "lines" and cut.sha256 == page.sha256 and cut.lines_sha256 not in ("", cut.sha256)
    assert is_intact(cut) and len(cut.read()) < len(a_list(source).read())
    after = read_page(AWS, cut)
    assert Counter(after.offers) == Counter(before.offers) and replace(after, offers=()) == replace(before, offers=())
    stated = find_archived_page(home, "aws", page.sha256, page.url, DAY)
    assert stated.state.startswith(f"verified: the lines that were read of a list whose SHA-256 is {page.sha256}")
    assert Archive(home.root).newest("aws", page.url) is None  # so that its host is asked for the whole again
    assert tidied(home, DAY + timedelta(days=16))["pages: cut to the lines that were read"] == 0


def test_replay_reads_the_lines_as_it_read_the_list(home: Home) -> None:
    Archive(home.root).save(a_list())
    reparse(AWS, DAY, home)
    tidied(home, DAY + timedelta(days=30))
    report = reparse_archive(AWS, home, date.min, apply=False)
    assert (report.n_pages, report.n_same, report.n_missing, report.n_unreadable) == (1, 1, 0, 0)


def test_lines_from_which_something_else_is_read_leave_the_list_whole(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Archive(home.root).save(a_list())
    lines = a_list().read().splitlines(True)
    forgetful = replace(AWS, excerpt=lambda page: lines[:-310])
    monkeypatch.setattr(registry, "get", lambda slug: forgetful)
    steps = [step for step in housekeeping.tidy_home(home, DAY + timedelta(days=30)) if "cut" in step.done]
    assert [(step.count, step.detail) for step in steps] == [(0, "1 stay whole")]
    (kept,) = Archive(home.root).pages("aws", DAY)
    assert kept == page and is_intact(kept)
    monkeypatch.undo()
    monkeypatch.setattr(tidy_pages, "LONG", 1)
    assert tidied(home, DAY + timedelta(days=31))["pages: cut to the lines that were read"] == 0  # nobody tries again


def test_damaged_list_is_not_cut_down(home: Home) -> None:
    page, other = (Archive(home.root).save(a_list(source)) for source in ("price_list", "savings_plans"))
    assert page.path and other.path
    page.path.write_bytes(other.path.read_bytes())
    tidied(home, DAY + timedelta(days=30))
    states = {
        p.source: find_archived_page(home, "aws", p.sha256, p.url, DAY).state
        for p in Archive(home.root).pages("aws", DAY)
    }
    assert states["price_list"] == "damaged" and states["savings_plans"].startswith("verified")


def days_of_pages(home: Home, n: int, size: int = 1000) -> list[Page]:
    archive = Archive(home.root)
    return [
        archive.save(Page("lambda", "https://x.com/a", datetime(2026, 1, 1 + k, 6, tzinfo=UTC), "pricing_page", os.urandom(size)))
        for k in range(n)
    ]  # fmt: skip


def test_oldest_pages_go_first_and_their_records_stay(home: Home) -> None:
    pages = days_of_pages(home, 6)
    assert tidied(home, date(2026, 1, 9))["pages: removed"] == 0  # the default keeps much more
    assert tidied(home, date(2026, 1, 9), GPUHOUR_KEEP_PAGES="5d")["pages: removed"] == 3
    archive = Archive(home.root)
    gone = [page for page in pages if page.path and not page.path.exists()]
    assert gone == pages[:3]
    for page in gone:
        day = page.captured_at.date()
        assert archive.pages("lambda", day) == []
        assert archive.removed("lambda", day) == [replace(page, path=None, kept="removed")]
        state = find_archived_page(home, "lambda", page.sha256, page.url, day).state
        assert state.startswith("removed on ") and "longer ago than GPUHOUR_KEEP_PAGES allows (5 d)" in state
    assert len(list(home.pages.rglob("*.json"))) == 6
    two_left = sum(page.path.stat().st_size for page in pages[4:] if page.path)
    assert tidied(home, date(2026, 1, 9), GPUHOUR_KEEP_PAGES=f"{two_left / 1e6:.3f}MB")["pages: removed"] in (1, 2)
    assert pages[-1].path and pages[-1].path.exists()


def test_page_that_is_still_seen_does_not_age(home: Home) -> None:
    (page, *_) = days_of_pages(home, 1)
    archive = Archive(home.root)
    archive.record_unchanged(page, replace(page, path=None, status=304, captured_at=datetime(2026, 6, 1, tzinfo=UTC)))
    assert tidied(home, date(2026, 6, 9), GPUHOUR_KEEP_PAGES="30d")["pages: removed"] == 0
    assert tidied(home, date(2026, 7, 9), GPUHOUR_KEEP_PAGES="30d")["pages: removed"] == 1


def test_page_seen_again_while_it_is_being_removed_stays(home: Home) -> None:
    (page, *_) = days_of_pages(home, 1)
    archive = Archive(home.root)
    (body,) = page_retention.stored_bodies(home.root)
    archive.save(replace(page, content=page.read(), path=None, captured_at=datetime(2026, 6, 1, tzinfo=UTC)))
    assert not page_retention.remove(archive, body, "old") and page.path and page.path.exists()


def test_pages_of_an_older_layout_are_removed_with_all_their_names(home: Home) -> None:
    beside = of_older_layout(home.root)
    os.link(beside, beside.with_name("130000" + beside.name[6:]))
    (body,) = page_retention.stored_bodies(home.root)
    assert len(body.paths) == 2 and body.bytes == beside.stat().st_size
    assert tidied(home, date(2027, 9, 9), GPUHOUR_KEEP_PAGES="30d")["pages: removed"] == 1
    assert len(Archive(home.root).removed("lambda", DAY)) == 1 and not beside.exists()


def test_replay_says_that_pages_were_removed(home: Home) -> None:
    Archive(home.root).save(a_list())
    reparse(AWS, DAY, home)
    tidied(home, DAY + timedelta(days=300), GPUHOUR_KEEP_PAGES="90d")
    report = reparse_archive(AWS, home, date.min, apply=True)
    assert (report.n_pages, report.n_removed, report.n_missing, report.differences) == (0, 1, 0, {})
    with pytest.raises(NothingArchived, match="were removed by GPUHOUR_KEEP_PAGES; what was read of them stays"):
        reparse(AWS, DAY, home)


def test_rehearsal_changes_nothing_and_says_what_would_go(home: Home) -> None:
    days_of_pages(home, 4)
    before = sorted(home.root.rglob("*"))
    steps = housekeeping.tidy_home(home, date(2026, 6, 1), is_rehearsal=True)
    assert sorted(p for p in home.root.rglob("*") if "locks" not in p.parts) == [
        p for p in before if "locks" not in p.parts
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GPUHOUR_KEEP_PAGES", "30d")
        steps = housekeeping.tidy_home(home, date(2026, 6, 1), is_rehearsal=True)
    assert (steps[-1].count, steps[-1].detail) == (4, "last seen from 2026-01-01 to 2026-01-04")


def test_one_process_tidies_at_a_time(home: Home) -> None:
    with (
        locked(home.locks / "tidy.lock"),
        pytest.raises(housekeeping.NothingTidied, match="tidied or backed up by process"),
    ):
        housekeeping.tidy_home(home)
    assert housekeeping.quietly(home)


@pytest.mark.parametrize(
    ("variable", "text", "limits"),
    [
        ("GPUHOUR_KEEP_PAGES", "400d", Keep(400)), ("GPUHOUR_KEEP_PAGES", "20GB", Keep(None, 20 * 10**9)),
        ("GPUHOUR_KEEP_PAGES", "400d, 1.5gb", Keep(400, 1_500_000_000)), ("GPUHOUR_KEEP_PAGES", "2y", Keep(730)),
        ("GPUHOUR_KEEP_PAGES", "ALL", Keep()), ("GPUHOUR_KEEP_LISTS", "12w", Keep(84)),
    ],
)  # fmt: skip
def test_limits_are_ages_and_sizes(variable: str, text: str, limits: Keep) -> None:
    assert keep_limits.read(variable, text) == limits


@pytest.mark.parametrize(
    "text", ["", "0d", "-3d", "20", "20 days", "20GB,30GB", "400d,,", "0GB", "all,3d", "20GBs", "١d"]
)
def test_other_limits_are_refused_with_what_may_stand_there(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        UsageError, match=r"it may be an age \(90d, 12w, 6m, 2y\), a size \(20GB, 500MB\), both .*, or all"
    ):
        keep_limits.read("GPUHOUR_KEEP_PAGES", text)


def test_size_is_no_limit_of_runs_and_a_bad_setting_stops_before_anything_is_done(home: Home, monkeypatch: Any) -> None:
    monkeypatch.setenv("GPUHOUR_KEEP_RUNS", "20GB")
    with pytest.raises(UsageError, match=r"GPUHOUR_KEEP_RUNS='20GB': it may be an age \(90d, 12w, 6m, 2y\), or all"):
        housekeeping.tidy_home(home)
    with pytest.raises(UsageError):
        keep_limits.check()
    assert not home.locks.exists()

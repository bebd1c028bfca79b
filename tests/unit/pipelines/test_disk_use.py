"""The doctor shows what the disk holds by part, and extrapolates from growth that was measured, and from no other."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.queries import disk_use, keep_limits
from pipelines.queries.diagnostics import disk
from scrapers.fetching.archive import Archive
from scrapers.model import Page
from tests.conftest import Run
from tests.support.worlds import offer, put, seen
from warehouse.storage.state_dir import Home

DAY = date(2026, 9, 20)


def write(home: Home, name: str, size: int) -> None:
    path = home.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)


def uses(home: Home, day: date = DAY) -> dict[str, disk_use.PartUse]:
    return {use.part: use for use in disk_use.forecast(home, day)}


def test_every_part_is_counted_once(tmp_path: Path) -> None:
    home = Home(tmp_path)
    sizes = {
        "landing/pages/a/b.parquet": "landing", "pages/a/bodies/c.zst": "pages", "warehouse.duckdb": "warehouse",
        "published.duckdb": "published", "exports/m.csv": "exports", "report/index.html": "report",
        "dagster/history/runs.db": "run history", "dagster/storage/x/out": "logs", "ledger.sqlite": "ledger",
        "imports/rejected.csv": "other",
    }  # fmt: skip
    for number, name in enumerate(sizes):
        write(home, name, 4096 * (number + 1))
    (home.pages / "again").hardlink_to(home.pages / "a" / "bodies" / "c.zst")
    assert disk_use.measure(home) == {part: 4096 * (number + 1) for number, part in enumerate(sizes.values())}


def test_growth_is_of_the_last_thirty_days(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for age, size in ((60, 1), (10, 100), (5, 150), (0, 200)):
        write(home, "warehouse.duckdb", size * 4096)
        disk_use.record(home, DAY - timedelta(days=age))
    use = uses(home)["warehouse"]
    assert (use.bytes, use.in_a_year, use.basis) == (200 * 4096, 200 * 4096 + 3650 * 4096, "growth of 10 days")
    write(home, "warehouse.duckdb", 50 * 4096)  # what shrinks does not become less than nothing
    assert uses(home)["warehouse"].in_a_year == 50 * 4096


def test_first_day_is_said_to_be_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path)
    Archive(home.root).save(Page("lambda", "https://x.com/a", datetime(2026, 9, 20, 6, tzinfo=UTC), "s", b"page"))
    put(home, seen("2026-09-20", [offer()]))
    write(home, "warehouse.duckdb", 4096)
    disk_use.record(home, DAY)
    now = uses(home)
    assert now["pages"].basis == now["landing"].basis == "all of one day"
    assert now["landing"].in_a_year == 366 * now["landing"].bytes
    assert (now["warehouse"].in_a_year, now["warehouse"].basis) == (None, "not known before a second day")
    monkeypatch.setenv(keep_limits.PAGES, "0.1MB")
    limited = uses(home)["pages"]
    assert (limited.in_a_year, limited.basis) == (100_000, "all of one day, up to GPUHOUR_KEEP_PAGES")


def test_measurements_that_cannot_be_read_are_left_out(tmp_path: Path) -> None:
    home = Home(tmp_path)
    write(home, "warehouse.duckdb", 4096)
    disk_use.record(home, DAY - timedelta(days=2))
    with home.disk_use.open("a") as stream:
        stream.write('{"day": "x"}\nhalf a li')
    disk_use.record(home, DAY)
    assert [json.loads(line)["day"] for line in home.disk_use.read_text().splitlines()] == ["2026-09-18", "2026-09-20"]


def test_too_small_a_disk_is_low(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path)
    put(home, seen("2026-09-20", [offer()]))
    Archive(home.root).save(Page("lambda", "https://x.com/a", datetime(2026, 9, 20, 6, tzinfo=UTC), "s", b"page"))
    assert disk(home)[-1][1] == "ok"
    monkeypatch.setattr(disk_use, "free_bytes", lambda home: 100_000)
    (*_, verdict, detail, size, grown) = disk(home)[-1]
    assert verdict == "low" and detail.startswith("100 kB free; ") and grown and grown - size > 100_000


def test_doctor_has_numbers_for_programs(tmp_path: Path, run: Run) -> None:
    home = Home(tmp_path)
    put(home, seen("2026-09-20", [offer()]))
    parts = {row["what"]: row for row in run("doctor", "--json", home=home).records()}
    assert (
        parts["disk: landing"]["bytes"] > 0
        and parts["disk: exports"]["bytes"] == 0
        and parts["python"]["bytes"] is None
    )
    assert "disk: landing" in run("doctor", home=home).out

"""history and changes on a small database: rows, charts, filters, spans of time."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import CommandError
from pipelines.queries.filters import day_since
from pipelines.queries.timeline import CHANGE_COLUMNS, INTERVAL_COLUMNS
from tests.conftest import Run
from tests.support.published import A_CHANGE, A_SERIES, AN_INTERVAL, make
from warehouse.storage.state_dir import Home


def interval(since: str, until: str | None, usd: str, **facts: Any) -> dict[str, Any]:
    seen = until or "2024-12-31"
    ended = {"ended_by": "change" if until else None, "observed_at": f"{since} 06:00:00+00", "last_seen_on": seen}
    return AN_INTERVAL | {"valid_from": since, "valid_to": until, "usd_per_gpu_hour": usd} | ended | facts


def looks(provider: str, source: str, *months: str) -> list[dict[str, Any]]:
    return [{"provider": provider, "source": source, "seen_on": f"{m}-01", "status": "ok"} for m in months]


YEARS = [f"{y}-{m:02}" for y in (2022, 2023, 2024) for m in range(1, 13)]
LAMBDA = {"series_id": "s2", "provider": "lambda", "source": "page", "feed": "page", "instance": "8x A100"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return make(
        tmp_path_factory.mktemp("past"),
        series=[A_SERIES],
        price_intervals=[
            interval("2022-01-01", "2023-06-01", "4.096575"),
            interval("2023-06-01", None, "2.745000", text="=cmd()"),
            interval("2022-03-01", None, "1.10", last_seen_on="2024-12-01", **LAMBDA),
            interval("2022-03-01", None, "9.99", gpu="H100", series_id="s3", instance="p5.48xlarge"),
            AN_INTERVAL | {"series_id": "s4", "usd_per_gpu_hour": None, "price_scope": "gpu_component"},
        ],
        # Nobody looked at lambda from January to August 2023.
        source_health=[
            *looks("aws", "price_list", *YEARS),
            *looks("lambda", "page", *(m for m in YEARS if not "2023-01" < m < "2023-09")),
        ],
        price_changes=[
            A_CHANGE,
            A_CHANGE | {"event_id": "c2", "seq": 2, "kind": "rise", "pct": 4.5, "changed_on": "2024-12-22", "provider": "lambda",
                        "old_usd_per_gpu_hour": "2.0", "new_usd_per_gpu_hour": "2.09"},
            A_CHANGE | {"event_id": "c3", "seq": 3, "kind": "new", "pct": None, "old_usd_per_gpu_hour": None,
                        "changed_on": "2024-12-24", "gpu": "H100"},
            A_CHANGE | {"event_id": "c0", "seq": 0, "changed_on": "2024-11-30", "pct": -80},
        ],
    )  # fmt: skip


def test_rows_are_intervals_oldest_first(run: Run, home: Home) -> None:
    said = run("history", "A100", "--json", home=home)
    rows = said.records()
    assert said.code == 0 and not said.err and all(tuple(row) == INTERVAL_COLUMNS for row in rows)
    assert [(r["valid_from"], r["valid_to"], r["usd_per_gpu_hour"]) for r in rows] == [
        ("2022-01-01", "2023-06-01", 4.096575), ("2022-03-01", None, 1.1), ("2023-06-01", None, 2.745),
    ]  # fmt: skip
    sheet = list(csv.DictReader(io.StringIO(run("history", "A100", "--format", "csv", home=home).out)))
    assert tuple(sheet[0]) == INTERVAL_COLUMNS and sheet[2]["text"] == "'=cmd()"
    assert {r["provider"] for r in run("history", "A100", "--provider", "Lambda", "--json", home=home).records()} == {
        "lambda"
    }


def test_pipe_gets_the_table_without_chart(run: Run, home: Home) -> None:
    said = run("history", "A100", home=home)
    assert said.out.startswith("valid_from") and len(said.out.splitlines()) == 4 and "│" not in said.out
    assert "-33.0%" in said.out and "https://aws.example/prices.csv" in said.out


def test_chart_has_steps_and_gaps(run: Run, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    said = run("history", "A100", "--chart", home=home)
    lines = said.out.splitlines()
    assert lines[0] == "A100: USD per GPU-hour" and max(map(len, lines[:22])) <= 100
    aws = next(line for line in lines if "└" in line)  # the step down
    assert "┐" in said.out and aws.split("│")[-1].strip()
    (low,) = (line for line in lines[1:17] if "1.00" in line)
    assert re_gap(low.split("│")[1]) > 10  # eight months of three years
    assert any("aws p4d.24xlarge" in line and line.endswith(": 2.745 now") for line in lines[19:22])
    assert any("lambda" in line and "1.1 " in line and "40" not in line for line in lines[19:22])
    assert "valid_from" in said.out


def re_gap(row: str) -> int:
    """The longest blank inside a line of the chart."""
    return max(len(part) for part in "".join(" " if c == " " else "x" for c in row.strip()).split("x"))


def test_chart_requires_the_table_format(run: Run, home: Home) -> None:
    said = run("history", "A100", "--chart", "--json", home=home)
    assert said.code == 2 and not said.out


def test_many_series_are_merged_per_provider(run: Run, tmp_path: Path) -> None:
    rows = [
        interval("2022-01-01", None, f"{3 + n}.123457", series_id=f"s{n}", region=f"r{n:02}", provider=f"p{n % 10}")
        for n in range(30)
    ]
    home = make(tmp_path, price_intervals=rows)
    said = run("history", "A100", "--chart", home=home)
    assert "2 more lines not drawn: narrow with --provider" in said.err
    assert said.out.count("lowest of 3 series") == 8 and "p0, lowest of 3 series: 3.123457 now" in said.out
    few = run("history", "A100", "--chart", "--provider", "p0", home=home)
    assert "lowest" not in few.out and "r00: 3.123457 now" in few.out and "more" not in few.err


def test_future_prices_are_not_drawn(run: Run, tmp_path: Path) -> None:
    announced = interval("2025-06-01", None, "3") | {
        "observed_at": "2024-12-01 06:00:00+00",
        "last_seen_on": "2024-12-30",
    }
    home = make(tmp_path, price_intervals=[announced])
    said = run("history", "A100", "--chart", home=home)
    assert said.code == 0 and "nothing to draw" in said.err and "2025-06-01" in said.out


@pytest.mark.parametrize(("arguments", "events"), [
    ((), ["c1", "c2", "c3"]), (("--by", "newest"), ["c3", "c2", "c1"]), (("--since", "2m"), ["c0", "c1", "c2", "c3"]),
    (("--since", "2024-12-22"), ["c2", "c3"]), (("--min-pct", "10"), ["c1"]), (("--min-pct", "4.5"), ["c1", "c2"]),
    (("A100",), ["c1", "c2"]), (("--provider", "lambda"), ["c2"]), (("--since", "0d"), []),
])  # fmt: skip
def test_changes(run: Run, home: Home, arguments: tuple[str, ...], events: list[str]) -> None:
    said = run("changes", *arguments, "--json", home=home)
    assert said.code == 0 and [r["event_id"] for r in said.records()] == events
    assert all(tuple(r) == CHANGE_COLUMNS for r in said.records())


@pytest.mark.parametrize("by", ["drop", "newest"])
def test_announced_changes_stand_apart(run: Run, tmp_path: Path, by: str) -> None:
    later = {"event_id": "c2", "seq": 2, "kind": "announced", "pct": -60, "changed_on": "2025-01-15"}
    home = make(tmp_path, price_changes=[A_CHANGE, A_CHANGE | later])
    assert [r["event_id"] for r in run("changes", "--by", by, "--json", home=home).records()] == ["c1", "c2"]
    now, coming = run("changes", "--by", by, home=home).out.split("\n\n")
    assert "2024-12-20" in now and "2025-01-15" not in now and "drop" not in coming
    heading, row = coming.splitlines()
    assert heading.split()[:2] == ["will_apply_from", "announced_on"] and row.split()[:2] == [
        "2025-01-15",
        "2024-12-20",
    ]
    only = run("changes", "--since", "2025-01-01", home=home)
    assert "nothing changed since 2025-01-01" in only.err and "not in force yet: 1" in only.err


def test_changes_in_a_table(run: Run, home: Home) -> None:
    said = run("changes", home=home)
    assert "-51.2%" in said.out and "+4.5%" in said.out and len(said.out.splitlines()) == 4
    nothing = run("changes", "--min-pct", "99", home=home)
    assert nothing.code == 0 and "nothing changed since 2024-12-01 by 99 % or more" in nothing.err


@pytest.mark.parametrize(("text", "day"), [
    ("30d", "2024-03-01"), ("12w", "2024-01-07"), ("1m", "2024-02-29"), ("13m", "2023-02-28"), ("1y", "2023-03-31"),
    ("2023-04-07", "2023-04-07"), (" 6M ", "2023-09-30"),
])  # fmt: skip
def test_spans_of_time(text: str, day: str) -> None:
    assert day_since(text, date(2024, 3, 31)) == date.fromisoformat(day)


@pytest.mark.parametrize("text", ["", "soon", "3x", "-3d", "99999y", "9999999999999999999999d", "2024-02-30", "1.5y"])
def test_invalid_spans_are_rejected(run: Run, home: Home, text: str) -> None:
    with pytest.raises(CommandError, match="not a time span or day"):
        day_since(text, date(2024, 3, 31))
    assert run("changes", f"--since={text}", home=home).code == 2


def test_unknown_provider_is_a_usage_error(run: Run, home: Home) -> None:
    assert run("changes", "--provider", "nosuch", home=home).code == 2
    assert run("history", "A100", "--provider", "nosuch", home=home).code == 2

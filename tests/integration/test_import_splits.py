"""Split, repeated and late facts give the same history; clock changes and gaps are reported."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from tests.support.effort import examples
from tests.support.import_files import day, land, price, table
from tests.support.known import TABLES, known, whole
from tests.support.worlds import at, built, extend, offer, put, seen
from warehouse.engine import build_plan
from warehouse.storage import connection
from warehouse.storage.state_dir import Home

# -- files that come in pieces -------------------------------------------------------------------------------------------

SAME = ("intervals", "changes", "history", "runs", "findings", "verdicts")  # however often a row was landed


def history(chance: random.Random) -> list[dict[str, str]]:
    """Return rows of three weeks without the middle one: prices that stay, move, jump, are zero, missing, contradicted."""
    rows = []
    for on in (*range(22, 29), *range(36, 43)):
        for instance, usd, facts in (
            ("p3.2xlarge", "3.06", {}), ("p3.8xlarge", "12.24", {"gpu_count": "4"}),
            ("p3.2xlarge", "0.95", {"pricing_model": "spot"}), ("v100", "2.48", {"provider": "gcp"}),
            ("p3.2xlarge", "3.06", {"source_repo": "other/prices"}),
        ):  # fmt: skip
            said = chance.choice([usd, usd, usd, usd, "1.20", "0", "", "30.60", None])
            for stated in [said, *["3.10"] * (chance.random() < 0.06)]:
                if stated is not None:
                    commit = f"{chance.choice('ab')}{on}"
                    rows.append(price(on, instance, stated, **facts | {"source_commit": commit}))
    return rows


def in_turn(home: Home, *files: Path) -> tuple[dict[str, Any], list[bool]]:
    """Import and build one file after the other; return the warehouse's content, and which builds were rebuilds."""
    anew = []
    with connection.in_memory() as con:
        for file in files:
            land(home, file)
            anew.append(build_plan.plan(con, home).is_whole)
            extend(con, home, *TABLES)
        return known(con), anew


# One number draws all: a smaller one is no simpler world, so nothing is shrunk.
@pytest.mark.slow
@pytest.mark.long
@settings(max_examples=examples(1, 5), phases=(Phase.explicit, Phase.generate)[: examples(1, 2)])
@given(seed=st.integers(0, 10**6))
@example(seed=5)  # a late verdict takes back what the newest interval began with
@example(seed=99420)  # another scrape confirms what another source confirmed before
def test_split_file_equals_one_file(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    chance, folder = random.Random(seed), tmp_path_factory.mktemp("split")
    rows, cut = history(chance), chance.choice((24, 30, 38))
    land(Home(folder / "one"), table(folder, "one.csv", rows))
    expected = whole(Home(folder / "one"))

    early, late = ([r for r in rows if (r["date"] < day(cut)) == is_early] for is_early in (True, False))
    by_date, anew = in_turn(Home(folder / "dates"), table(folder, "early.csv", early), table(folder, "late.csv", late))
    assert anew == [True, False], "the second file is added"
    assert by_date == expected

    some = [chance.random() < 0.5 for _ in rows]
    parts = [[r for r, is_here in zip(rows, some, strict=True) if is_here == which] for which in (True, False)]
    for part in parts:
        chance.shuffle(part)
    files = [table(folder, f"{n}.csv", part) for n, part in enumerate(parts)]
    assert in_turn(Home(folder / "random"), *files)[0] == expected

    again = [*files, files[0], table(folder, "again.csv", parts[1][: len(parts[1]) // 2])]
    chance.shuffle(again)
    for file in again:
        land(Home(folder / "again"), file)
    repeated = whole(Home(folder / "again"))
    assert {name: repeated[name] for name in SAME} == {name: expected[name] for name in SAME}


# -- clocks, repeats, days without a scrape ------------------------------------------------------------------------------


def test_clock_set_back_lands_on_the_day_it_shows(tmp_path: Path) -> None:
    looks = [
        seen("2026-03-10", [offer("2.00")]),
        seen("2026-03-12", [offer("2.10")]),
        seen("2026-03-11", [offer("1.90")]),
    ]
    with connection.in_memory() as con:
        for look in looks:
            put(Home(tmp_path / "back"), look)
            extend(con, Home(tmp_path / "back"), *TABLES)
        found = con.execute(
            "select valid_from::varchar, usd_per_gpu_hour from v1.price_intervals where source <> 'seed' order by 1"
        ).fetchall()
        gone_back = known(con)
    assert found == [("2026-03-10", 2), ("2026-03-11", Decimal("1.9")), ("2026-03-12", Decimal("2.1"))]
    put(Home(tmp_path / "forth"), *sorted(looks, key=lambda look: look.captured_at))
    assert gone_back == whole(Home(tmp_path / "forth"))


def test_unchanged_page_counts_as_a_scrape_but_not_a_change(tmp_path: Path) -> None:
    asked = "select count(*), any_value(n_seen), any_value(last_on)::varchar from intermediate.versions where first_on > '2026-01-01'"
    home = Home(tmp_path)
    with connection.in_memory() as con:
        for number, (on, clock) in enumerate(
            (("2026-03-02", "06:00:00"), ("2026-03-02", "18:00:00"), ("2026-03-03", "06:00:00")), start=1
        ):
            put(home, seen(on, [offer("2.00")], captured_at=at(on, clock), sha256="ab" * 32))
            extend(con, home, *TABLES)
            assert con.execute(asked).fetchall() == [(1, number, on)]
        [(valid_from, last_seen_on)] = con.execute(
            "select valid_from::varchar, last_seen_on::varchar from v1.price_intervals where source <> 'seed'"
        ).fetchall()
        events = con.execute("select kind from v1.price_changes where source <> 'seed'").fetchall()
    assert (valid_from, last_seen_on, events) == ("2026-03-02", "2026-03-03", [("new",)])


@pytest.mark.parametrize("how", ["failed", "absent"])
def test_price_is_carried_forward_over_a_week_without_scrapes(tmp_path: Path, how: str) -> None:
    home = Home(tmp_path)
    for number in range(20):
        on = (date(2026, 3, 1) + timedelta(days=number)).isoformat()
        if not 10 <= number < 17:
            put(home, seen(on, [offer("2.00")]))
        elif how == "failed":
            put(home, seen(on, status="failed", detail="timeout"))
    with built(home, "v1.price_intervals", "v1.prices_as_of", "v1.price_history", "v1.quality_events") as con:
        of_it = "source <> 'seed'"
        spans = con.execute(
            f"select valid_from::varchar, valid_to, last_seen_on::varchar from v1.price_intervals where {of_it}"
        ).fetchall()
        within, after = (
            con.execute(
                f"select usd_per_gpu_hour, is_carried_forward, last_seen_on::varchar from v1.prices_as_of('{on}') where {of_it}"
            ).fetchall()
            for on in ("2026-03-14", "2026-03-18")
        )
        days = con.execute(
            f"select observed_on::varchar, is_observed from v1.price_history where {of_it} and is_carried_forward order by 1"
        ).fetchall()
        gaps = con.execute(
            "select provider, instance, date::varchar, date_to::varchar, verdict, class from v1.quality_events where rule = 'gap'"
        ).fetchall()
    assert spans == [("2026-03-01", None, "2026-03-20")]
    assert within == [(2, True, "2026-03-10")] and after == [(2, False, "2026-03-18")]
    assert days == ([(f"2026-03-{n}", False) for n in range(11, 18)] if how == "failed" else [])
    assert gaps == [("lambda", "all", "2026-03-10", "2026-03-18", "flag", "gap")]

"""The first prices of a home or of a GPU: nothing is known of the past, and yet not everything is a price."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from tests.support.import_files import land
from tests.support.known import ASKED
from tests.support.worlds import building, built, extend, offer, put, rows, seen
from warehouse.engine import build_plan
from warehouse.storage import connection
from warehouse.storage.state_dir import Home

HELD = "select distinct instance, rule from v1.quality_events where status = 'held' order by all"


def test_a_floor_holds_in_a_new_home(tmp_path: Path, shared: Callable[[str], Path]) -> None:
    home = Home(tmp_path)
    land(home, shared("cases/imports/first_month_floor.csv"))
    with built(home, "v1.price_intervals", "v1.quality_events") as con:
        assert rows(con, "from v1.price_intervals where source <> 'seed'") == []
        assert len(rows(con, "from v1.quality_events where status = 'held'")) == 6
        assert "below_power" in {row["rule"] for row in rows(con, HELD)}


def test_a_floor_holds_for_chips_that_nobody_priced_before(tmp_path: Path) -> None:
    """Neither repetition nor a missing spec lets a price through that no chip of such a kind ever had."""
    home = Home(tmp_path)
    low = [
        offer("0.20", gpu_label="H100 80GB", instance="h100"),
        offer("0.02", gpu_label="Tesla T4", instance="t4"),
        offer("0.10", gpu_label="TPU v5p", instance="tpu"),
        offer("0.10", gpu_label="MI300A", instance="apu"),
    ]
    real = [
        offer("0.05", gpu_label="Tesla T4", instance="t4 spot", pricing_model="spot"),
        offer("12.00", gpu_label="VR200", instance="rubin"),
    ]
    put(home, *(seen(day, [*low, *real]) for day in ("2026-09-20", "2026-09-21")))
    with built(home, "v1.price_intervals", "v1.quality_events") as con:
        held = {row["instance"]: row["rule"] for row in rows(con, HELD)}
        published = rows(con, "select instance from v1.price_intervals where source <> 'seed' order by 1")
        (text,) = rows(con, "select reason from v1.quality_events where instance = 'apu'")
    assert held == dict.fromkeys(("h100", "t4", "tpu", "apu"), "below_floor")
    assert [row["instance"] for row in published] == ["rubin", "t4 spot"]
    assert text["reason"].startswith("0.1 a GPU-hour; 3.277 TB/s of memory bandwidth (of the weakest chip with 128 GB)")


def test_others_are_a_measure_from_the_second_day(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for n, price in enumerate(("2.00", "2.50", "3.00")):
        put(home, seen("2026-09-20", [offer(price, gpu_label="H100 80GB")], provider=f"p{n}"))
    new = [
        offer("0.20", gpu_label="H100 80GB", instance="tenth"),
        offer("1.20", gpu_label="H100 80GB", instance="half"),
        offer("0.03", gpu_label="RTX 3060", instance="games"),
        offer("0.10", gpu_label="Tesla K80", instance="old"),
        offer("60.00", gpu_label="H100 80GB", instance="dear"),
    ]
    put(home, seen("2026-09-21", new, provider="market"))
    with built(home, "v1.price_intervals", "v1.quality_events") as con:
        held = {row["instance"]: row["rule"] for row in rows(con, HELD)}
        published = rows(con, "select instance from v1.price_intervals where provider = 'market' order by 1")
    assert held == {"tenth": "far_from_peers", "dear": "far_from_peers"}
    assert [row["instance"] for row in published] == ["games", "half", "old"]


def test_a_days_pages_are_judged_alike_in_any_order(tmp_path: Path) -> None:
    """Others count from the day after: else the first page of a day would be judged without the last."""
    page = seen("2026-09-20", [offer("0.31", gpu_label="H100 80GB", gpu_count=Decimal(1))], provider="market")
    others = [seen("2026-09-20", [offer("4.00", gpu_label="H100 80GB")], provider=f"p{n}") for n in range(3)]
    verdicts = []
    for name, looks in (("first", [page, *others]), ("last", [*others, page])):
        put(Home(tmp_path / name), *looks)
        with building(Home(tmp_path / name), "intermediate.verdicts") as con:
            verdicts.append(rows(con, "select rule, status from intermediate.verdicts"))
    assert verdicts == [[], []]


def test_an_append_judges_beside_others_as_a_rebuild_does(tmp_path: Path) -> None:
    home = Home(tmp_path)
    h100 = [offer("2.50", gpu_label="H100 80GB")]
    days = [
        [seen("2026-09-19", h100, provider=f"p{n}") for n in range(3)],
        [seen("2026-09-20", [offer("0.20", gpu_label="H100 80GB")], provider="market")],
        [seen("2026-09-18", [offer("0.30", gpu_label="H100 80GB")], provider="late")],
    ]
    plans = []
    with connection.in_memory() as con:
        for looks in days:
            put(home, *looks)
            plans.append(build_plan.plan(con, home).is_whole)
            extend(con, home, "intermediate.verdicts", "intermediate.findings")
        grown = rows(con, ASKED["verdicts"]), rows(con, ASKED["findings"])
    with built(home, "intermediate.verdicts", "intermediate.findings") as con:
        assert grown == (rows(con, ASKED["verdicts"]), rows(con, ASKED["findings"]))
    assert plans == [True, False, True] and [v["rule"] for v in grown[0]] == ["far_from_peers"]

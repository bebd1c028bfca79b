"""An append makes again only what rests on news: by kind of fact, by the day, and by the rows of compared tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.support import hosted_worlds, throughput_worlds
from tests.support.worlds import offer, put, rows, seen
from warehouse.engine import build, model_graph
from warehouse.storage import connection
from warehouse.storage.state_dir import Home

NOW = datetime.now(UTC)
H100 = {"gpu_label": "NVIDIA H100 SXM", "gpu_count": Decimal(1), "instance": "h1"}
MEASURED = {
    "staging.throughput_rows", "marts.measured_throughput", "marts.measured_cost", "marts.list_health",
}  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    put(made, seen("2026-11-01", [offer("2.00", **H100)], origin="recorded"))
    throughput_worlds.read(made, "2026-11-01", [throughput_worlds.measured()])
    hosted_worlds.read(made, "2026-11-01", hosted_worlds.both("0.1", "0.4"))
    return made


@pytest.fixture
def con(home: Home) -> Iterator[connection.Connection]:
    with connection.in_memory() as made:
        build.build(made, home)
        yield made


def made_by_append(con: connection.Connection, home: Home, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Build once more; return the models that were made, without those that every publication may change."""
    names: set[str] = set()
    run = build.run_model

    def noted(con: connection.Connection, model: model_graph.Model, *how: object, **options: object) -> int | None:
        names.add(model.name)
        return run(con, model, *how, **options)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(build, "run_model", noted)
        build.build(con, home)
    return names - {"v1.index_revisions"}


def test_nothing_new_makes_nothing(con: connection.Connection, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    assert made_by_append(con, home, monkeypatch) == set()


def test_new_measurements_make_only_what_shows_them(
    con: connection.Connection, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    throughput_worlds.read(home, "2026-11-02", [throughput_worlds.measured(), throughput_worlds.measured("1600")])
    assert made_by_append(con, home, monkeypatch) == MEASURED
    assert len(rows(con, "from marts.measured_throughput")) == 2 and len(rows(con, "from marts.measured_cost")) == 2


def test_new_prices_leave_specs_measurements_and_speeds(
    con: connection.Connection, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    speeds = rows(con, "from marts.inference_speed order by all")
    put(home, seen("2026-11-02", [offer("2.10", **H100)], origin="recorded"))
    made = made_by_append(con, home, monkeypatch)
    assert {"core.meta", "marts.server_prices", "marts.cheapest_inference", "marts.measured_cost"} <= made
    kept = {"marts.llm_specs", "marts.gpu_specs", "marts.theta", "marts.measured_throughput", "marts.inference_speed",
            "core.hosted_package"}  # fmt: skip
    assert not kept & made
    assert speeds and rows(con, "from marts.inference_speed order by all") == speeds
    assert rows(con, "select distinct usd_per_gpu_hour from marts.measured_cost") == [
        {"usd_per_gpu_hour": Decimal("2.1")}
    ]


def test_a_new_gpu_makes_its_speeds(con: connection.Connection, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    l40s = offer("1.00", gpu_label="NVIDIA L40S", gpu_count=Decimal(1), instance="l1")
    put(home, seen("2026-11-02", [offer("2.10", **H100), l40s], origin="recorded"))
    assert "L40S" not in {row["spec"] for row in rows(con, "select distinct spec from marts.inference_speed")}
    assert "marts.inference_speed" in made_by_append(con, home, monkeypatch)
    assert "L40S" in {row["spec"] for row in rows(con, "select distinct spec from marts.inference_speed")}


def test_another_day_makes_what_is_dated(
    con: connection.Connection, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    con.execute("update state.done set built_on = built_on - 1")
    made = made_by_append(con, home, monkeypatch)
    assert {"core.meta", "core.cost_offers", "marts.hosted_prices", "marts.server_prices"} <= made
    assert not {"marts.measured_throughput", "marts.llm_specs"} & made

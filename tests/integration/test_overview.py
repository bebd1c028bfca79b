"""`gpuhour` alone answers what is asked most, with the same numbers as the commands that ask on."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.queries.common_questions import answers
from tests.conftest import Demo
from tests.support.worlds import built, offer, put, seen
from warehouse.storage.state_dir import Home

Run = Callable[..., Any]


def test_numbers_are_those_of_the_commands(run: Run, demo: Demo) -> None:
    answer = json.loads(run("--json", home=demo.home).out)
    assert set(answer) == {"as_of", "cheapest", "changes", "tokens", "sources"} and len(answer["cheapest"]) == 8
    for row in answer["cheapest"][:3]:
        gpu = f"{row['gpu']} {row['gpu_memory_gb']:g}GB"
        prices = run("prices", gpu, "--pricing-model", "on_demand", "--json", home=demo.home).records()
        rented = [p for p in prices if p["gpu_count"] and p["gpu_count"] >= 1 and not p["is_floor"]]
        first = rented[0]
        assert (row["usd_per_gpu_hour"], row["provider"]) == (first["usd_per_gpu_hour"], first["provider"])
        assert row["region"] in {p["region"] for p in rented if p["provider"] == row["provider"]}
    assert answer["sources"]["sources"] > answer["sources"]["read_within_a_week"] > 0
    assert all(row["own_usd_per_m_tokens"] > 0 < row["api_usd_per_m_tokens"] for row in answer["tokens"])


def test_people_see_four_questions_in_eighty_columns(run: Run, demo: Demo) -> None:
    said = run(home=demo.home)
    assert said.code == 0 and said.out.count("\n  more: gpuhour ") == 4
    assert max(len(line) for line in said.out.splitlines() if "  " in line and not line.startswith("As of")) <= 80
    assert "prices as of 2026-09-20" in said.err


def test_without_a_database_it_says_how_to_begin(run: Run, tmp_path: Path) -> None:
    said = run(home=Home(tmp_path))
    assert said.code == 0 and "gpuhour demo" in said.out and not said.err
    assert run("--json", home=Home(tmp_path)).code == 1


def test_a_mistyped_command_is_told_as_one(run: Run, demo: Demo) -> None:
    said = run("pricess", home=demo.home)
    assert said.code == 2 and 'Did you mean "prices"' in said.out + said.err


@pytest.fixture
def answer(tmp_path: Path) -> dict[str, Any]:
    home = Home(tmp_path / "home")
    put(
        home,
        seen(
            "2026-03-01", [offer("4.00", instance="a", region="eu-1"), offer("9.00", instance="c")], origin="recorded"
        ),
        seen(
            "2026-03-02",
            [
                # The cheapest has no region: another offer's region must not stand beside it.
                offer("2.00", instance="b", region=""),
                offer("4.00", instance="a", region="eu-1"),
                offer("6.00", instance="c"),
                offer("1.00", instance="gone", availability="sold_out"),
                offer("0.50", instance="floor", is_floor=True),
            ],
            origin="recorded",
        ),
    )
    names = (
        "marts.provider_prices",
        "v1.price_changes",
        "v1.self_host_vs_api",
        "v1.source_health",
        "v1.quality_events",
    )
    with built(home, *names, "v1.offers_latest", "v1.meta") as con:
        return answers(con, date(2026, 3, 2))


def test_a_row_is_one_offer_that_can_be_rented(answer: dict[str, Any]) -> None:
    (cheapest,) = answer["cheapest"]
    assert (cheapest["usd_per_gpu_hour"], cheapest["instance"], cheapest["region"]) == (Decimal(2), "b", None)
    assert cheapest["providers"] == 1


def test_changes_are_those_of_prices_alone(answer: dict[str, Any]) -> None:
    assert [(c["instance"], float(c["pct"])) for c in answer["changes"]] == [("c", -33.33)]

"""The search for facts that no build can be made from, and a build that goes on without them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.queries.diagnostics import examine
from tests.support.worlds import built, offer, put, rows, seen
from warehouse.engine import python_inputs, unbuildable
from warehouse.identity import gpus
from warehouse.identity.gpus import Identity
from warehouse.storage.state_dir import Home

FILES = [f"f{n}" for n in range(100)]


def test_few_bad_files_among_many_cost_few_builds() -> None:
    builds: list[Sequence[str]] = []

    def failure(names: Sequence[str]) -> str:
        builds.append(names)
        return next((f"cannot read {name}" for name in names if name in ("f3", "f77")), "")

    assert unbuildable.culprits(FILES, failure) == {"f3": "cannot read f3", "f77": "cannot read f77"}
    assert len(builds) < 35


def test_of_two_files_that_fail_together_the_later_is_blamed() -> None:
    def failure(names: Sequence[str]) -> str:
        return "a pair" if {"f3", "f77"} <= set(names) else ""

    assert unbuildable.culprits(FILES, failure) == {"f77": "a pair"}


def test_a_failure_without_any_facts_is_not_for_facts() -> None:
    assert unbuildable.culprits(FILES, lambda _: "no such table") == {}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    for day, name in enumerate(("a", "b", "poison", "d")):
        put(home, seen(f"2026-09-1{day}", [offer("2.00", instance=name, gpu_count=Decimal(1))], provider=f"p{day}"))
    return home


def fail_on(monkeypatch: pytest.MonkeyPatch, failure: Exception) -> None:
    known = gpus.identify

    def identify(*key: Any) -> Identity:
        if key[1] == "poison":
            raise failure
        return known(*key)

    monkeypatch.setattr(python_inputs, "identify", identify)


def test_a_file_that_cannot_be_built_from_is_set_aside_and_named(
    home: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fail_on(monkeypatch, KeyError("pattern"))
    for _ in range(2):  # the second build knows, and does not search again
        with built(home, "v1.price_intervals") as con:
            found = rows(con, "select instance from v1.price_intervals where source <> 'seed' order by 1")
        assert [row["instance"] for row in found] == ["a", "b", "d"]
    assert caplog.text.count("is set aside, nothing can be built from it: 'pattern'") == 1
    [[_, verdict, detail]] = [row for row in examine(home) if row[0] == "landing file set aside"]
    assert verdict == "broken" and "p2" in detail and "'pattern'" in detail


def test_a_full_disk_is_not_blamed_on_facts(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_on(monkeypatch, duckdb.IOException("No space left on device"))
    with pytest.raises(duckdb.IOException), built(home, "v1.price_intervals"):
        pass
    assert not home.ledger.exists()

"""A published day of an index can be recomputed, and what was published before stays readable."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.conftest import Run
from tests.support.worlds import offer, put_together, rows
from tests.unit.warehouse.models.test_index import A100, FIRST, day, look
from warehouse.publish import release
from warehouse.storage import connection
from warehouse.storage.state_dir import Home

pytestmark = pytest.mark.usefixtures("module_without_costs")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, module_without_costs: None) -> Home:
    """Four providers, one in euros, over five days, with a cut and a newcomer, twice published."""
    home = Home(tmp_path_factory.mktemp("published"))
    for nth in range(5):
        prices = {"a": "1.50", "b": "2.00", "c": "2.50" if nth < 2 else "2.25"} | ({"d": "4.00"} if nth > 2 else {})
        looks = [look(nth, p, [price, f"{price}1"]) for p, price in prices.items()]
        put_together(home, *looks, look(nth, "e", [offer("1.70", instance="i0", currency="EUR")]))
        if nth > 2:
            release.build_and_publish(home)
    return home


def test_each_day_equals_its_recomputation(run: Run, home: Home) -> None:
    for nth in range(5):
        said = run("index", "verify", A100, day(nth), "--json", home=home)
        assert said.code == 0 and "equal" in said.err
        figures = {record["figure"]: record for record in said.records()}
        assert all(record["is_equal"] for record in figures.values())
        assert figures["n_providers"]["recomputed"] == (5 if nth > 2 else 4) and len(figures) == 13
    assert run("index", "verify", "nosuch", day(0), home=home).code == 2
    assert run("index", "verify", A100, "2031-01-01", home=home).code == 2
    assert run("index", "verify", A100, "yesterday", home=home).code == 2


@pytest.mark.parametrize("change, figure", [
    ("update intermediate.index_days set median = median + 0.01", "basket_median"),
    ("update intermediate.index_days set log_held = log_held + 0.001", "level_median"),
    ("update intermediate.index_days set log_chain = log_chain + 0.001 where day = '2026-03-06'", "chained_base100"),
    ("update intermediate.index_days set n_basket = n_basket + 1", "n_basket"),
    ("update intermediate.index_days set is_ok = false", "status"),
    ("update intermediate.index_prices set usd_per_gpu_hour = 1.4 where constituent = 'a'", "constituents"),
    ("update intermediate.open_intervals set price = 1.4 where price = 1.5", "constituents"),
])  # fmt: skip
def test_a_changed_figure_or_receipt_is_not_equal(
    run: Run, home: Home, tmp_path: Path, change: str, figure: str
) -> None:
    copy = Home(tmp_path)
    copy.published.write_bytes(home.published.read_bytes())
    with duckdb.connect(str(copy.published)) as con:
        con.execute(change)
    said = run("index", "verify", A100, day(4), "--json", home=copy)
    assert said.code == 1
    assert figure in [record["figure"] for record in said.records() if not record["is_equal"]]


def revisions(home: Home) -> list[dict[str, Any]]:
    with connection.published(home) as con:
        return rows(con, "from v1.index_revisions where index_id = ? order by day, said_at", A100)


@pytest.mark.slow
def test_what_was_published_stays_readable_after_a_revision_and_a_rebuild(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for nth in range(2):
        put_together(home, *(look(nth, p, [price]) for p, price in (("a", "1.50"), ("b", "2.00"), ("c", "2.50"))))
        release.build_and_publish(home)
    assert revisions(home) == [], "a new day revises nothing"
    put_together(home, look(0, "d", ["3.00"]))  # comes late: both days had a fourth provider
    release.build_and_publish(home)
    first = revisions(home)
    assert [(r["day"], r["level_median"], r["n_providers"]) for r in first] == [
        (FIRST, Decimal(2), 3), (date.fromisoformat(day(1)), Decimal(2), 3)
    ]  # fmt: skip
    assert all(r["said_at"] < r["revised_at"] for r in first)
    with connection.published(home) as con:
        now = rows(con, "select level_median from v1.index_daily where index_id = ? and day >= ?", A100, FIRST)
    assert [r["level_median"] for r in now] == [Decimal("2.25")] * 2
    home.warehouse.unlink()
    release.build_and_publish(home)
    assert revisions(home) == first, "a rebuild from the same facts revises nothing and forgets nothing"
    put_together(home, look(2, "a", ["1.50"]))
    release.build_and_publish(home)
    assert revisions(home) == first

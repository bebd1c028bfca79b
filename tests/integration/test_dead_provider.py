"""One dead provider leaves the others fresh; a changed price changes prices and marts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines import in_process
from tests.support import refreshes
from tests.support.worlds import CAPTURES, captures, only, rows, without_costs
from warehouse.storage import connection
from warehouse.storage.state_dir import Home

pytestmark = pytest.mark.slow
QUICK = ("azure", "oracle")
TODAY = datetime.now(UTC).date()
DAY1, DAY2 = date(2026, 11, 9), date(2026, 11, 10)


@pytest.fixture(scope="module", autouse=True)
def _other_costs_left_out() -> Iterator[None]:
    with without_costs("marts.provider_prices", "marts.price_table", "marts.price_averages", "marts.raw_cost"):
        yield


@pytest.fixture(autouse=True)
def _in_memory_history(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dagster's run history is kept in memory: a third of the time."""
    refreshes.history_in_memory(monkeypatch)


@dataclass(frozen=True, slots=True)
class TwoDays:
    """A good day, then one on which Oracle's capture is missing and Azure shows an unknown page."""

    home: Home
    first: in_process.RefreshResult
    second: in_process.RefreshResult
    before: dict[str, list[dict[str, Any]]]


def in_force(home: Home, day: date) -> dict[str, list[dict[str, Any]]]:
    with connection.published(home) as con:
        found = rows(con, f"from v1.prices_as_of('{day}') where source <> 'seed' order by series_id")
    return {slug: [r for r in found if r["provider"] == slug] for slug in {r["provider"] for r in found}}


@pytest.fixture(scope="module")
def two_days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoDays]:
    folder = tmp_path_factory.mktemp("two_days")
    home = Home(folder / "home")
    worse = captures(folder / "worse", "gcp", "azure")
    for page in (worse / "azure").glob("*/page.json"):
        page.write_text('{"message": "moved"}')
    with pytest.MonkeyPatch.context() as patch:
        only(patch, "azure", "gcp", "oracle")
        refreshes.history_in_memory(patch)
        first = in_process.refresh(home.root, replay=CAPTURES, day=DAY1)
        before = in_force(home, DAY1)
        second = in_process.refresh(home.root, replay=worse, day=DAY2)
    yield TwoDays(home, first, second, before)


def test_dead_provider_leaves_the_others_fresh(two_days: TwoDays) -> None:
    # Google's catalog needs a key and its other pages are recorded.
    assert two_days.first.published and not two_days.first.failed
    assert two_days.second.published and two_days.second.failed == ("azure", "oracle")
    assert "not recorded" in two_days.second.reasons["oracle"] and "unknown layout" in two_days.second.reasons["azure"]
    after = in_force(two_days.home, DAY2)
    assert {r["last_seen_on"] for r in after["gcp"]} == {DAY2} and len(after["gcp"]) == len(two_days.before["gcp"])
    assert not any(r["is_carried_forward"] for r in after["gcp"])
    with connection.published(two_days.home) as con:
        newest = con.execute("select newest_on from v1.meta").fetchall()
        marts = con.execute("select distinct as_of from marts.provider_prices where edition = 'newest'").fetchall()
    assert newest == marts == [(DAY2,)]


@pytest.mark.parametrize("slug", ["azure", "oracle"])
def test_last_good_prices_stay_marked_with_their_age(two_days: TwoDays, slug: str) -> None:
    after = in_force(two_days.home, DAY2)[slug]
    what = [(r["series_id"], r["price"], r["sha256"]) for r in two_days.before[slug]]
    assert [(r["series_id"], r["price"], r["sha256"]) for r in after] == what and len(what) >= 5
    assert {(r["is_carried_forward"], r["age_days"], r["last_seen_on"]) for r in after} == {(True, 1, DAY1)}
    assert not any(r["is_carried_forward"] for r in two_days.before[slug])


def test_the_failure_is_a_fact_of_its_day(two_days: TwoDays) -> None:
    with connection.published(two_days.home) as con:
        found = rows(
            con, "from v1.source_health where provider in ('oracle', 'azure') order by provider, source, seen_on"
        )
    status = {(r["provider"], r["seen_on"]): r["status"] for r in found}
    assert status["oracle", DAY1] == "ok" and status["oracle", DAY2] == "failed"
    assert status["azure", DAY1] == "ok" and status["azure", DAY2] == "layout_changed"
    assert all(r["detail"] for r in found if r["seen_on"] == DAY2)


def test_changed_price_reaches_prices_and_marts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, "oracle")
    other = captures(tmp_path / "other", "oracle")
    (page,) = (other / "oracle").glob("*/page.json")
    facts = json.loads(page.read_text(), parse_float=Decimal)
    (item,) = [i for i in facts["items"] if i["partNumber"] == "B95907"]  # A100 80 GB
    (price,) = item["currencyCodeLocalizations"][0]["prices"]
    assert price["value"] == 4
    price["value"] = "@"
    page.write_text(json.dumps(facts, default=str).replace('"@"', "3.21"))
    got = {}
    for name, folder in (("old", CAPTURES), ("new", other)):
        home = Home(tmp_path / name)
        assert in_process.refresh(home.root, replay=folder).published
        with connection.published(home) as con:
            got[name] = [
                con.execute(
                    "select usd_per_gpu_hour, price from v1.price_history where instance = 'B95907'"
                ).fetchall(),
                con.execute(
                    "select on_demand, spot from marts.price_table "
                    "where edition = 'newest' and provider = 'oracle' and gpu = 'A100' and gpu_memory_gb = 80"
                ).fetchall(),
                con.execute(
                    "select average from marts.price_averages where edition = 'newest' and gpu = 'A100' "
                    "and gpu_memory_gb = 80 and pricing_model = 'on_demand'"
                ).fetchall(),
            ]
            cost = con.execute(
                "select min(usd_per_1000_tokens) from marts.raw_cost where edition = 'newest' and gpu = 'A100' "
                "and gpu_memory_gb = 80 and model = 'GPT-3' and pricing_model = 'on_demand'"
            ).fetchall()[0][0]
            assert cost == pytest.approx(3.5e14 / 312e12 / 3600 * float(got[name][0][0][0]))
    new = Decimal("3.21")
    assert got["old"] == [[(4, 4)], [(4, None)], [(4,)]] and got["new"] == [[(new, new)], [(new, None)], [(new,)]]

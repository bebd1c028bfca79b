"""Systems of one's own: what they cost, by hand, and that no figure of theirs is made up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from warehouse.costing.database import cost_model
from warehouse.planning.ownership import OwnSystem, own_systems, with_own_price
from warehouse.storage.connection import Connection

SYSTEM = OwnSystem("box", "H100 SXM", 8, 100_000, "list", 10, None, "a source", 4, 1.5, 0.10, 146, 0.05)


@pytest.fixture(scope="module")
def con() -> Iterator[Connection]:
    with cost_model() as con:
        yield con


def test_hour_costs_price_power_space_and_upkeep() -> None:
    assert SYSTEM.running_usd_per_hour == pytest.approx(10 * 1.5 * 0.10 + 10 * 146 / 730 + 5000 / 8760)
    assert SYSTEM.usd_per_hour == pytest.approx(SYSTEM.running_usd_per_hour + 100_000 / (4 * 8760))


def test_macro_costs_the_same(con: Connection) -> None:
    row = con.execute("select own_usd_per_gpu_hour(12500, 35040, 1, 1.25, 1.5, 0.10, 146, 0.05)").fetchone()
    assert row and float(row[0]) * 8 == pytest.approx(SYSTEM.usd_per_hour)
    # Without space and upkeep it is what it always was.
    row = con.execute("select own_usd_per_gpu_hour(12500, 35040, 0.5, 1.25, 1.5, 0.10)").fetchone()
    assert row and float(row[0]) == pytest.approx(12500 / 35040 / 0.5 + 1.25 * 1.5 * 0.10)


def test_as_many_as_the_peak_needs() -> None:
    assert [SYSTEM.count_for(peak, 10) for peak in (0, 9, 10, 10.1, 95)] == [0, 1, 1, 2, 10]


def test_buying_pays_when_renting_has_cost_more() -> None:
    rent = np.full(10_000, SYSTEM.running_usd_per_hour + 20)
    assert SYSTEM.pays_after(1, rent) == 5000  # 100,000 USD at 20 USD an hour
    assert SYSTEM.pays_after(2, rent) is None
    assert SYSTEM.pays_after(1, rent[:4000]) is None


def test_what_lacks_a_price_has_no_cost() -> None:
    assert SYSTEM.lacks is None
    assert replace(SYSTEM, capex_usd=None).lacks == "no price (--capex) on record"
    assert (
        replace(SYSTEM, capex_usd=None, power_kw=None).lacks == "no price (--capex) and no power (--power-kw) on record"
    )


def test_own_figures_replace_those_on_record(con: Connection) -> None:
    systems = own_systems(con)
    mine = with_own_price(systems, "dgx b200", 400_000, 12)
    assert (mine.capex_usd, mine.power_kw, mine.price_kind, mine.listed_on) == (400_000, 12, "yours", None)
    assert with_own_price(systems, "DGX H200", None, None).capex_usd is None
    with pytest.raises(KeyError):
        with_own_price(systems, "DGX B900", 1, 1)


def test_systems_of_the_chips_that_are_bought_now_are_on_record(con: Connection) -> None:
    systems = {system.name: system for system in own_systems(con)}
    assert {systems[name].spec for name in ("DGX H100", "HGX H100 server", "DGX H200", "DGX B200", "8 x MI300X server")} == {
        "H100 SXM", "H200 SXM", "B200", "MI300X",
    }  # fmt: skip
    priced = {system.spec for system in systems.values() if system.gpus == 8 and system.capex_usd}
    assert {"H100 SXM", "B200"} <= priced and not priced & {"H200 SXM", "MI300X"}  # no source of these names one price


def test_each_price_has_its_kind_its_day_and_its_source(con: Connection) -> None:
    for system in own_systems(con):
        assert "https://" in system.source or system.gpus < 8, system.name
        if system.capex_usd is None:
            assert system.price_kind is None and "no price" in system.source, system.name
        else:
            assert system.price_kind in ("list", "reported") and system.listed_on, system.name


def test_assumptions_name_their_sources(con: Connection) -> None:
    (case,) = con.execute(
        "select why, pue, usd_per_kw_month from seeds.owning_cases where assumptions = 'colocation'"
    ).fetchall()
    assert "https://" in case[0] and float(case[1]) == 1.54 and float(case[2]) == 195.94

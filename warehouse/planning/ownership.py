"""Costs systems of one's own over a plan: their price over their life, power, space and upkeep."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from warehouse.engine.seeds import load_seeds
from warehouse.planning.load_curve import Hours
from warehouse.storage.connection import Connection

CASE = "colocation"  # of seeds/owning_cases.csv
_YEAR = 8760  # hours
_MONTH = 730


@dataclass(frozen=True, slots=True)
class OwnSystem:
    """A system that can be bought, under one set of assumptions; None: not on record.

    Attributes:
        capex_usd: its price, of kind `price_kind` (list, reported, or yours), as of listed_on.
        power_kw: at full load; it is counted at all hours.
        upkeep_share: staff, spares and support a year, as a share of the price.
    """

    name: str
    spec: str
    gpus: int
    capex_usd: float | None
    price_kind: str | None
    power_kw: float | None
    listed_on: date | None
    source: str
    life_years: float
    pue: float
    usd_per_kwh: float
    usd_per_kw_month: float
    upkeep_share: float

    @property
    def lacks(self) -> str | None:
        """The figures that are not on record, without which it has no cost."""
        lacking = [
            what
            for what, value in (("price (--capex)", self.capex_usd), ("power (--power-kw)", self.power_kw))
            if not value
        ]
        return f"no {' and no '.join(lacking)} on record" if lacking else None

    @property
    def running_usd_per_hour(self) -> float:
        """USD per hour of power, space and upkeep. Only where nothing is lacking."""
        assert self.capex_usd is not None and self.power_kw is not None
        power = self.power_kw * (self.pue * self.usd_per_kwh + self.usd_per_kw_month / _MONTH)
        return power + self.capex_usd * self.upkeep_share / _YEAR

    @property
    def usd_per_hour(self) -> float:
        """USD per hour, its price spread evenly over its life. Only where nothing is lacking."""
        assert self.capex_usd is not None
        return self.capex_usd / (self.life_years * _YEAR) + self.running_usd_per_hour

    def count_for(self, peak: float, tokens_per_hour: float) -> int:
        """Return how many serve the busiest hour."""
        return math.ceil(peak / tokens_per_hour * (1 - 1e-9))

    def pays_after(self, count: int, rent_by_hour: Hours) -> int | None:
        """Return after how many hours so many have cost less than renting, their price paid at once; None: never."""
        assert self.capex_usd is not None
        owned = count * (self.capex_usd + self.running_usd_per_hour * np.arange(1, len(rent_by_hour) + 1))
        reached = np.flatnonzero(np.cumsum(rent_by_hour) >= owned)
        return int(reached[0]) + 1 if len(reached) else None


def own_systems(con: Connection) -> list[OwnSystem]:
    """Return the systems of seeds/owned_systems.csv under the assumptions CASE, newest price first."""
    load_seeds(con, ("owned_systems", "owning_cases"))
    rows = con.execute(
        "select system, spec, gpus, capex_usd::double, price_kind, power_kw::double, listed_on, source, "
        "life_years::double, pue::double, usd_per_kwh::double, usd_per_kw_month::double, upkeep_share::double "
        "from seeds.owned_systems cross join seeds.owning_cases where assumptions = $case "
        "order by listed_on desc nulls last, system",
        {"case": CASE},
    ).fetchall()
    return [OwnSystem(*row) for row in rows]


def with_own_price(
    systems: Sequence[OwnSystem], name: str, capex_usd: float | None, power_kw: float | None
) -> OwnSystem:
    """Return the system of that name with a price and a power of the user's own. Raises KeyError for no such system."""
    by_name = {system.name.lower(): system for system in systems}
    system = by_name[name.strip().lower()]
    if capex_usd is not None:
        system = replace(system, capex_usd=capex_usd, price_kind="yours", listed_on=None)
    return replace(system, power_kw=power_kw) if power_kw is not None else system

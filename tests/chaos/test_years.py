"""Forty days of a market with every fault: what is published is what an independent model says."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from tests.support import worlds
from tests.support.years.compare import differences
from tests.support.years.drive import HARMLESS, REBUILDS, Years, table
from tests.support.years.market import ON_OFFERS, ON_PROVIDERS
from tests.support.years.statements import Row, Scrape

SEED = 1  # with which forty days bring every fault


@pytest.mark.slow
def test_forty_days_with_every_fault_publish_what_the_model_says(tmp_path: Path) -> None:
    with worlds.prices_only():
        years = Years(
            tmp_path, SEED, n_providers=6, n_offers=30, build_every=10, harm_every=1, rebuild_every=1, at_once=3
        )  # fmt: skip
        assert not years.live(40, every=20)
    happened = years.market.planted + years.done
    assert not {*ON_PROVIDERS, *ON_OFFERS, *HARMLESS, *REBUILDS} - happened.keys(), table(years)
    # A price that was never landed is a difference, and is told with both values.
    one = next(one for one in years.model.series() if one.stated.is_listed and len(one.stated.versions[-1].days) > 1)
    price = (one.stated.versions[-1].value[0].price or Decimal(1)) + Decimal("0.01")
    scrape = Scrape(one.thing.provider, years.day + timedelta(days=1), "partial", {one.thing.number: (Row(price),)})
    years.model.add(scrape)
    told = differences(years.home, years.model, Random(0), is_thorough=False)
    assert any(one.name in line and f"expected ({price}," in line for line in told), told

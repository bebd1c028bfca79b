"""What was read by meaning keeps the names of what was known, where it agrees with exactly one known offer."""

from __future__ import annotations

import os
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest.known_offers import LandedVersions, adopt
from scrapers.model import Offer
from tests.support import worlds
from warehouse.storage.connection import DatabaseError
from warehouse.storage.state_dir import Home

KNOWN = Offer(
    source="pricing_page", instance="gpu_1x_h100", gpu_label="H100 SXM", gpu_count=Decimal(1), gpu_memory="80 GB",
    pricing_model="on_demand", price=Decimal("2.99"), currency="USD", price_unit="gpu_hour", text="old",
)  # fmt: skip
READ = replace(KNOWN, instance="NVIDIA H100 SXM5", gpu_label="NVIDIA H100 SXM5", price=Decimal("2.49"), text="new")


def test_an_agreeing_price_continues_the_known_offer() -> None:
    (found,) = adopt("acme", [READ], [KNOWN])
    assert (found.source, found.instance, found.price) == ("pricing_page", "gpu_1x_h100", Decimal("2.49"))
    assert "general reader" in found.text


@pytest.mark.parametrize(
    "differs",
    [
        {"price": Decimal("6.10")}, {"price": Decimal("1.20")}, {"price_unit": "instance_hour", "gpu_count": Decimal(8)},
        {"currency": "EUR"}, {"gpu_label": "H200"}, {"pricing_model": "spot"}, {"is_floor": True},
        {"pricing_model": "reserved", "term_months": 12}, {"gpu_count": Decimal(8)},
    ],
)  # fmt: skip
def test_what_differs_in_more_than_a_moved_price_is_unvouched_for(differs: dict[str, Any]) -> None:
    (found,) = adopt("acme", [replace(READ, **differs)], [KNOWN])
    assert found.source == "general_reader"


def test_two_offers_that_might_be_the_known_one_are_both_unvouched_for() -> None:
    assert {o.source for o in adopt("acme", [READ, replace(READ, price=Decimal("2.59"))], [KNOWN])} == {
        "general_reader"
    }
    twins = [KNOWN, replace(KNOWN, instance="gpu_1x_h100_b")]
    assert {o.source for o in adopt("acme", [READ], twins)} == {"general_reader"}


def test_a_damaged_landing_file_is_read_once_it_is_whole_again(tmp_path: Path) -> None:
    home = Home(tmp_path)
    worlds.put(home, worlds.seen("2026-11-02", [worlds.offer()]))
    (path,) = (home.landing / "pages").glob("*/*.parquet")
    whole, at = path.read_bytes(), path.stat().st_mtime_ns
    middle = len(whole) // 3
    path.write_bytes(whole[:middle] + bytes(b ^ 0xFF for b in whole[middle : middle + 200]) + whole[middle + 200 :])
    os.utime(path, ns=(at, at))
    with pytest.raises(DatabaseError):
        LandedVersions(home, "lambda", "1")
    path.write_bytes(whole)
    os.utime(path, ns=(at, at))  # within the same second
    LandedVersions(home, "lambda", "1")

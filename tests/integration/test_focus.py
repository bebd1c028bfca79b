"""The price lists in FOCUS's words keep its rules, and each rule is one that can be broken."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import pytest

from tests.conftest import Demo
from tests.support.focus_rules import COLUMNS, RULES
from tests.support.worlds import built, offer, put, rows, seen
from warehouse.storage.connection import Connection, quoted
from warehouse.storage.state_dir import Home

AWS: dict[str, Any] = {"provider": "aws", "source": "ec2_csv", "url": "https://x.com/aws"}
YEAR: dict[str, Any] = {"pricing_model": "reserved", "term_months": 12, "price_unit": "instance_hour"}
OTHERS = [
    offer("3.00", instance="b", gpu_count="8", vcpus="96", ram_gb="800", region="us-east-1"),
    offer("1.00", instance="spot", pricing_model="spot", zone="us-east-1a"),
    offer("0.70", instance="part", price_scope="gpu_component"),
    offer("9.00", instance="cluster", gpu_count="8", price_unit="instance_hour"),
    offer("5.00", instance="soon", effective_from=date(2026, 4, 1)),
    offer("0.50", instance="half", gpu_count="0.5", price_unit="instance_hour"),
    offer("1.70", instance="", gpu_label="H200 SXM 141GB", gpu_count="4"),
]
COMMITMENTS = [
    offer("20.00", instance="partial", upfront="partial", upfront_price="90000", gpu_count="8", **YEAR),
    offer("0", instance="all", upfront="all", upfront_price="180000", gpu_count="8", **YEAR),
    offer("22.00", instance="none", upfront="none", gpu_count="8", **YEAR),
    offer("1500", instance="month", **(YEAR | {"price_unit": "month", "term_months": 6})),
    offer("9000", instance="term", **(YEAR | {"price_unit": "term_total"})),
    offer("1.40", instance="spend", **(YEAR | {"pricing_model": "flexible_cud", "term_months": 36})),
    offer("1.30", instance="unstated", **(YEAR | {"term_months": None})),
]
LOOKS = [
    seen("2026-03-02", [offer("2.00"), *OTHERS], origin="recorded"),
    seen("2026-03-02", COMMITMENTS, origin="recorded", **AWS),
    seen("2026-03-03", [offer("2.10"), *OTHERS], origin="recorded"),
]


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    home = Home(tmp_path_factory.mktemp("focus"))
    put(home, *LOOKS)
    with built(home, "v1.focus_sku_price", "v1.focus_price_sheet") as con:
        yield con


def offending(con: Connection | duckdb.DuckDBPyConnection) -> dict[str, list[Any]]:
    found = {rule.name: con.execute(rule.query).fetchmany(3) for rule in RULES}
    return {name: offenders for name, offenders in found.items() if offenders}


@pytest.fixture
def prices(con: Connection) -> Connection:
    """Return the database with the table sku_price, which a test may spoil."""
    con.execute("create or replace temp table sku_price as from v1.focus_sku_price")
    return con


def test_every_kind_of_price_keeps_the_rules(prices: Connection) -> None:
    assert not offending(prices)
    names = [name for name, *_ in prices.execute("describe sku_price").fetchall()]
    assert set(names) - COLUMNS == {name for name in names if name.startswith("x_")} and set(names) >= COLUMNS


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_finds_the_row_that_breaks_it(prices: Connection, rule: Any) -> None:
    prices.execute(rule.broken)
    assert rule.name in offending(prices)


def test_a_commitment_is_bought_at_its_start_and_over_its_term(con: Connection) -> None:
    bought = rows(con, "from v1.focus_sku_price where ServiceProviderName = 'aws' and x_GpuModel = 'A100' order by all")
    got = {
        (row["SkuId"], row["PurchasePaymentModel"], row["PricingUnit"], row["PurchaseDurationType"]): float(
            row["UnitPrice"]
        )
        for row in bought
    }
    assert {key: price for key, price in got.items() if "2023" not in key[0] and key[0] in {
        "partial", "all", "none", "month", "term", "spend", "unstated"}} == {
        ("partial", "Partial Upfront", "Instances", "1 Year"): 90000,
        ("partial", "Partial Upfront", "Hours", "1 Year"): 20,
        ("all", "All Upfront", "Instances", "1 Year"): 180000,
        ("none", "No Upfront", "Hours", "1 Year"): 22,
        ("month", "No Upfront", "Months", "6 Months"): 1500,
        ("term", "All Upfront", "Instances", "1 Year"): 9000,
        ("spend", "No Upfront", "Hours", "3 Years"): 1.4,
        ("unstated", "No Upfront", "Hours", None): 1.3,
    }  # fmt: skip
    of_start = next(row for row in bought if row["SkuPriceId"].endswith("-upfront") and row["SkuId"] == "partial")
    (inclusion,) = json.loads(of_start["CommitmentApplicability"])["Inclusions"]
    assert inclusion["Values"] == ["partial"] and inclusion["Coverage"]["Factor"] == pytest.approx(1 / 8760)
    spend = next(row for row in bought if row["SkuId"] == "spend")
    (inclusion,) = json.loads(spend["CommitmentApplicability"])["Inclusions"]
    assert inclusion["Coverage"] == {"UnitPrice": 1.4} and spend["CommitmentDiscountCategory"] == "Spend"


def test_history_is_periods_and_an_announced_price_lies_ahead(con: Connection) -> None:
    periods = rows(
        con,
        "select SkuId, SkuPriceEffectiveStart as begins, SkuPriceEffectiveEnd as ends, UnitPrice as price from v1.focus_sku_price "
        "where SkuPriceEffectiveStart >= '2026-01-01' and ServiceProviderName <> 'aws' order by all",
    )
    changed = [(str(r["begins"]), r["ends"], float(r["price"])) for r in periods if float(r["price"]) in (2, 2.1)]
    assert changed == [
        ("2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z", 2.0),
        ("2026-03-03T00:00:00Z", None, 2.1),
    ]
    assert [r["begins"] for r in periods if r["SkuId"] == "soon"] == ["2026-04-01T00:00:00Z"]


def test_numbers_of_the_price_sheet_are_of_one_pricing_unit(con: Connection) -> None:
    found = rows(con, "from v1.focus_price_sheet where SkuPriceId is not null")
    sheet = {row["SkuId"]: json.loads(row["SkuPriceDetails"]) for row in found}
    assert {name: sheet["b"][name] for name in ("GpuCount", "CoreCount", "MemorySize", "x_GpuMemorySize")} == {
        "GpuCount": 1, "CoreCount": 12, "MemorySize": 100, "x_GpuMemorySize": 80,
    }  # fmt: skip
    assert sheet["cluster"]["GpuCount"] == 8 and sheet["cluster"]["x_GpuMemorySize"] == 640
    assert sheet["half"]["GpuCount"] == 0.5
    assert "CoreCount" not in sheet["half"] and all(None not in details.values() for details in sheet.values())
    assert all(row["SkuId"] and row["ServiceName"] and row["RegionId"] != "global" for row in found)
    assert any(name.startswith("4x H200") for name in sheet), sorted(sheet)
    kinds = {row["SkuId"]: row["CommitmentDiscountCategory"] for row in found}
    assert (kinds["spend"], kinds["none"], kinds["b"]) == ("Spend", "Usage", None)


def test_prices_of_the_demo_and_their_files_keep_the_rules(demo: Demo) -> None:
    home = demo.home
    with duckdb.connect() as con:
        con.execute(f"attach '{quoted(home.published)}' as p (read_only); set TimeZone = 'UTC'; use p")
        con.execute("create temp table sku_price as from v1.focus_sku_price")
        assert not offending(con)
        series = "select count(distinct replace(SkuPriceId, '-upfront', '')) from sku_price"
        priced = "select count(distinct series_id) from v1.price_intervals where price_scope <> 'offer_aggregate'"
        assert con.execute(series).fetchall() == con.execute(priced).fetchall() != [(0,)]
        con.execute(
            f"create or replace temp table sku_price as from read_parquet('{home.exports / 'focus_sku_price.parquet'}')"
        )
        assert not offending(con)
        assert "DECIMAL(38,18)" in {kind for _, kind, *_ in con.execute("describe sku_price").fetchall()}
    for name, times in (
        ("focus_sku_price", ("SkuPriceEffectiveStart", "SkuPriceCreated", "x_ObservedAt")),
        ("focus_price_sheet", ("ChargePeriodStart", "x_ObservedAt")),
    ):
        with (home.exports / f"{name}.csv").open(newline="") as file:
            lines = list(csv.DictReader(file))
        assert lines and all(
            re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row[column]) for row in lines for column in times
        )
        assert not any("e" in row[price].lower() for row in lines for price in row if price.endswith("UnitPrice"))


def test_history_of_an_archive_keeps_the_rules(archive: Demo) -> None:
    with duckdb.connect() as con:
        con.execute(f"attach '{quoted(archive.home.published)}' as p (read_only); set TimeZone = 'UTC'; use p")
        con.execute("create temp table sku_price as from v1.focus_sku_price")
        assert not offending(con)

"""The two tables that no page prints: Oracle's shapes and Google's component sums, alone and through the gate."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from scrapers import registry
from scrapers.model import Page
from tests.support.worlds import at, built, put, seen
from warehouse.storage.state_dir import Home

ROOT = Path(__file__).parents[4]
OFFERS = """create table staging.offers (
    provider varchar, source varchar, instance varchar, gpu varchar, form_factor varchar,
    gpu_memory_gb decimal(18, 6), gpu_count decimal(18, 10), known_count decimal(18, 10), region varchar, pricing_model varchar, term_months integer,
    upfront varchar, price decimal(38, 18), currency varchar, price_unit varchar, price_scope varchar,
    usd_per_gpu_hour decimal(18, 6), usd_price decimal(38, 18), price_status varchar, availability varchar,
    effective_from date, observed_at timestamptz, text varchar, source_url varchar, sha256 varchar, origin varchar,
    known_vcpus decimal(18, 4), known_ram_gb decimal(18, 3), known_disk_gb decimal(18, 3))"""
DAY = "2026-09-20 06:15:00+00"
Row = dict[str, Any]


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    """Make an empty staging.offers and load the real seeds with all columns as text, the widest type they can have."""
    con = duckdb.connect()
    con.execute("create schema staging; create schema seeds; create macro hours_per_month() as 730")
    con.execute((ROOT / "warehouse" / "macros" / "ranges.sql").read_text())
    con.execute(OFFERS)
    for name in ("oracle_shapes", "gcp_machines"):
        path = ROOT / "warehouse" / "seeds" / f"{name}.csv"
        con.execute(f"create table seeds.{name} as from read_csv('{path}', all_varchar = true)")
    return con


def add(con: duckdb.DuckDBPyConnection, **facts: Any) -> None:
    row: Row = {
        "upfront": "", "currency": "USD", "availability": "unknown", "observed_at": DAY, "origin": "recorded",
        "form_factor": "", "region": "us-central1", "pricing_model": "on_demand", "term_months": 0, "gpu_count": 1, "price_status": "priced",
        "text": facts["instance"], "source_url": "https://x", "sha256": "a", **facts,
    }  # fmt: skip
    row.setdefault("usd_price", row["price"])
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    con.execute(f"insert into staging.offers ({names}) values ({marks})", list(row.values()))


def part(con: duckdb.DuckDBPyConnection, instance: str, unit: str, price: str, **facts: Any) -> None:
    scope = "gpu_component" if unit == "gpu_hour" else "host_component"
    gpu = {"gpu": "A100", "gpu_memory_gb": 40} if unit == "gpu_hour" else {}
    add(con, provider="gcp", source="billing_catalog", instance=instance, price_unit=unit, price_scope=scope,
        price=Decimal(price), **gpu, **facts)  # fmt: skip


def run(con: duckdb.DuckDBPyConnection, name: str) -> list[Row]:
    sql = (ROOT / "warehouse" / "models" / "staging" / f"{name}.sql").read_text()
    result = con.sql(sql)
    assert result.columns == con.table("staging.offers").columns
    assert result.types == con.table("staging.offers").types
    return [dict(zip(result.columns, row, strict=True)) for row in result.fetchall()]


def meter(con: duckdb.DuckDBPyConnection, part_number: str, price: str, **facts: Any) -> None:
    amount = Decimal(price)
    add(con, provider="oracle", source="products_api", instance=part_number, price=amount, usd_per_gpu_hour=amount,
        price_unit="gpu_hour", price_scope="instance", region="global", **facts)  # fmt: skip


def test_shape_costs_its_gpus_and_preemptible_half(con: duckdb.DuckDBPyConnection) -> None:
    meter(con, "B89734", "2", gpu="V100", gpu_memory_gb=16)
    meter(con, "B95909", "2", gpu="A10", gpu_memory_gb=24)
    found = {(r["instance"], r["pricing_model"]): r for r in run(con, "oracle_shapes")}
    assert {k: (r["price"], r["usd_per_gpu_hour"], r["gpu_count"], r["known_count"]) for k, r in found.items()} == {
        ("VM.GPU3.1", "on_demand"): (2, 2, 1, 1),
        ("VM.GPU3.1", "spot"): (1, 1, 1, 1),
        ("VM.GPU3.2", "on_demand"): (4, 2, 2, 2),
        ("VM.GPU3.2", "spot"): (2, 1, 2, 2),
        ("VM.GPU3.4", "on_demand"): (8, 2, 4, 4),
        ("VM.GPU3.4", "spot"): (4, 1, 4, 4),
        ("BM.GPU3.8", "on_demand"): (16, 2, 8, 8),  # bare metal is never preemptible
        ("VM.GPU.A10.1", "on_demand"): (2, 2, 1, 1),  # nor is any newer GPU
        ("VM.GPU.A10.2", "on_demand"): (4, 2, 2, 2),
        ("BM.GPU.A10.4", "on_demand"): (8, 2, 4, 4),
    }
    row = found["VM.GPU3.2", "spot"]
    assert (row["source"], row["price_unit"]) == ("derived_shapes", "instance_hour")
    assert (row["usd_price"], row["gpu"]) == (2, "V100")
    assert "50% of B89734" in row["text"]


def published(tmp_path: Path, slug: str, url: str, source: str, page: Path) -> dict[str, Decimal]:
    """Build from a page and return USD per GPU-hour, by machine, of the on-demand prices that pass the gate."""
    content = page.read_bytes()
    looked = Page(slug, url, at("2026-09-21"), source=source, content=content, is_excerpt=True)
    home = Home(tmp_path)
    put(home, seen("2026-09-21", registry.get(slug).parse(looked), provider=slug, url=url, source=source))
    with built(home, "v1.price_intervals", "intermediate.verdicts") as con:
        assert con.execute("from intermediate.verdicts where verdict = 'quarantine'").fetchall() == []
        found = con.execute(
            "select instance, usd_per_gpu_hour from v1.price_intervals where source like 'derived%' "
            "and pricing_model = 'on_demand'"
        )
        return dict(found.fetchall())


def test_shapes_pass_the_gate(tmp_path: Path) -> None:
    [page] = (ROOT / "tests" / "captures" / "oracle").glob("*/page.json")
    found = published(tmp_path, "oracle", "https://x", "products_api", page)
    assert len(found) == 15 and found["BM.GPU.A100-v2.8"] == 4 and found["BM.GPU.H100.8"] == 10


def test_machines_summed_from_a_catalog_pass_the_gate(tmp_path: Path, shared: Callable[[str], Path]) -> None:
    page = shared("cases/pages/gcp_catalog_2026-09-21.json")
    found = published(tmp_path, "gcp", "https://x", "billing_catalog", page)
    assert {name: round(found[f"a2-ultragpu-{name}"] * int(name[0]), 3) for name in ("1g", "2g", "4g", "8g")} == {
        "1g": Decimal("5.069"), "2g": Decimal("10.137"), "4g": Decimal("20.274"), "8g": Decimal("40.549"),
    }  # fmt: skip
    assert {"a3-megagpu-8g", "a3-ultragpu-8g", "g4-standard-48", "g4-standard-96", "g4-standard-384"} <= set(found)


def test_meters_without_price_or_shape_derive_nothing(con: duckdb.DuckDBPyConnection) -> None:
    meter(con, "B98415", "10")
    con.execute("update staging.offers set price = null")
    meter(con, "B99999", "3")
    assert run(con, "oracle_shapes") == []


def a2(con: duckdb.DuckDBPyConnection, **facts: Any) -> None:
    part(con, "A2", "vcpu_hour", "0.031611", **facts)
    part(con, "A2", "gib_hour", "0.004237", **facts)
    part(con, "Nvidia Tesla A100", "gpu_hour", "2.933908", **facts)


def test_sum_equals_the_pricing_page(con: duckdb.DuckDBPyConnection) -> None:
    a2(con)
    found = {r["instance"]: r for r in run(con, "gcp_component_sums")}
    assert set(found) == {"a2-highgpu-1g", "a2-highgpu-2g", "a2-highgpu-4g", "a2-highgpu-8g", "a2-megagpu-16g"}
    one = found["a2-highgpu-1g"]
    assert one["price"] == one["usd_price"] == Decimal("3.673385")
    assert (one["price_scope"], one["price_unit"]) == ("instance", "instance_hour")
    assert one["usd_per_gpu_hour"] == one["price"]
    assert found["a2-megagpu-16g"]["price"] == Decimal("55.739504")
    assert found["a2-megagpu-16g"]["usd_per_gpu_hour"] == Decimal("3.483719")
    assert one["text"] == "a2-highgpu-1g = 12 x 0.031611000 + 85 x 0.004237000 + 1 x 2.933908000"


def test_ssd_is_a_month_in_730_hours(con: duckdb.DuckDBPyConnection) -> None:
    a2(con)
    part(con, "Nvidia Tesla A100 80GB", "gpu_hour", "3.9280800")
    without = {r["instance"] for r in run(con, "gcp_component_sums")}
    assert "a2-ultragpu-1g" not in without  # it holds an SSD whose price is missing: no row, no part of a sum
    part(con, "Local SSD", "gib_month", "0.08")
    ultra = next(r for r in run(con, "gcp_component_sums") if r["instance"] == "a2-ultragpu-1g")
    assert ultra["price"] == Decimal("5.068797890")  # the page prints 5.06879789


@pytest.mark.parametrize("missing", ["vcpu_hour", "gib_hour", "gpu_hour"])
def test_missing_component_gives_no_row(con: duckdb.DuckDBPyConnection, missing: str) -> None:
    a2(con)
    con.execute("delete from staging.offers where price_unit = ?", [missing])
    assert run(con, "gcp_component_sums") == []


@pytest.mark.parametrize(
    "other",
    [{"region": "us-east1"}, {"pricing_model": "spot"}, {"observed_at": "2026-09-19 06:15:00+00"},
     {"pricing_model": "reserved", "term_months": 12}, {"currency": "IDR"}],
)  # fmt: skip
def test_components_of_another_kind_do_not_complete_a_sum(con: duckdb.DuckDBPyConnection, other: Row) -> None:
    a2(con)
    con.execute("delete from staging.offers where price_unit = 'gib_hour'")
    part(con, "A2", "gib_hour", "0.004237", **other)
    assert run(con, "gcp_component_sums") == []


def test_pages_of_one_catalog_and_a_second_refresh_of_the_day(con: duckdb.DuckDBPyConnection) -> None:
    a2(con)
    part(con, "A2", "gib_hour", "0.005237", observed_at="2026-09-20 18:15:09+00")
    one = next(r for r in run(con, "gcp_component_sums") if r["instance"] == "a2-highgpu-1g")
    assert one["price"] == Decimal("3.758385")  # the newest quote of each component that day


def test_two_prices_for_one_component_are_not_summed(con: duckdb.DuckDBPyConnection) -> None:
    a2(con)
    part(con, "A2", "vcpu_hour", "0.05")
    assert run(con, "gcp_component_sums") == []


def test_two_names_of_one_gpu_are_summed_once(con: duckdb.DuckDBPyConnection) -> None:
    part(con, "A3Plus", "vcpu_hour", "0.0293")
    part(con, "A3Plus", "gib_hour", "0.0025")
    part(con, "Local SSD", "gib_month", "0.08")
    part(con, "Nvidia H100 80GB Plus", "gpu_hour", "10.3443")
    part(con, "Nvidia H100 80GB Mega", "gpu_hour", "10.3443")
    assert [r["instance"] for r in run(con, "gcp_component_sums")] == ["a3-megagpu-8g"]
    con.execute("update staging.offers set price = 9 where instance = 'Nvidia H100 80GB Mega'")
    assert run(con, "gcp_component_sums") == []


def test_small_a3_are_not_sold_on_demand(con: duckdb.DuckDBPyConnection) -> None:
    for model in ("on_demand", "spot"):
        part(con, "A3", "vcpu_hour", "0.03", pricing_model=model)
        part(con, "A3", "gib_hour", "0.002", pricing_model=model)
        part(con, "Local SSD", "gib_month", "0.08", pricing_model=model)
        part(con, "Nvidia H100 80GB", "gpu_hour", "9", pricing_model=model)
    kinds = {(r["instance"], r["pricing_model"]) for r in run(con, "gcp_component_sums")}
    assert ("a3-highgpu-8g", "on_demand") in kinds and ("a3-highgpu-1g", "spot") in kinds
    assert ("a3-highgpu-1g", "on_demand") not in kinds

"""All-in cost of a job and provider comparison: rates, whole machines and unknowns, each computed by hand."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from scrapers import registry
from tests.conftest import Run
from tests.support.worlds import built, offer, put, rows, seen
from warehouse.engine import model_graph
from warehouse.publish import release
from warehouse.storage.connection import Connection
from warehouse.storage.state_dir import Home

SEED = Path(__file__).parents[4] / "warehouse" / "seeds" / "provider_facts.csv"
with SEED.open(newline="") as stream:
    UNVERIFIED_EGRESS = next(
        (r["provider"] for r in csv.DictReader(stream) if r["fact"] == "egress_usd_per_gb" and r["how"] != "read"), ""
    )
A100 = {"gpu_label": "NVIDIA A100 80GB SXM", "pricing_model": "on_demand"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = Home(tmp_path_factory.mktemp("facts"))
    singles = [offer("2.00", instance="one", gpu_count=Decimal(1), **A100)]
    eights = [offer("1.50", instance="eight", gpu_count=Decimal(8), **A100)]
    put(made, seen("2026-03-05", singles + eights, provider="aws", origin="recorded"), seen("2026-03-05", singles, provider="coreweave", origin="recorded"),
        seen("2026-03-05", singles, provider="fluidstack", origin="recorded"),
        seen("2026-03-05", singles, provider=UNVERIFIED_EGRESS or "civo", origin="recorded"))  # fmt: skip
    release.build_and_publish(made)
    return made


@pytest.fixture(scope="module")
def con(home: Home) -> Iterator[Connection]:
    with built(home) as con:
        for macro in model_graph.table_macros().values():
            con.execute(macro.sql)
        yield con


RATES = "[{from_gb: 0, to_gb: 100, usd: 0}, {from_gb: 100, to_gb: 1000, usd: 0.09}, {from_gb: 1000, to_gb: null, usd: 0.05}]"


@pytest.mark.parametrize("gb, usd", [(0, 0), (100, 0), (101, 0.09), (1000, 81), (3000, 181)])
def test_each_part_of_a_volume_has_its_own_rate(con: Connection, gb: float, usd: float) -> None:
    assert con.execute(f"select usd_at_rates({gb}, {RATES})").fetchall()[0][0] == pytest.approx(usd)


def test_unknown_rates_are_not_zero(con: Connection) -> None:
    assert con.execute("select usd_at_rates(5, null)").fetchall() == [(None,)]


def bill(con: Connection, provider: str, gpus: int, hours: float, egress: float, storage: float) -> dict[str, object]:
    asked = "from marts.job_cost(?, ?, ?, ?) where provider = ? order by compute_usd, n_machines limit 1"
    return rows(con, asked, gpus, hours, egress, storage, provider)[0]


def test_whole_machines_are_billed(con: Connection) -> None:
    # Nine GPUs: nine singles at 2.00 are 18.00 an hour, two machines of eight at 1.50 are 24.00.
    nine = bill(con, "aws", 9, 100, 0, 0)
    assert (nine["instance"], nine["n_machines"], nine["compute_usd"]) == ("one", 9, 1800)
    eight = bill(con, "aws", 8, 100, 0, 0)
    assert (eight["instance"], eight["n_machines"], eight["gpus_billed"]) == ("eight", 1, 8)
    assert eight["compute_usd"] == eight["total_usd"] == 1200


def test_the_bill_has_every_part(con: Connection) -> None:
    # 100 GB free, 9,900 GB at 0.09; 2,000 GB for 365 of 730 hours at 0.08.
    found = bill(con, "aws", 8, 365, 10_000, 2_000)
    assert (found["compute_usd"], found["egress_usd"], found["storage_usd"]) == (4380, 891, 80)
    assert found["total_usd"] == 5351 and found["unverified"] is None
    free = bill(con, "coreweave", 1, 730, 10_000, 1_000)
    assert (free["egress_usd"], free["storage_usd"], free["unverified"]) == (0, 70, None)


@pytest.mark.skipif(not UNVERIFIED_EGRESS, reason="every egress rate on record was read in its source")
def test_unverified_rate_is_in_no_total(con: Connection) -> None:
    found = bill(con, UNVERIFIED_EGRESS, 1, 10, 100, 0)
    assert (found["egress_usd"], found["total_usd"], found["at_least_usd"]) == (None, None, 20)
    assert found["unknown"] == found["unverified"] == "egress"
    assert bill(con, UNVERIFIED_EGRESS, 1, 10, 0, 0)["total_usd"] == 20
    (row,) = rows(con, "from marts.provider_comparison where provider = ? and gpu is not null", UNVERIFIED_EGRESS)
    assert row["egress_usd_10tb"] is None and "egress_usd_per_gb: " in str(row["unverified"])


def of_facts(*facts: tuple[object, ...]) -> Connection:
    """Return a database in which the tables of facts are made of these rows of the seed alone."""
    con = duckdb.connect()
    con.execute("create schema seeds; create schema marts")
    con.execute(
        "create table seeds.provider_facts (provider text, fact text, from_gb double, value text, note text, how text, "
        "source text, stated_on text)"
    )
    con.executemany(
        "insert into seeds.provider_facts values (?, ?, ?, ?, 'note', ?, 'https://x.example', '2026-11-01')", facts
    )
    for name in ("marts.provider_facts", "marts.provider_rates"):
        con.execute(f"create table {name} as {model_graph.load()[name].sql}")
    return con


def test_unverified_rates_stand_apart_from_those_that_were_read() -> None:
    con = of_facts(
        ("acme", "egress_usd_per_gb", 0, "0.09", "read"),
        ("acme", "egress_usd_per_gb", 1000, "0.01", "unverified"),
        ("acme", "storage_usd_per_gb_month", None, "0.07", "unverified"),
        ("acme", "delivery", None, "VM", "unverified"),
        ("bolt", "storage_usd_per_gb_month", None, "0.05", "read"),
    )
    assert rows(con, "from marts.provider_rates order by provider") == [
        {"provider": "acme", "egress_rates": [{"from_gb": 0, "to_gb": None, "usd": 0.09}], "storage_rates": None,
         "egress_note": "note", "storage_note": None, "unverified": "egress, storage"},
        {"provider": "bolt", "egress_rates": None, "storage_rates": [{"from_gb": 0, "to_gb": None, "usd": 0.05}],
         "egress_note": None, "storage_note": "note", "unverified": None},
    ]  # fmt: skip
    (delivery,) = rows(con, "from marts.provider_facts where fact = 'delivery'")
    assert (delivery["value"], delivery["status"]) == ("VM", "unverified")


def test_every_fact_was_read_or_is_unverified() -> None:
    with SEED.open(newline="") as stream:
        assert {row["how"] for row in csv.DictReader(stream)} <= {"read", "unverified"}


@pytest.mark.parametrize("fact", ["interconnect", "support"])
def test_network_and_support_of_most_providers_were_read(fact: str) -> None:
    with SEED.open(newline="") as stream:
        read = {row["provider"] for row in csv.DictReader(stream) if (row["fact"], row["how"]) == (fact, "read")}
    assert read <= set(registry.modules()) and len(read) >= 40


def test_volume_rates_apply_per_month_not_per_job(con: Connection) -> None:
    one, two = (bill(con, "aws", 8, hours, 100_000, 0)["egress_usd"] for hours in (730, 1460))
    by_hand = 10140 * 0.09 + 40960 * 0.085 + (100_000 - 51_200) * 0.07
    half = 10140 * 0.09 + (50_000 - 10_240) * 0.085
    assert one == pytest.approx(by_hand) and two == pytest.approx(2 * half)


def test_an_unknown_rate_leaves_no_total(con: Connection) -> None:
    found = bill(con, "fluidstack", 1, 10, 1, 1)
    assert found["total_usd"] is None and found["unknown"] == "egress, storage" and found["at_least_usd"] == 20
    assert bill(con, "fluidstack", 1, 10, 0, 0)["total_usd"] == 20


def test_providers_side_by_side(con: Connection) -> None:
    (aws,) = rows(con, "from marts.provider_comparison where provider = 'aws' and gpu is not null")
    assert aws["on_demand_usd_per_gpu_hour"] == Decimal("1.5") and aws["max_gpu_count"] == 8
    assert (aws["type"], aws["hq_country"], aws["egress_usd_10tb"]) == ("hyperscaler", "US", 891)
    assert "regions" in str(aws["regions_stated"])
    (gcp,) = rows(con, "from marts.provider_comparison where provider = 'gcp'")
    assert gcp["gpu"] is None and gcp["billing_seconds"] == 1


def test_marketplaces_and_aggregators_are_kept_out_of_first_parties() -> None:
    """A provider without a type counts as a specialised cloud, so whoever resells must be on record as such."""
    with SEED.open(newline="") as stream:
        types = {row["provider"]: row["value"] for row in csv.DictReader(stream) if row["fact"] == "type"}
    with SEED.with_name("marketplaces.csv").open(newline="") as stream:
        resold = {row["provider"] for row in csv.DictReader(stream)}
    others = {p.slug for p in registry.all_providers() if p.kind != "provider"}
    assert others and not {slug for slug in others - resold if types.get(slug) not in ("marketplace", "aggregator")}


def test_the_command_shows_the_bill(run: Run, home: Home) -> None:
    done = run(
        "cost", "job", "--gpu", "A100", "--gpus", "8", "--hours", "500", "--egress-tb", "30", "--json", home=home
    )
    assert done.code == 0
    told = done.records()
    told = [row for row in told if row["provider"] != UNVERIFIED_EGRESS]
    assert [row["provider"] for row in told] == ["coreweave", "aws", "fluidstack"]
    assert told[0]["total_usd"] == 8000 and told[2]["total_usd"] is None and told[2]["at_least_usd"] == 8000


@pytest.mark.parametrize("wrong, says", [
    (["--hours", "0"], "--hours"), (["--hours", "5", "--gpus", "0"], "--gpus"), (["--hours", "5", "--egress-tb", "-1"], "--egress-tb"),
    (["--hours", "5", "--discount", "10"], "list prices"),
])  # fmt: skip
def test_invalid_facts_are_rejected(run: Run, home: Home, wrong: list[str], says: str) -> None:
    done = run("cost", "job", "--gpu", "A100", *wrong, home=home)
    assert done.code == 2 and says in done.err


def test_gpu_without_price_is_reported(run: Run, home: Home) -> None:
    done = run("cost", "job", "--gpu", "H200", "--hours", "5", home=home)
    assert done.code == 1 and "H200" in done.err

"""Output of `gpuhour plan`: a launch, steady growth, a batch job and a budget on a small market, and its refusals."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.conftest import Run
from tests.support import hosted_worlds
from tests.support.worlds import offer, put, seen
from warehouse.publish import release
from warehouse.storage.state_dir import Home

FRIDAY = "2026-03-06"
EIGHT: dict[str, Any] = {"gpu_label": "H100 SXM 80GB", "gpu_count": Decimal(8)}
HOSTED = "meta-llama/llama-3.1-70b-instruct"
MODEL = ("--model", "llama-3.1-70b", "--precision", "fp8")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Publish a market of three providers, one of them a marketplace."""
    made = Home(tmp_path_factory.mktemp("planned"))
    put(
        made,
        seen(FRIDAY, [
            offer("3.00", **EIGHT, instance="h8", region="us-east-1"),
            offer("1.20", **EIGHT, instance="h8-spot", pricing_model="spot", region="us-east-1"),
            offer("1.50", **EIGHT, instance="h8-year", pricing_model="reserved", term_months=12, region="us-east-1"),
            offer("2.40", **EIGHT, instance="h8-month", pricing_model="reserved", term_months=1, region="us-east-1"),
            offer("0.10", gpu_label="Quadro P5000", instance="old"),
        ]),
        seen(FRIDAY, [offer("2.90", **EIGHT, instance="gone", availability="sold_out")], provider="coreweave"),
        seen(FRIDAY, [offer("1.40", **EIGHT, instance="asks")], provider="vast"),
    )  # fmt: skip
    hosted_worlds.read(made, FRIDAY, [
        *hosted_worlds.both("1", "2", "tiered", HOSTED),
        hosted_worlds.price("5", "tiered", HOSTED, above_tokens=8000),
        hosted_worlds.price("9", "tiered", HOSTED, above_tokens=8000, kind="output"),
        *hosted_worlds.both("2.5", "1", "dear-prompts", HOSTED),
    ])  # fmt: skip
    release.build_and_publish(made)
    return made


def plan(run: Run, home: Home, *arguments: str) -> list[dict[str, Any]]:
    result = run("plan", *arguments, "--as-of", FRIDAY, "--json", home=home)
    assert result.code == 0, result.err
    return result.records()


def part(rows: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [row for row in rows if row["part"] == name]


def test_steady_load_is_reserved_and_the_days_peak_rented(run: Run, home: Home) -> None:
    rows = plan(run, home, *MODEL, "--tokens-per-day", "5e9", "--tidy", "0")
    rents = {row["pricing_model"]: row for row in part(rows, "rent") if row["provider"] == "lambda"}
    (total,) = part(rows, "total")
    reserved = rents["reserved"]
    assert reserved["term_months"] == 12 and reserved["first_day"] == FRIDAY and reserved["what"] == "8 x H100 SXM"
    assert reserved["usd"] == pytest.approx(reserved["machines"] * 8 * 1.5 * 8760)
    assert sum(row["usd"] for row in part(rows, "rent")) == pytest.approx(total["usd"])
    assert total["usd_per_m_output_tokens"] == pytest.approx(total["usd"] / (5e9 * 365) * 1e6)
    alternatives = {row["what"]: row["usd"] for row in part(rows, "alternative")}
    assert total["usd"] < min(alternatives["all reserved at the peak"], alternatives["all on demand"])
    # Reserved from the first day on, it costs half of on demand and has paid for itself before the year is over.
    assert date.fromisoformat(reserved["pays_on"]) < date(2027, 3, 6)
    assert all(row["series_id"] and row["source_url"] and row["sha256"] for row in part(rows, "rent"))
    assert not [row for row in rows if row["provider"] == "coreweave"]  # sold out


def test_marketplace_has_one_machine(run: Run, home: Home) -> None:
    rows = plan(run, home, *MODEL, "--tokens-per-day", "5e9", "--tidy", "0")
    assert {row["machines"] for row in part(rows, "rent") if row["provider"] == "vast"} == {1}
    few = run("plan", *MODEL, "--tokens-per-day", "5e9", "--provider", "vast", "--as-of", FRIDAY, home=home)
    assert few.code == 1 and "stock is too small: the 1 machines on record serve" in few.err, few.err


def test_launch_with_a_spike_keeps_spot_out_of_it(run: Run, home: Home) -> None:
    launch = ("--tokens-per-day", "2e9", "--growth", "50%/week", "--growth-days", "28", "--spike", "10x@15+2d",
              "--days", "60", "--tidy", "0")  # fmt: skip
    rows = plan(run, home, *MODEL, *launch)
    total = part(rows, "total")[0]["usd"]
    trusting = part(plan(run, home, *MODEL, *launch, "--spot-in-spikes"), "total")[0]["usd"]
    without = part(plan(run, home, *MODEL, *launch, "--spot-share", "0"), "total")[0]["usd"]
    assert trusting < total < without
    on_demand = [
        row for row in part(rows, "rent") if row["pricing_model"] == "on_demand" and row["provider"] == "lambda"
    ]
    assert on_demand and all(row["term_months"] != 12 for row in part(rows, "rent"))  # a year does not pay in 60 days


def test_growth_commits_later(run: Run, home: Home) -> None:
    rows = plan(run, home, *MODEL, "--tokens-per-day", "2e9", "--growth", "15%/month", "--spot-share", "0")
    commitments = [row for row in part(rows, "rent") if row["pricing_model"] == "reserved"]
    assert len({row["first_day"] for row in commitments}) > 1
    fixed = plan(
        run, home, *MODEL, "--tokens-per-day", "2e9", "--growth", "15%/month", "--spot-share", "0", "--no-commit"
    )
    assert not [row for row in part(fixed, "rent") if row["pricing_model"] == "reserved"]
    assert part(rows, "total")[0]["usd"] < part(fixed, "total")[0]["usd"]


def test_job_runs_on_spot_and_in_time(run: Run, home: Home) -> None:
    rows = plan(
        run, home, *MODEL, "--job-tokens", "5e10", "--days", "14", "--deadline-days", "7", "--start", "2026-04-01"
    )
    (rent,) = part(rows, "rent")
    assert rent["pricing_model"] == "spot" and rent["note"] == "for the job"
    assert (rent["first_day"], rent["last_day"]) == ("2026-04-01", "2026-04-07")
    assert rent["machine_hours"] * rent["output_tokens_per_hour"] >= 5e10
    assert (rent["machine_hours"] - 1) * rent["output_tokens_per_hour"] < 5e10
    assert part(rows, "total")[0]["usd"] == pytest.approx(rent["machine_hours"] * 8 * 1.2)


def test_job_alone_claims_no_limit_that_it_does_not_keep(run: Run, home: Home) -> None:
    job = ("--job-tokens", "5e10", "--days", "14", "--isl", "500", "--osl", "500")
    chat, batch = (plan(run, home, *MODEL, *job, "--workload", name) for name in ("chat", "batch"))
    assert "no limit on latency" in next(row["note"] for row in chat if "a request" in (row["note"] or ""))
    assert part(chat, "rent")[0]["output_tokens_per_hour"] / 0.5 == pytest.approx(
        part(batch, "rent")[0]["output_tokens_per_hour"] / 0.9  # the workloads' shares of use
    )


def test_slo_and_discount_change_the_plan(run: Run, home: Home) -> None:
    load = (*MODEL, "--tokens-per-day", "5e9", "--days", "30", "--gpu", "H100 SXM", "--provider", "lambda")
    usual, tight, cheap = (
        part(plan(run, home, *load, *more), "total")[0]["usd"] for more in ((), ("--slo", "0.02"), ("--discount", "10"))
    )
    assert tight > usual and cheap == pytest.approx(usual * 0.9, rel=1e-3)


def test_own_systems_stand_beside_with_the_price_they_have(run: Run, home: Home) -> None:
    own = {row["what"]: row for row in part(plan(run, home, *MODEL, "--tokens-per-day", "5e9"), "own")}
    assert own["own DGX H200"]["usd"] is None and "no price (--capex)" in own["own DGX H200"]["note"]
    (bought,) = (row for what, row in own.items() if what.endswith("own DGX H100"))
    assert "reported, 2023-05-31" in bought["note"] and bought["source_url"].startswith("https://")
    assert "own DGX-2" not in " ".join(own)  # a price of 2018
    (mine,) = part(plan(run, home, *MODEL, "--tokens-per-day", "5e9", "--own", "dgx b200", "--capex", "400000",
                        "--power-kw", "12"), "own")  # fmt: skip
    hourly = 400_000 / (4 * 8760) + 12 * (1.54 * 0.08 + 195.94 / 730) + 400_000 * 0.05 / 8760
    assert mine["usd"] == pytest.approx(mine["machines"] * hourly * 8760) and "yours" in mine["note"]


def test_budget_buys_rented_owned_and_hosted_tokens(run: Run, home: Home) -> None:
    rows = plan(run, home, *MODEL, "--budget", "50M/year")
    ways = {row["way"] for row in rows}
    assert {"rent", "own"} <= ways
    year = next(row for row in rows if row["pricing_model"] == "reserved")
    assert year["machines"] == 50_000_000 // (8 * 1.5 * 8760) and year["gpus"] == 8 * year["machines"]
    assert year["usd_a_year"] <= 50_000_000
    assert year["tokens_per_day"] * 365 * year["usd_per_m_output_tokens"] / 1e6 == pytest.approx(year["usd_a_year"])
    assert not [row for row in rows if row["provider"] == "vast"]  # it has one machine


def hosted(rows: list[dict[str, Any]]) -> dict[str, Any]:
    (found,) = (row for row in rows if (row["what"] or "").startswith("hosted API: "))
    return found


def test_host_is_paid_for_the_prompts_of_the_load_and_of_the_job(run: Run, home: Home) -> None:
    rag = (*MODEL, "--workload", "rag", "--days", "2", "--tokens-per-day", "3e8")  # 4,000 tokens in, 300 out
    alone = hosted(plan(run, home, *rag))
    assert alone["provider"] == "tiered"
    assert alone["usd"] == pytest.approx(8000 * 1 + 600 * 2) and alone["usd_per_m_output_tokens"] * 600 == alone["usd"]
    job = hosted(plan(run, home, *MODEL, "--days", "2", "--job-tokens", "1e10"))  # 1,000 tokens in and out
    assert job["usd"] == pytest.approx(10_000 * 1 + 10_000 * 2)
    both = hosted(plan(run, home, *rag, "--job-tokens", "1e10"))
    assert both["usd"] == pytest.approx(alone["usd"] + job["usd"])


def test_host_is_paid_by_the_length_of_the_prompts_that_were_asked_for(run: Run, home: Home) -> None:
    long = (*MODEL, "--days", "2", "--tokens-per-day", "1e6", "--isl", "10000", "--osl", "1000")
    found = hosted(plan(run, home, *long))
    assert (found["provider"], found["usd"]) == ("dear-prompts", pytest.approx(20 * 2.5 + 2 * 1))  # else 20 x 5 + 2 x 9
    (bought,) = (row for row in plan(run, home, *MODEL, "--isl", "10000", "--osl", "1000",
                 "--budget", "52k/year") if row["way"] == "api")  # fmt: skip
    assert bought["tokens_per_day"] * 365 == pytest.approx(2e6 / 52 * 52_000)


def test_budget_that_is_too_small_says_what_one_costs(run: Run, home: Home) -> None:
    rows = plan(run, home, *MODEL, "--budget", "50k/year")
    (small,) = (row for row in rows if row["what"] == "DGX H100")
    assert small["machines"] is None and small["note"].startswith("the amount buys none: one costs 1")
    # Only commitments have a term.
    every = plan(run, home, *MODEL, "--budget", "50M/year")
    assert {row["pricing_model"] for row in every if row["term_months"] is not None} == {"reserved"}


def test_table_has_two_parts_and_assumptions_go_to_stderr(run: Run, home: Home) -> None:
    result = run("plan", *MODEL, "--tokens-per-day", "5e9", "--as-of", FRIDAY, home=home)
    assert result.code == 0
    assert "this plan" in result.out and "all reserved at the peak" in result.out and "\n\n" in result.out
    for words in (
        "TPOT <= 50 ms",
        "none in spikes",
        "paid for their whole term",
        "70% of an hour's capacity",
        "PUE 1.54",
    ):
        assert words in result.err and words not in result.out
    budget = run("plan", *MODEL, "--budget", "2M/month", "--as-of", FRIDAY, home=home)
    assert budget.code == 0 and "N26" in budget.err and "tokens_per_day" in budget.out


def test_json_holds_the_assumptions_too(run: Run, home: Home) -> None:
    rows = plan(run, home, *MODEL, "--tokens-per-day", "5e9")
    assert len(part(rows, "assumption")) >= 6
    assert {row["part"] for row in rows} == {"rent", "total", "alternative", "own", "assumption"}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (MODEL, 2, "no load given"),
        (("--model", "lama-3.1-70b", "--tokens-per-day", "1e9"), 2, "llama-3.1-70b"),
        ((*MODEL, "--tokens-per-day", "1e9", "--gpu", "H900"), 2, "H900"),
        ((*MODEL, "--tokens-per-day", "1e9", "--own", "DGX B900"), 2, "unknown system 'DGX B900'"),
        ((*MODEL, "--tokens-per-day", "1e9", "--workload", "chta"), 2, "unknown workload 'chta'"),
        ((*MODEL, "--tokens-per-day", "1e9", "--utilisation", "0"), 2, "--utilisation"),
        ((*MODEL, "--tokens-per-day", "1e9", "--isl", "1e6"), 2, "context"),
        ((*MODEL, "--tokens-per-day", "1e9", "--max-ttft", "-1"), 2, "--max-ttft"),
        ((*MODEL, "--job-tokens", "1e9", "--slo", "0.03"), 2, "--max-tpot and --max-ttft are for a load"),
        ((*MODEL, "--tokens-per-day", "1e9", "--start", "9999-12-31"), 2, "must begin by the year 9900"),
        ((*MODEL, "--tokens-per-day", "1e9", "--days", "30", "--spike", "10x@31"), 2, "beyond the plan's 30 days"),
        ((*MODEL, "--budget", "50M/year", "--start", "2026-04-01"), 2, "leave out --start"),
        ((*MODEL, "--budget", "50M/year", "--days", "30"), 2, "leave out the options of the load"),
        ((*MODEL, "--tokens-per-day", "1e9", "--continent", "Asia"), 1, "nothing in Asia can be rented on 2026-03-06"),
        ((*MODEL, "--tokens-per-day", "1e9", "--available"), 1, "that is shown as available"),
        ((*MODEL, "--tokens-per-day", "1e9", "--slo", "0.0001"), 1, "under the limit on latency"),
        (("--model", "deepseek-r1", "--tokens-per-day", "1e9"), 1, "serves deepseek-r1"),
    ],
)
def test_refusals_say_why(run: Run, home: Home, arguments: tuple[str, ...], code: int, words: str) -> None:
    result = run("plan", *arguments, "--as-of", FRIDAY, home=home)
    assert result.code == code and words in result.err and "Traceback" not in result.err, (result.code, result.err)
    assert not result.out


def test_nothing_published_is_told(run: Run, tmp_path: Any) -> None:
    result = run("plan", *MODEL, "--tokens-per-day", "1e9", home=Home(tmp_path))
    assert result.code == 1 and "refresh" in result.err

"""Own, rent or buy tokens; which precision, which GPU, how many at the peak: the marts that decide, each by hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.cost_world import one, priced
from tests.support.worlds import rows
from warehouse.identity import hosted_models
from warehouse.storage.connection import Connection


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    with priced(tmp_path_factory.mktemp("deciding")) as con:
        yield con


# -- hosts -------------------------------------------------------------------------------------------------------------

REPOS = {
    "mistral-large-2": "mistralai/Mistral-Large-Instruct-2407", "llama-3.1-8b": "meta-llama/Llama-3.1-8B",
    "qwen3-235b-a22b": "Qwen/Qwen3-235B-A22B",
}  # fmt: skip


@pytest.mark.parametrize("label, spec", [
    ("meta-llama/Llama-3.1-8B-Instruct", "llama-3.1-8b"),
    ("mistralai/Mistral-Large-Instruct-2407", "mistral-large-2"),
    ("mistralai/mistral-large-2512", None),  # another model, a year and a half younger
    ("mistral-large", None),  # whichever is the newest
    ("qwen/qwen3-235b-a22b-2507", "qwen3-235b-a22b"),
    ("somebody/else-8b", None),
])  # fmt: skip
def test_host_model_name_maps_to_at_most_one_model(label: str, spec: str | None) -> None:
    assert hosted_models.spec_of(label, REPOS) == spec


def test_list_prices_are_dated_and_never_free(con: Connection) -> None:
    found = rows(con, "from marts.hosted_prices")
    assert len(found) > 100 and len({r["model"] for r in found}) > 25
    assert all(r["usd_per_m_input_tokens"] > 0 and r["usd_per_m_output_tokens"] > 0 for r in found)
    assert all(r["list_read_on"] and r["sha256"].startswith("genai-prices ") for r in found)
    assert sum(r["usd_per_m_cached_input_tokens"] is not None for r in found) > 20
    keys = [(r["host"], r["model_key"], r["above_tokens"]) for r in found]
    assert len(set(keys)) == len(keys)


def test_break_even_is_where_both_cost_the_same(con: Connection) -> None:
    found = rows(con, "from v1.self_host_vs_api where workload = 'chat' and model = 'llama-3.1-8b'")
    assert found
    for row in found:
        listed = (row["hosted_usd_per_m_input_tokens"] + row["hosted_usd_per_m_output_tokens"]) / 2
        assert row["hosted_usd_per_m_tokens"] == pytest.approx(float(listed))
        assert row["own_usd_per_day"] == pytest.approx(float(row["usd_per_gpu_hour"]) * row["gpu_count"] * 24)
        full = row["own_usd_per_day"] / row["capacity_tokens_per_day"] * 1e6
        assert row["own_usd_per_m_tokens_at_full_use"] == pytest.approx(full, rel=1e-5)
        tokens = row["own_usd_per_day"] / row["hosted_usd_per_m_tokens"] * 1e6
        if tokens < row["capacity_tokens_per_day"]:
            assert row["break_even_tokens_per_day"] == pytest.approx(tokens, rel=1e-5)
        else:
            assert row["break_even_tokens_per_day"] is row["break_even_utilisation"] is None


def test_dated_prices_hold_from_their_day(con: Connection) -> None:
    dated = rows(
        con,
        "select host, hosted_model, arg_max(usd_per_m_tokens, valid_from) as newest, max(valid_from) as since, "
        "min(usd_per_m_tokens) filter (where valid_from is null) as before from core.hosted_package "
        "where kind = 'input' and above_tokens = 0 group by all "
        # Models whose price depends on the hour are left out.
        "having count(valid_from) = 1 and before is not null and bool_and(hours_utc = '')",
    )
    assert dated
    for host in dated:
        for day, price, since in ((0, host["newest"], host["since"]), (-1, host["before"], None)):
            at = rows(
                con, "select usd_per_m_input_tokens as usd, valid_from from v1.hosted_prices_as_of(?::date + ?) "
                "where host = ? and hosted_model = ?", host["since"], day, host["host"], host["hosted_model"],
            )  # fmt: skip
            assert at == [{"usd": price, "valid_from": since}], (host, day)


# -- owning ------------------------------------------------------------------------------------------------------------


def test_pair_of_cards_draws_the_documented_power(con: Connection) -> None:
    query = "from marts.own_vs_rent where assumptions = 'seed' and system = ?"
    pair, card = (rows(con, query, name)[0] for name in ("2 x RTX 3080 Ti", "A100 PCIe card"))
    assert pair["power_kwh_over_life"] - card["power_kwh_over_life"] == pytest.approx(10_512)
    assert pair["power_usd_over_life"] - card["power_usd_over_life"] == pytest.approx(1051.20)
    assert pair["own_usd_per_gpu_hour"] == pytest.approx(1199 / (3 * 8760) + 0.35 * 0.10)
    assert (pair["rent_usd_per_gpu_hour"], pair["break_even_months"], pair["pays"]) == (None, None, None)
    assert (card["capex_usd"], card["own_usd_per_gpu_hour"], card["pays"]) == (None, None, None)


def test_buying_pays_after_its_price_is_saved(con: Connection) -> None:
    query = (
        "from marts.own_vs_rent where system = 'DGX A100 with 40 GB' and assumptions = 'seed' and edition = 'seed' "
        "and pricing_model = ?"
    )
    on_demand, spot = one(con, query, "on_demand"), one(con, query, "spot")
    power = 6.5 / 8 * 0.10
    assert on_demand["break_even_months"] == pytest.approx(199_000 / 8 / ((1.10 - power) * 730))
    assert on_demand["pays"] is True and spot["pays"] is False and spot["break_even_months"] > 36
    assert on_demand["gpus_for_budget"] == 50_000_000 // (1.10 * 8760)
    owned = on_demand["gpus_for_budget"] * (199_000 / 8 / (3 * 8760) + power) * 8760
    assert on_demand["own_usd_a_year"] == pytest.approx(owned)


# -- precision -----------------------------------------------------------------------------------------------------------


def test_shorter_weights_gain_less_than_their_bits(con: Connection) -> None:
    query = "from marts.precision_effect where model = 'llama-3.1-8b' and spec = 'H100 SXM'"
    found = {(r["precision"], r["is_sparse"], r["load"]): r for r in rows(con, query)}
    assert all(found["FP16", False, load]["speedup"] == pytest.approx(1) for load in ("1", "16", "256", "max"))
    alone = [found[p, False, "1"] for p in ("FP16", "FP8", "INT4", "INT2")]
    assert [r["speedup"] for r in alone] == sorted(r["speedup"] for r in alone)
    assert all(r["speedup"] < r["linear_speedup"] for r in alone[1:])
    # Weight-only formats compute at 16 bits: where computing and caches set the pace, four bits gain next to nothing.
    assert found["INT4", False, "max"]["speedup"] < 1.2 < found["FP8", False, "max"]["speedup"]
    assert found["FP16", False, "1"]["limited_by"] == "reading weights"
    assert found["FP16", False, "max"]["limited_by"] == "reading KV caches"
    assert found["INT2", False, "1"]["limited_by"] == "launches and links"
    assert 1 < found["FP16", True, "1"]["speedup"] < found["FP16", True, "1"]["linear_speedup"] == pytest.approx(16 / 9)


def test_the_parts_of_a_step_are_the_cost_model_s(con: Connection) -> None:
    con.execute(
        "create or replace temp table asked as select model, spec as gpu_spec, tp, 1 as pp, 0 as dp_attn, "
        "precision as weights, null::varchar as kv_dtype, 512 as isl, 512 as osl, 1 as beams, batch as concurrency, "
        "weights_s + kv_s + compute_s as parts, other_s from marts.precision_effect where fits and not is_sparse"
    )
    steps = rows(
        con,
        "from marts.inference_of('asked') join marts.llm_specs as m on m.name = model "
        "join marts.gpu_specs as g on g.name = gpu_spec",
    )
    assert len(steps) > 1000
    for row in steps:
        assert row["decode_step_seconds"] == pytest.approx(row["parts"] + row["other_s"], rel=1e-5)
        if row["tp"] == 1 and row["architecture"] == "Hopper" and not row["experts"]:  # then all else is launches alone
            launches = 0.0013 + 0.000037 * row["layers"] + 0.000012 * row["batch"]
            assert row["other_s"] == pytest.approx(launches, rel=1e-4)


def test_model_that_does_not_fit_has_no_speed(con: Connection) -> None:
    absent = rows(con, "from marts.precision_effect where not fits")
    assert absent and {(r["output_tokens_per_s"], r["speedup"], r["limited_by"]) for r in absent} == {
        (None, None, None)
    }
    assert all(r["weight_gb"] > 0 for r in absent)


# -- choosing ----------------------------------------------------------------------------------------------------------


def test_gpu_fit(con: Connection) -> None:
    found = {(r["purpose"], r["model"], r["spec"]): r for r in rows(con, "from marts.gpu_fit")}
    full = found["full training", "llama-3.1-8b", "H100 SXM"]
    assert (full["gpus"], full["fits"]) == (2, "one machine")  # 16 x 8.03 GB in 76.7 GB each
    assert full["usd_per_hour"] == pytest.approx(2 * 2.7)
    assert found["full training", "llama-3.1-70b", "H100 SXM"]["fits"] == "several machines"
    assert found["QLoRA fine-tuning", "llama-3.1-8b", "A10"]["fits"] == "one GPU"
    assert ("image model", "flux.1-dev", "A10") not in found and ("image model", "sdxl-base-1.0", "A10") in found
    tolerant, quick = (found[p, "llama-3.1-8b", "A10"] for p in ("latency-tolerant inference", "inference"))
    assert tolerant["usd_per_m_tokens"] <= quick["usd_per_m_tokens"]
    best = [r for r in found.values() if r["purpose"] == "inference" and r["model"] == "llama-3.1-8b"]
    assert min(best, key=lambda r: r["usd_per_m_tokens"])["place"] == 1


def test_plans_cover_the_peak_and_its_cost(con: Connection) -> None:
    found = rows(con, "from marts.capacity_plan where model = 'llama-3.1-70b' and workload = 'chat'")
    plans = {(r["demand"], r["mean_tokens_per_day"], r["plan"]): r for r in found}
    assert {plan for *_, plan in plans} == {"all_on_demand", "reserved_base", "lower_end"}
    for row in found:
        mean = row["peak_share"] * row["peak_to_mean"] + (1 - row["peak_share"]) * row["base_to_mean"]
        assert mean == pytest.approx(1) and row["gpus_at_peak"] >= row["gpus_at_base"]
        assert row["usd_per_m_tokens"] == pytest.approx(row["usd_per_day"] / row["mean_tokens_per_day"] * 1e6)
        assert row["gpus_at_peak"] % row["gpu_count"] == 0
    steady, spread = (plans[d, 1e10, "reserved_base"] for d in ("steady", "launch"))
    assert steady["usd_per_day"] == pytest.approx(steady["gpus_at_base"] * 1.62 * 24)
    burst = (spread["gpus_at_peak"] - spread["gpus_at_base"]) * 2.7
    assert spread["usd_per_day"] == pytest.approx(spread["gpus_at_base"] * 1.62 * 24 + burst)
    assert steady["break_even_hours_share"] == pytest.approx(1.62 / 2.7)
    for demand in ("steady", "daily", "spiky", "launch"):
        assert plans[demand, 1e10, "all_on_demand"]["usd_per_day"] <= plans[demand, 1e10, "lower_end"]["usd_per_day"]


def test_price_performance_by_year(con: Connection) -> None:
    query = "from marts.price_performance where spec = 'A100 SXM 80GB' and pricing_model = 'on_demand' and year = ?"
    then, now = one(con, query, 2023), one(con, query, 2026)
    assert (then["n_providers"], now["n_providers"]) == (7, 1)
    assert then["usd_per_gpu_hour_median"] == pytest.approx(3.93)  # of the seed's seven prices
    assert now["usd_per_fp16_tflops_hour"] == pytest.approx(1.8 / 312)

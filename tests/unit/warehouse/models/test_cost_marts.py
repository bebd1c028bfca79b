"""The cost marts on a small world: cost of tokens, training and machines, computed by hand beside SQL."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.cost_world import DAY1, DAY2, one, priced
from tests.support.worlds import built, offer, put, rows, seen
from warehouse.storage.connection import Connection
from warehouse.storage.state_dir import Home


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    with priced(tmp_path_factory.mktemp("marts")) as con:
        yield con


# -- tokens ----------------------------------------------------------------------------------------------------------

CHAT = "model = 'llama-3.1-8b' and workload = 'chat'"


def test_only_all_in_prices_of_whole_gpus_count(con: Connection) -> None:
    found = {(r["spec"], r["pricing_model"], r["tp"]): r for r in rows(con, "from marts.server_prices")}
    assert found["A10", "on_demand", 1]["usd_per_gpu_hour"] == Decimal("0.27")
    assert {tp for spec, _, tp in found if spec == "H100 SXM"} == {1, 2, 4, 8}
    assert {tp for spec, _, tp in found if spec == "A100 SXM 80GB"} == {1}
    assert {r["price_scope"] for r in found.values()} == {"instance"}
    units = rows(con, "from v1.cost_per_unit")
    assert {r["instance"] for r in units} == {"a1", "h8", "a10", "tpu"}


def test_unit_costs_are_shares_of_the_price(con: Connection) -> None:
    row = one(con, "from v1.cost_per_unit where instance = 'h8' and pricing_model = 'on_demand'")
    assert row["usd_per_fp16_tflops_hour"] == pytest.approx(2.7 / 989.4)
    assert row["usd_per_fp8_tflops_hour"] == pytest.approx(2.7 / 1978.9)
    assert row["usd_per_fp4_tflops_hour"] is None
    assert (row["usd_per_gb_hour"], row["usd_per_gbs_hour"]) == pytest.approx((2.7 / 80, 2.7 / 3350))


def test_tokens_cost_their_gpu_seconds(con: Connection) -> None:
    point = f"where {CHAT} and precision = 'FP8' and operating_point = 'max_batch' and spec = 'H100 SXM'"
    cost = one(con, f"from marts.inference_cost {point} and pricing_model = 'on_demand'")
    speed = one(con, f"from marts.inference_speed {point} and tp = ?", cost["tp"])
    assert cost["usd_per_gpu_hour"] == Decimal("2.7") and cost["utilisation"] == 0.5
    for way in ("input", "output"):
        expected = speed[f"gpu_seconds_per_m_{way}_tokens"] * 2.7 / 3600 / 0.5
        assert cost[f"usd_per_m_{way}_tokens"] == pytest.approx(expected, rel=1e-6)
    both = (cost["usd_per_m_input_tokens"] * 512 + cost["usd_per_m_output_tokens"] * 512) / 1024
    assert cost["usd_per_m_tokens"] == pytest.approx(both, rel=1e-6)
    # A machine's hours pay for all that its servers make: 4 servers of 2, 8 of 1, or one of 8.
    per_hour = cost["output_tokens_per_s"] * 2 * 3600 * 0.5
    assert cost["usd_per_m_tokens"] == pytest.approx(cost["tp"] * 2.7 / per_hour * 1e6, rel=1e-5)


def test_the_best_server_is_the_cheapest_and_the_smallest_the_first_that_fits(con: Connection) -> None:
    query = (
        "select *, tp = arg_min(tp, gpu_seconds_per_m_input_tokens * isl + gpu_seconds_per_m_output_tokens * osl) over k "
        "as is_best, tp = min(tp) over k as is_smallest from marts.inference_speed join marts.workloads using (workload) "
        "where spec = 'H100 SXM' window k as (partition by model, precision, workload, operating_point)"
    )
    expected = {
        (r["model"], r["precision"], r["workload"], r["operating_point"], r["tp"])
        for r in rows(con, query)
        if r["is_best"]
    }
    costs = rows(con, "from marts.inference_cost where spec = 'H100 SXM' and pricing_model = 'on_demand'")
    got = {(r["model"], r["precision"], r["workload"], r["operating_point"], r["tp"]) for r in costs}
    assert len(got) == len(costs) > 300
    assert len(got & expected) >= 0.999 * len(got)  # floats of equal servers may tie
    assert all(r["smallest_usd_per_m_tokens"] >= r["usd_per_m_tokens"] and r["smallest_tp"] <= r["tp"] for r in costs)
    assert any(r["smallest_tp"] < r["tp"] for r in costs)


@pytest.mark.parametrize("model", ["llama-3.1-8b", "mixtral-8x7b", "deepseek-v3", "gpt-oss-120b", "gemma-2-9b"])
def test_the_latency_bound_is_that_of_the_cost_model(con: Connection, model: str) -> None:
    con.execute(
        "create or replace temp table asked as select speed.model, speed.spec as gpu_spec, l.tp, l.pp, l.dp_attn, "
        "speed.precision as weights, null::varchar as kv_dtype, workload, isl, osl, 1 as beams, concurrency, tpot_limit_s "
        "from marts.inference_speed as speed join marts.workloads using (workload) "
        "join marts.llm_specs as m on m.name = model join marts.gpu_specs as g on g.name = spec "
        "join marts.layouts() as l on l.tp * l.pp = speed.tp "
        "and is_layout(l.tp, l.pp, l.dp_attn, m.experts > 0, m.is_mla, g.link_kind) "
        f"where operating_point = 'max_batch' and tpot_limit_s is not null and model = '{model}'"
    )
    theirs = {
        (r["gpu_spec"], r["gpus"], r["weights"], r["workload"]): (int(r["batch"]), r["tpot_s"])
        for r in rows(
            con,
            "from marts.latency_bound_of('asked') where fits qualify row_number() over (partition by gpu_spec, gpus, "
            "weights, workload order by output_tokens_per_s desc, tp, pp, dp_attn) = 1",
        )
    }
    ours = {
        (r["spec"], r["tp"], r["precision"], r["workload"]): (r["batch"], pytest.approx(r["tpot_s"], rel=1e-6))
        for r in rows(con, f"from marts.inference_speed where operating_point = 'latency_bound' and model = '{model}'")
    }
    assert theirs == ours and len(ours) >= (2 if model == "deepseek-v3" else 10)


def test_chips_without_measurements_have_no_cost_per_token(con: Connection) -> None:
    assert not rows(con, "from marts.inference_speed where spec like 'TPU%'")
    assert not rows(con, "from v1.cost_per_token where spec like 'TPU%' and method = 'roofline'")


def test_nominal_method_is_the_reference_document_s_and_kept_apart(con: Connection) -> None:
    row = one(con, "from v1.cost_per_token where method = 'nominal' and model = 'gpt-3-175b' and instance = 'a1'")
    assert row["usd_per_m_input_tokens"] == row["usd_per_m_output_tokens"]
    assert row["usd_per_m_tokens"] == pytest.approx(2 * 174.6e9 * 1e6 / 312e12 / 3600 * 1.8, rel=1e-5)
    assert row["utilisation"] == 1
    assert [row[name] for name in ("workload", "operating_point", "tp", "theta_version")] == [None] * 4
    roofline = rows(con, "from v1.cost_per_token where method = 'roofline'")
    assert all(r["workload"] and r["tp"] and r["theta_version"] and r["source_url"] for r in roofline)
    assert {r["method"] for r in rows(con, "select distinct method from v1.cost_per_token")} == {"roofline", "nominal"}


def test_every_day_has_its_own_cost(con: Connection) -> None:
    point = f"where {CHAT} and precision = 'FP16' and operating_point = 'max_batch' and instance = 'a1'"
    first = one(con, f"from v1.cost_per_token_as_of('{DAY1}') {point}")
    second = one(con, f"from v1.cost_per_token_as_of('{DAY2}') {point}")
    now = one(con, f"from v1.cost_per_token {point}")
    assert (first["usd_per_gpu_hour"], second["usd_per_gpu_hour"]) == (2, Decimal("1.8"))
    assert second["usd_per_m_tokens"] / first["usd_per_m_tokens"] == pytest.approx(0.9, rel=1e-6)
    assert now["usd_per_m_tokens"] == second["usd_per_m_tokens"] and now["series_id"] == second["series_id"]
    assert not rows(con, f"from v1.cost_per_token_as_of('2026-03-04') {point}")
    assert not rows(con, f"from v1.cost_per_token_as_of('2026-03-20') {point}")  # older than a week
    assert rows(con, f"from v1.cost_per_token_as_of('2026-03-20', max_age := 35) {point}")


def test_the_trend_ends_at_the_cheapest_now(con: Connection) -> None:
    trend = rows(
        con, "from v1.cost_per_token_trend('llama-3.1-8b') where precision = 'FP16' and operating_point = 'max_batch'"
    )
    assert [str(r["day"]) for r in trend] == [DAY2]
    cheapest = (
        f"select min(usd_per_m_tokens) as usd from v1.cost_per_token where {CHAT} and precision = 'FP16' "
        "and operating_point = 'max_batch' and pricing_model = 'on_demand' and method = 'roofline'"
    )
    assert trend[0]["usd_per_m_tokens"] == pytest.approx(one(con, cheapest)["usd"], rel=1e-6)


def test_the_runners_up_are_so_much_dearer(con: Connection) -> None:
    places = rows(
        con,
        f"from marts.cheapest_inference where {CHAT} and precision = 'FP16' and pricing_model = 'on_demand' order by place",
    )
    assert [r["place"] for r in places] == [1, 2, 3] and places[0]["dearer_pct"] == 0
    costs = [r["usd_per_m_tokens"] for r in places]
    assert costs == sorted(costs) and len(set(costs)) == 3
    for row in places:
        assert row["dearer_pct"] == pytest.approx(100 * (row["usd_per_m_tokens"] / costs[0] - 1), abs=1e-3)
        assert row["tpot_s"] <= 0.05
        assert row["class"] == "dense, 16 bits, NVIDIA, offline"
    bands = "select band_factor from marts.accuracy where class = 'dense, 16 bits, NVIDIA, offline'"
    assert {row["band_factor"] for row in places} == {one(con, bands)["band_factor"]}


def test_a_class_that_nobody_measured_has_the_band_of_a_wider_one(con: Connection) -> None:
    bands = rows(
        con, "select distinct precision, class, band_factor from marts.cheapest_inference where model = 'deepseek-r1'"
    )
    assert bands and all(row["band_factor"] > 1 for row in bands)
    listed = {row["class"] for row in rows(con, "select class from marts.accuracy")}
    assert {row["class"] for row in bands} <= listed


# -- training --------------------------------------------------------------------------------------------------------


def test_reference_training_run_matches_the_recomputed_cost(con: Connection) -> None:
    query = (
        "select min(usd_low) as low, max(usd_high) as high, any_value(gpu_hours) as hours from marts.training_cost "
        "where edition = 'seed' and model = 'GPT-3' and spec like 'A100%' and method = 'nominal'"
    )
    row = one(con, query)
    assert row["hours"] == pytest.approx(6 * 175e9 * 300e9 / 312e12 / 3600)
    assert (row["low"], row["high"]) == pytest.approx((0.88 * row["hours"], 5.12 * row["hours"]))
    assert row["low"] < 560_000 < row["high"]


def test_nominal_cost_of_a_mixture_counts_what_a_token_uses(con: Connection) -> None:
    """DeepSeek R1 would cost 18 times as much with all of its parameters, gpt-oss-120b 23 times."""
    query = "select usd_per_m_tokens, usd_per_gpu_hour, model from marts.nominal_cost where spec = 'H100 SXM' and pricing_model = 'on_demand'"
    found = {row["model"]: row for row in rows(con, query)}
    for model, active in (("deepseek-r1", 37.55e9), ("gpt-oss-120b", 5.13e9), ("llama-3.1-8b", 8.03e9)):
        seconds = 2 * active * 1e6 / 989.4e12
        assert found[model]["usd_per_m_tokens"] == pytest.approx(
            seconds * float(found[model]["usd_per_gpu_hour"]) / 3600, rel=1e-4
        )
    trained = one(
        con,
        "from marts.training_cost where model = 'deepseek-v3' and spec = 'H100 SXM' and method = 'nominal' and edition = 'newest' "
        "and pricing_model = 'on_demand'",
    )
    assert trained["flop"] == pytest.approx(6 * 37.55e9 * 1.48e13)


def test_only_chips_that_can_train_have_runs_at_a_reported_speed(con: Connection) -> None:
    specs = "select distinct spec, method from marts.training_cost where edition = 'newest'"
    found = {(row["spec"], row["method"]) for row in rows(con, specs)}
    assert {("A10", "nominal"), ("H100 SXM", "nominal"), ("H100 SXM", "reported_mfu")} <= found
    assert ("A10", "reported_mfu") not in found
    able = {r["name"] for r in rows(con, "select name from marts.gpu_specs where can_train")}
    assert {
        "A100 SXM 40GB",
        "H100 SXM",
        "H800",
        "GB200",
        "MI300X",
        "TPU v5p",
        "Gaudi2",
    } <= able  # of reported runs, and more
    assert not {"RTX 4090", "RTX 5090", "L40S", "A10", "H100 PCIe", "V100 SXM2 32GB", "TPU v5e"} & able


def test_geforce_trains_at_its_rate_with_fp32_accumulation(tmp_path: Path) -> None:
    home = Home(tmp_path)
    put(home, seen("2026-03-06", [offer("0.40", gpu_label="RTX 4090 24GB", instance="games")], origin="recorded"))
    with built(home, "marts.training_cost") as con:
        run = one(
            con, "from marts.training_cost where spec = 'RTX 4090' and model = 'llama-3.1-8b' and edition = 'newest'"
        )
    assert run["method"] == "nominal" and run["gpu_hours"] == pytest.approx(6 * 8.03e9 * 15e12 / 165.2e12 / 3600)


def test_reported_runs_cost_more_than_the_nominal_one(con: Connection) -> None:
    query = "from v1.training_cost where model = 'llama-3.1-8b' and spec = 'H100 SXM' and pricing_model = 'on_demand'"
    found = {(r["method"], r["precision"]): r for r in rows(con, query)}
    nominal, real, fp8 = (found[k] for k in (("nominal", "BF16"), ("reported_mfu", "BF16"), ("reported_mfu", "FP8")))
    assert real["gpu_hours"] == pytest.approx(6 * 8.03e9 * 15e12 / (989.4e12 * 0.4) / 3600, rel=1e-3)
    assert real["usd_low"] == real["usd_high"] == pytest.approx(real["gpu_hours"] * 2.7)
    assert nominal["gpu_hours"] == pytest.approx(real["gpu_hours"] * 0.4)
    assert fp8["gpu_hours"] == pytest.approx(real["gpu_hours"] * 989.4 / 1978.9 * 2)
    assert real["usd_widest_low"] < real["usd_low"] < real["usd_widest_high"]
    assert nominal["theta_version"] is None and real["theta_version"]

"""Output of `gpuhour cost` and `calibrate`: figures, assumptions, prices, scores, and rejections with their reason."""

from __future__ import annotations

import csv
import json
import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run
from tests.support.worlds import offer, put, rows, seen
from tests.unit.warehouse.costing.test_requests import REQUEST, write
from warehouse.costing import calibration, validation
from warehouse.costing.database import cost_model
from warehouse.costing.requests import answer_requests, read_requests
from warehouse.costing.validation import read_measurements, score
from warehouse.engine.checks import all_checks
from warehouse.paths import SEEDS
from warehouse.publish import release
from warehouse.storage import connection
from warehouse.storage.state_dir import Home

FRIDAY = "2026-03-06"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Publish eight prices of five GPUs on one day."""
    made = Home(tmp_path_factory.mktemp("priced"))
    put(made, seen(FRIDAY, [
        offer("2.00", gpu_label="H100 SXM 80GB", instance="h100", gpu_count=Decimal(8)),
        offer("1.50", gpu_label="H100 SXM 80GB", instance="spot", pricing_model="spot", gpu_count=Decimal(8)),
        offer("14.40", gpu_label="H100 80GB", instance="plain", price_unit="instance_hour", gpu_count=Decimal(8)),
        offer("0.50", gpu_label="L4 24GB", instance="l4"), offer("1.00", gpu_label="A100 SXM 80GB", instance="a100"),
        offer("0.10", gpu_label="Quadro P5000", instance="old"),
    ]), seen(FRIDAY, [
        offer("2.40", gpu_label="H100 SXM", instance="other", gpu_count=Decimal(8)),
        offer("9.60", gpu_label="A100 SXM 80GB", instance="node", price_unit="instance_hour", gpu_count=Decimal(8)),
    ], provider="coreweave"))  # fmt: skip
    release.build_and_publish(made)
    return made


def cost(run: Run, home: Home, *arguments: str) -> list[dict[str, Any]]:
    result = run("cost", *arguments, "--as-of", FRIDAY, "--json", home=home)
    assert result.code == 0, result.err
    return result.records()


def test_prices_of_one_gpu_at_every_provider(run: Run, home: Home) -> None:
    matches = cost(run, home, "--model", "llama-3.1-70b", "--gpu", "H100", "--gpus", "4", "--precision", "fp8")
    assert [(r["operating_point"], r["provider"], r["usd_per_gpu_hour"]) for r in matches] == [
        ("largest batch", "lambda", 1.8), ("largest batch", "coreweave", 2.4),
        ("TPOT <= 50 ms", "lambda", 1.8), ("TPOT <= 50 ms", "coreweave", 2.4),
    ]  # fmt: skip
    first, _, bound, _ = matches
    assert (first["gpu_spec"], first["gpus"], first["precision"], first["kv_dtype"]) == ("H100 SXM", 4, "FP8", "FP8")
    assert first["tp"] * first["replicas"] == 4 and first["is_form_assumed"] is True
    assert (
        bound["tpot_s"] <= 0.05 < first["tpot_s"]
        and bound["usd_per_m_output_tokens"] > first["usd_per_m_output_tokens"]
    )
    assert {r["theta_version"] for r in matches} == {"2026-11c"} and {r["method"] for r in matches} == {"roofline"}
    # A request's share of both is what its GPU-seconds cost, at half use.
    usd = (512 * first["usd_per_m_input_tokens"] + 512 * first["usd_per_m_output_tokens"]) / 1e6
    assert usd == pytest.approx(512 / first["output_tokens_per_s_per_gpu"] * 1.8 / 3600 / 0.5)
    assert first["nominal_usd_per_m_tokens"] == pytest.approx(2 * 70.554e9 * 1e6 / 989.4e12 * 1.8 / 3600)


def test_all_gpus_at_their_cheapest_price(run: Run, home: Home) -> None:
    matches = cost(run, home, "--model", "llama-3.1-8b", "--workload", "batch")
    assert {r["gpu_spec"]: r["usd_per_gpu_hour"] for r in matches} == {"H100 SXM": 1.8, "L4": 0.5, "A100 SXM 80GB": 1}
    assert [r["usd_per_m_output_tokens"] for r in matches] == sorted(r["usd_per_m_output_tokens"] for r in matches)
    assert {(r["isl"], r["osl"], r["utilisation"]) for r in matches} == {(1000, 1000, 0.9)}


def test_discount_provider_pricing_model_and_own_price(run: Run, home: Home) -> None:
    asked = ("--model", "llama-3.1-8b", "--gpu", "H100 SXM", "--concurrency", "8")
    (plain,) = cost(run, home, *asked, "--provider", "coreweave")
    (cheaper,) = cost(run, home, *asked, "--provider", "coreweave", "--discount", "25")
    assert (cheaper["list_usd_per_gpu_hour"], cheaper["usd_per_gpu_hour"]) == (2.4, 1.8)
    assert cheaper["usd_per_m_output_tokens"] == pytest.approx(0.75 * plain["usd_per_m_output_tokens"])
    (spot,) = cost(run, home, *asked, "--pricing-model", "spot")
    assert (spot["instance"], spot["usd_per_gpu_hour"], spot["operating_point"]) == ("spot", 1.5, "8 at once")
    (own,) = cost(run, Home(Path("nowhere")), *asked, "--usd-per-gpu-hour", "3.10")
    assert own["usd_per_gpu_hour"] == 3.1 and own["provider"] is None


def test_options_override_workload_values(run: Run, home: Home) -> None:
    asked = ("--model", "llama-3.1-8b", "--gpu", "L4", "--workload", "rag")
    assert {(r["isl"], r["osl"]) for r in cost(run, home, *asked)} == {(4000, 300)}
    assert {(r["isl"], r["osl"]) for r in cost(run, home, *asked, "--osl", "7")} == {(4000, 7)}


def test_workloads_from_the_state_folder(run: Run, home: Home, tmp_path: Path) -> None:
    (tmp_path / "workloads.csv").write_text("workload,isl,osl,utilisation\nmine,11,22,0.25\nchat,1,2,1\n")
    for name, load in (("mine", (11, 22, 0.25)), ("chat", (1, 2, 1.0)), ("rag", (4000, 300, 0.5))):
        matches = cost(
            run, Home(tmp_path), "--model", "llama-3.1-8b", "--gpu", "L4", "--workload", name, "--usd-per-gpu-hour", "1"
        )
        assert {(r["isl"], r["osl"], r["utilisation"]) for r in matches} == {load}


@pytest.mark.parametrize("model, weights", [
    ("llama-3.1-8b", "BF16"), ("llama-2-13b", "FP16"), ("deepseek-r1", "FP8"), ("gpt-oss-20b", "MXFP4"), ("ministral-3-8b", "FP8"),
])  # fmt: skip
def test_default_precision_is_that_of_the_release(run: Run, home: Home, model: str, weights: str) -> None:
    asked = ("--model", model, "--gpu", "H200 SXM", "--usd-per-gpu-hour", "3")
    assert {r["precision"].removesuffix("-BLOCK") for r in cost(run, home, *asked)} == {weights}
    assert {r["precision"] for r in cost(run, home, *asked, "--precision", "fp16")} == {"FP16"}


def test_models_and_gpus_from_the_state_folder(run: Run, tmp_path: Path) -> None:
    (tmp_path / "models.csv").write_text(
        "name,layers,hidden,heads,kv_heads,ffn_dim,vocab,context_tokens,published_as\nmine,32,4096,32,8,14336,128256,8192,FP8\n"
    )
    (tmp_path / "gpus.csv").write_text(
        "name,gpu_memory_gb,bandwidth_gbs,fp16_tflops,fp8_tflops\nchip,100,3000,800,1600\n"
    )
    asked = ("--model", "mine", "--gpu", "chip", "--usd-per-gpu-hour", "1", "--concurrency", "8")
    (row,) = cost(run, Home(tmp_path), *asked)
    assert (row["model"], row["gpu_spec"], row["precision"]) == ("mine", "chip", "FP8") and row[
        "usd_per_m_output_tokens"
    ] > 0
    fits = cost_fit(run, Home(tmp_path), "mine")
    assert {r["gpus"] for r in fits if r["gpu_spec"] == "chip"} == {1}
    (tmp_path / "models.csv").write_text("name,layers\nmine,32\n")
    done = run("cost", *asked, home=Home(tmp_path))
    assert done.code == 2 and "mine states no hidden" in done.err and not done.out


def cost_fit(run: Run, home: Home, model: str) -> list[dict[str, Any]]:
    result = run("cost", "fit", "--model", model, "--json", home=home)
    assert result.code == 0, result.err
    return result.records()


def test_model_from_a_config(run: Run, home: Home, tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps({
        "model_type": "llama", "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32, "num_attention_heads": 32,
        "num_key_value_heads": 8, "vocab_size": 128256, "max_position_embeddings": 131072, "torch_dtype": "bfloat16"}))  # fmt: skip
    asked = ("--gpu", "L4", "--concurrency", "1")
    (ours,), (theirs,) = (
        cost(run, home, "--model", "llama-3.1-8b", *asked),
        cost(run, home, "--config", str(config), *asked),
    )
    assert theirs["model"] == tmp_path.name
    same = ("precision", "usd_per_m_output_tokens", "tpot_s", "max_batch")
    assert [theirs[c] for c in same] == [ours[c] for c in same]
    assert theirs["nominal_usd_per_m_tokens"] == pytest.approx(ours["nominal_usd_per_m_tokens"], rel=1e-3)
    config.write_text('{"hidden_size": 4096}')
    for arguments, said in ((("--config", str(config)), "no num_hidden_layers"), (("--config", "none.json"), "cannot be read"),
                            (("--config", str(config), "--model", "llama-3.1-8b"), "two models")):  # fmt: skip
        done = run("cost", *arguments, *asked, home=home)
        assert done.code == 2 and said in done.err and not done.out


def test_table_states_its_assumptions(run: Run, home: Home) -> None:
    result = run("cost", "--model", "llama-3.1-8b", "--gpu", "L4", "--as-of", FRIDAY, home=home)
    assert result.code == 0 and "usd_per_m_out" in result.out
    for word in ("FP16", "512 input", "50%", "theta 2026-11c", "dense, 16 bits, NVIDIA", "reference document (2023)"):
        assert word in result.err, word


def test_gpu_without_price_has_figures_but_no_cost(run: Run, home: Home) -> None:
    result = run("cost", "--model", "llama-3.1-8b", "--gpu", "B200", "--as-of", FRIDAY, "--json", home=home)
    assert {r["usd_per_m_output_tokens"] for r in result.records()} == {None}
    assert (
        result.records()[0]["output_tokens_per_s_per_gpu"] > 0 and "no on_demand price in force for B200" in result.err
    )


@pytest.mark.parametrize("arguments, said", [
    (("--model", "llama-3.1-71b"), "llama-3.1-70b"), (("--model", "llama-3.1-8b", "--gpu", "H1000"), "nearest:"),
    (("--model", "llama-3.1-8b", "--gpu", "A100"), "say which"), ((), "no model given"),
    (("--model", "llama-3.1-8b", "--gpu", "L4", "--osl", "0"), "osl must be a positive"),
    (("--model", "llama-2-70b", "--gpu", "L4", "--isl", "5000"), "beyond the model's context of 4,096"),
    (("--model", "llama-3.1-8b", "--gpu", "L4", "--usd-per-gpu-hour", "-2"), "must be above 0"),
    (("--model", "llama-3.1-8b", "--gpu", "L4", "--discount", "100"), "from 0 to below 100"),
    (("--model", "llama-3.1-8b", "--gpu", "L4", "--utilisation", "1.5"), "up to 1"),
    (("--model", "llama-3.1-8b", "--gpu", "L4", "--precision", "fp7"), "unknown precision"),
    (("--model", "llama-3.1-8b", "--gpu", "L4", "--gpus", "0"), "at least 1"),
    (("--model", "llama-3.1-8b", "--workload", "odd"), "known: batch, chat, code"),
    (("--model", "llama-3.1-8b", "--gpu", "L4", "--concurrency", "0"), "concurrency must be positive"),
    (("train", "--params", "-7"), "above 0"), (("train", "--params", "7b", "--mfu", "40"), "at most 1"),
    (("train", "--params", "7b", "--tokens", "none"), "above 0"), (("fit", "--model", "gpt-9"), "unknown model"),
    (("validate",), "no files given"),
])  # fmt: skip
def test_impossible_values_are_rejected_with_the_reason(
    run: Run, home: Home, arguments: tuple[str, ...], said: str
) -> None:
    done = run("cost", *arguments, home=home)
    assert done.code == 2 and said in done.err and not done.out


def test_fit_lists_the_fewest_gpus(run: Run) -> None:
    matches = run("cost", "fit", "--model", "llama-3.1-70b", "--json").records()
    fewest = {(r["precision"], r["gpu_spec"]): (r["gpus"], r["tp"], r["pp"]) for r in matches if not r["reason"]}
    assert fewest["FP16", "H100 SXM"] == (2, 2, 1) and fewest["INT4", "H100 SXM"] == (1, 1, 1)
    assert fewest["FP16", "T4"] == (16, 8, 2)
    assert len(matches) == 3 * len({r["gpu_spec"] for r in matches})
    (never,) = [r for r in matches if (r["precision"], r["gpu_spec"]) == ("FP16", "Tesla M2050")]
    assert "do not fit" in never["reason"]


def test_training_run_cost(run: Run, home: Home) -> None:
    asked = ("train", "--params", "7b", "--tokens", "1t", "--gpu", "A100 80GB", "--gpus", "100", "--mfu", "0.5")
    row, below = cost(run, home, *asked)
    assert (row["provider"], below["provider"], below["usd"]) == ("coreweave", "lambda", None)
    assert row["reason"] is None and "no machine of 8" in below["reason"] and below["usd_per_gpu_hour"] == 1
    hours = 6 * 7e9 * 1e12 / (312e12 * 0.5) / 3600
    assert row["gpu_hours"] == pytest.approx(hours) and row["usd"] == pytest.approx(hours * 1.2)
    assert row["days"] == pytest.approx(hours / 100 / 24) and row["nominal_usd"] == pytest.approx(hours * 1.2 / 2)
    assert (row["full_gb"], row["zero3_gb_per_gpu"]) == (pytest.approx(112), pytest.approx(1.12))
    plain, _ = cost(run, home, "train", "--params", "70e9", "--gpu", "A100 80GB")
    assert (plain["tokens"], plain["mfu"]) == (1.4e12, 0.4)


def test_reported_training_runs_are_within_range(run: Run, shared: Any) -> None:
    """Sixteen reported runs: GPU-hours within a fifth in the median at the utilisation that theta has."""
    with shared("data/throughput/training_runs.csv").open() as stream:
        runs = [r for r in csv.DictReader(stream) if r["compute_dtype"] == "BF16"]
    errors = []
    for r in runs:
        asked = ("--params", f"{r['active_params_b']}b", "--tokens", f"{r['tokens_b']}b", "--gpu", r["gpu"])
        result = run("cost", "train", *asked, "--usd-per-gpu-hour", "1", "--json")
        errors.append(abs(result.records()[0]["gpu_hours"] / float(r["reported_gpu_hours"]) - 1))
    assert len(errors) >= 10 and sorted(errors)[len(errors) // 2] < 0.25


# -- measurements --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return throughput with memory twice as slow as the constants say, and every sixth row out of scope."""
    requests: list[dict[str, object]] = [
        REQUEST | {"model": model, "gpu": gpu, "n_gpus": 8, "tp": tp, "concurrency": load, "isl": 200, "osl": 400, "source": "world",
                   "scenario": "mlperf_server" if load == 7 else "closed_loop"}
        for model in ("llama-3.1-8b", "llama-3.1-70b", "qwen2.5-32b", "mistral-7b-v0.3")
        for gpu in ("H100 SXM", "H200 SXM", "A100 SXM 80GB")
        for tp in (4, 8)
        for load in (1, 4, 7, 16, 32, 64)
    ]  # fmt: skip
    folder = tmp_path_factory.mktemp("measured")
    with cost_model() as con:
        con.execute("update marts.theta set value = value / 2 where name = 'mbu'")
        read_requests(con, write(folder / "asked.csv", *requests))
        answer_requests(con)
        speeds = rows(con, "select row, output_tokens_per_s_per_gpu as speed from answers order by row")
    named = [r | {"out_tps_per_gpu": a["speed"]} for r, a in zip(requests, speeds, strict=True)]
    return write(folder / "measured.csv", *named)


def test_validate_scores_each_group_beside_the_nominal_formula(run: Run, measured: Path) -> None:
    result = run("cost", "validate", measured, "--json")
    matches = {(r["scope"], r["grouping"], r["name"]): r for r in result.records()}
    core, whole = matches["core", "total", ""], matches["all", "total", ""]
    assert (core["n"], whole["n"], core["missing"]) == (144, 144, 0)
    assert 10 < core["median_error_pct"] < 100 and core["bias"] > 1.1 and core["spearman"] > 0.95
    assert core["seed_median_error_pct"] > core["median_error_pct"]
    assert {name for scope, grouping, name in matches if (scope, grouping) == ("core", "gpu")} == {
        "H100 SXM", "H200 SXM", "A100 SXM 80GB"}  # fmt: skip
    assert (
        core["is_fitted_on"] is False and "theta 2026-11c was fitted on" in result.err and "not held out" in result.err
    )


def test_missing_prediction_has_infinite_error(run: Run, tmp_path: Path) -> None:
    asked = REQUEST | {"source": "mlperf_v4.1", "out_tps_per_gpu": 100, "scenario": "offline"}
    path = write(tmp_path / "m.csv", asked | {"precision": "FP16", "n_gpus": 1, "tp": 1}, asked | {"gpu": "nosuch"})
    result = run("cost", "validate", path, "--json")
    (core, *_) = result.records()
    assert (core["n"], core["missing"], core["within_2x"], core["median_error_pct"]) == (1, 1, 0, None)
    assert core["is_fitted_on"] is True and "1 rows left out: unknown GPU 'nosuch'" in result.err


def test_totals_are_used_without_per_gpu_values(run: Run, measured: Path, tmp_path: Path) -> None:
    with measured.open() as stream:
        output = list(csv.DictReader(stream))
    totals = [
        {k: v for k, v in r.items() if k != "out_tps_per_gpu"} | {"out_tps_total": 8 * float(r["out_tps_per_gpu"])}
        for r in output
    ]
    both = [
        run("cost", "validate", path, "--json").records() for path in (measured, write(tmp_path / "t.csv", *totals))
    ]
    assert both[0][0]["median_error_pct"] == pytest.approx(both[1][0]["median_error_pct"])


def test_several_files_are_scored_together(run: Run, measured: Path) -> None:
    assert run("cost", "validate", measured, measured, "--json").records()[0]["n"] == 288


@pytest.mark.parametrize("command", [("cost", "validate"), ("calibrate",)])
def test_files_without_measurements_are_rejected(run: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    result = run(*command, write(tmp_path / "asked.csv", REQUEST))
    assert result.code == 2 and "nothing in it was measured" in result.err


@pytest.mark.extras
def test_calibrate_recovers_a_wrong_constant(run: Run, measured: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "SHARES", ("mbu",))
    monkeypatch.setattr(calibration, "TIMES", ("step_seconds",))
    result = run("calibrate", measured, "--json")
    assert result.code == 0, result.err
    output = json.loads(result.out)
    errors = {r["theta"]: r for r in output["errors"] if r["source"] == ""}
    assert set(errors) == {"current", "held out", "fitted on all"}
    assert errors["held out"]["median_error_pct"] < 3 < errors["current"]["median_error_pct"]
    mbu = {r["name"]: r for r in output["theta"]}["mbu"]
    assert mbu["value"] == pytest.approx(0.42, rel=0.05) and mbu["low"] <= mbu["value"] <= mbu["high"]
    bands = {r["class"]: r for r in output["accuracy"]}
    whole = bands["any, any, any, any"]
    assert whole["rows"] == 144 and whole["band_factor"] == 1.3 and whole["median_error_pct"] < 3
    assert bands["dense, FP8, NVIDIA, closed loop"]["rows"] == 80
    assert bands["dense, INT8, NVIDIA, closed loop"]["rows"] == 40  # an A100 has no FP8: it widens the weights


def test_calibrate_prints_rows_of_theta_csv(run: Run, measured: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "_STEPS", ())
    output = list(csv.DictReader(run("calibrate", measured, "--format", "csv").out.splitlines()))
    with (SEEDS / "theta.csv").open() as stream:
        seed = list(csv.DictReader(stream))
    assert [list(r) for r in output] == [list(r) for r in seed]
    assert [(r["name"], r["unit"]) for r in output] == [(r["name"], r["unit"]) for r in seed]
    assert all(math.isclose(float(a["value"]), float(b["value"])) for a, b in zip(output, seed, strict=True))


def test_whole_sources_are_held_out(tmp_path: Path, measured: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A source that measured half the speed is not fitted on before it is predicted."""
    monkeypatch.setattr(calibration, "SHARES", ("mbu",))
    monkeypatch.setattr(calibration, "TIMES", ())
    with measured.open() as stream:
        output = list(csv.DictReader(stream))
    slower = [r | {"source": "slower", "out_tps_per_gpu": float(r["out_tps_per_gpu"]) / 1.6} for r in output]
    usual = [r | {"source": "mine"} for r in output]
    files = [write(tmp_path / "both.csv", *usual, *slower)]
    with cost_model() as con:
        validation.read_measurements(con, files)
        fit = calibration.calibrate(con, lambda _: None)
    held_out = {row[1]: row for row in fit.errors if row[0] == "held out"}
    bias = calibration.ERRORS.index("bias")
    assert held_out["slower"][bias] > 1.3 > 0.8 > held_out["mine"][bias]


def test_too_few_groups_to_hold_out_are_rejected(run: Run, tmp_path: Path) -> None:
    result = run("calibrate", write(tmp_path / "m.csv", REQUEST | {"source": "x", "out_tps_per_gpu": 5}))
    assert result.code == 2 and "several models and GPUs" in result.err


# -- the measured accuracy -------------------------------------------------------------------------------------------------


def test_bands_hold_for_real_measurements(shared: Any) -> None:
    """Nine in ten measured rows lie within the band that their answer states, and most bands are narrow."""
    files = [p for p in sorted(shared("data/throughput").glob("*.csv")) if p.stem != "training_runs"]
    with cost_model() as con:
        read_measurements(con, files)
        score(con)
        rows_ = con.execute(
            "select greatest(a.output_tokens_per_s_per_gpu / m.measured, m.measured / a.output_tokens_per_s_per_gpu) "
            "<= a.band_factor, a.band_factor from answers as a join measured as m using (row) "
            "where a.output_tokens_per_s_per_gpu is not null and m.measured > 0"
        ).fetchall()
    assert len(rows_) > 1500
    assert sum(is_within for is_within, _ in rows_) >= 0.9 * len(rows_)
    bands = sorted(band for _, band in rows_)
    assert bands[len(bands) // 2] <= 1.6 and bands[int(0.95 * len(bands))] <= 2.5


def test_predictions_match_real_measurements(run: Run, shared: Any) -> None:
    files = [p for p in sorted(shared("data/throughput").glob("*.csv")) if p.stem != "training_runs"]
    matches = {
        (r["scope"], r["grouping"]): r for r in run("cost", "validate", *files, "--json").records() if not r["name"]
    }
    core, whole = matches["core", "total"], matches["all", "total"]
    assert core["n"] > 1000 and whole["n"] > 1300
    assert core["median_error_pct"] <= 20 and core["within_1_5x"] >= 0.8 and core["within_2x"] >= 0.93
    assert core["spearman"] >= 0.98
    assert whole["median_error_pct"] <= 25 and whole["within_2x"] >= 0.9
    assert core["seed_median_error_pct"] > 3 * core["median_error_pct"]


@pytest.mark.parametrize("change", [
    "update marts.llm_specs set kv_elements_per_token = kv_elements_per_token * heads / kv_heads where not is_mla",  # no GQA
    "update marts.llm_specs set kv_elements_per_token = kv_elements_per_token / 2",  # keys without values
    "update marts.gpu_specs set device_mib = gpu_memory_gb * 1e9 / 1048576",  # marketing's GB
    "update marts.theta set value = 0 where name in ('step_seconds', 'layer_seconds')",
    "update marts.theta set value = if(name = 'link_efficiency', 1e9, 0) where name ~ '.*latency.*|link_efficiency'",  # no links
    "update marts.theta set value = 1 where name = 'moe_compute'",
])  # fmt: skip
def test_every_term_of_the_model_improves_the_fit(shared: Any, change: str) -> None:
    """Without a term, or with others' form of it, real measurements fit worse."""
    files = [p for p in sorted(shared("data/throughput").glob("*.csv")) if p.stem != "training_runs"]
    with cost_model() as con:
        read_measurements(con, files)
        (whole, *_) = score(con)
        con.execute(change)
        (without, *_) = score(con)
    error, near = validation.COLUMNS.index("median_error_pct"), validation.COLUMNS.index("within_1_5x")
    assert without[error] > whole[error]
    assert without[near] < whole[near] - 0.01 or without[error] > 1.1 * whole[error]


# -- in the published database ---------------------------------------------------------------------------------------------


def test_formulas_work_on_a_read_only_database(home: Home) -> None:
    with connection.published(home) as con:
        (row,) = rows(con, """
            with mine as (
                select 'llama-3.1-8b' as model, 'L4' as gpu_spec, 1 as tp, 1 as pp, 0 as dp_attn, 'FP8' as weights,
                    null as kv_dtype, 512 as isl, 512 as osl, null as concurrency, 1 as beams
            )
            select usd_per_m_tokens(gpu_seconds_per_m_output_tokens, 0.5, 1) as usd, batch from inference_of('mine')
        """)  # fmt: skip
        assert 0.01 < row["usd"] < 1 and row["batch"] > 10
        assert rows(con, "select chinchilla_tokens(70e9) as tokens") == [{"tokens": 1.4e12}]


def test_priced_gpu_without_spec_is_listed(home: Home) -> None:
    (check,) = [c for c in all_checks() if c.check_name == "every_priced_gpu_has_a_spec"]
    with connection.published(home) as con:
        assert [row["gpu"] for row in rows(con, check.sql)] == ["Quadro P5000"]
    assert not check.is_error


def test_server_of_several_machines_needs_a_network_between_them(run: Run, tmp_path: Path) -> None:
    made = Home(tmp_path)
    node = {"gpu_label": "H100 SXM", "gpu_count": Decimal(8), "price_unit": "instance_hour"}
    put(made, seen(FRIDAY, [offer("8.00", instance="asks", **node)], provider="vast"),
        seen(FRIDAY, [offer("16.00", instance="node", **node)], provider="scaleway"),
        seen(FRIDAY, [offer("32.00", instance="node", **node)], provider="coreweave"))  # fmt: skip
    release.build_and_publish(made)
    asked = ("--model", "deepseek-r1", "--gpu", "H100 SXM", "--workload", "batch")
    rows = cost(run, made, *asked, "--gpus", "16")
    assert {r["provider"]: r["usd_per_m_output_tokens"] is None for r in rows} == {
        "coreweave": False, "scaleway": True, "vast": True,
    }  # fmt: skip
    assert rows[0]["provider"] == "coreweave" and rows[0]["gpus"] == rows[0]["tp"] * rows[0]["pp"] == 16
    assert {r["provider"]: r["reason"].split("; ")[-1] for r in rows[1:]} == {
        "scaleway": "no fast network between its machines is on record",
        "vast": "a marketplace: a second host with 8 such GPUs is not on record",
    }  # fmt: skip
    # Servers side by side, each within one machine, need none.
    assert cost(run, made, *asked, "--gpus", "16", "--precision", "fp4")[0]["provider"] == "vast"


@pytest.mark.parametrize(("arguments", "reason"), [
    (("--model", "llama-3.1-8b", "--dp", "4"), "attention is data parallel in mixtures of experts alone"),
    (("--model", "llama-3.1-8b", "--ep", "4"), "llama-3.1-8b has no experts that 4 ranks could share"),
    (("--model", "deepseek-r1", "--tp", "8", "--dp", "16"), "8 GPUs that share a layer cannot be 16 ranks of attention"),
    (("--model", "deepseek-r1", "--gpus", "4", "--dp", "8"), "no server of 4 GPUs has 8 ranks of attention"),
    (("--model", "deepseek-r1", "--acceptance", "0.5"), "--acceptance needs --drafts"),
    (("--model", "llama-3.1-8b", "--provider", "nope"), "unknown provider 'nope'"),
])  # fmt: skip
def test_options_without_effect_are_refused(run: Run, home: Home, arguments: tuple[str, ...], reason: str) -> None:
    result = run("cost", *arguments, "--gpu", "H100 SXM", "--as-of", FRIDAY, home=home)
    assert result.code == 2 and reason in result.err


def test_as_many_ranks_of_attention_as_a_wide_server_has_gpus(run: Run, home: Home) -> None:
    asked = ("--model", "deepseek-r1", "--gpu", "H100 SXM", "--gpus", "64", "--dp", "64", "--usd-per-gpu-hour", "2")
    assert {(r["tp"], r["pp"], r["dp_attn"]) for r in cost(run, home, *asked)} == {(64, 1, 64)}

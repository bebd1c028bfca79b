"""Published measurements: what MLPerf's summaries and InferenceX's answers say, and what they do not."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from scrapers.model import LayoutError, Measurement, Page
from scrapers.reference import throughput_lists
from tests.support.throughput_worlds import mlperf_result, newer_mlperf_result, run
from tests.support.worlds import at


def read(document: Any) -> tuple[list[Measurement], dict[str, int]]:
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return throughput_lists.measurements(
        Page("mlperf", "https://example.com/a.json", at("2026-11-20"), content=content)
    )


def one(document: Any) -> Measurement:
    (measurement,), left_out = read(document)
    assert not left_out
    return measurement


def test_a_round_that_is_due_is_asked_for() -> None:
    def rounds(day: str) -> list[str]:
        return [request.source for request in throughput_lists.provider("mlperf", date.fromisoformat(day)).requests]

    assert rounds("2026-11-29") == ["mlperf_v4.1", "mlperf_v5.0", "mlperf_v5.1", "mlperf_v6.0", "mlperf_v6.1"]
    assert rounds("2027-03-31") == rounds("2026-11-29")
    assert rounds("2027-04-01")[-1] == "mlperf_v7.0"
    (newest, *_) = reversed(throughput_lists.provider("mlperf", date(2026, 11, 29)).requests)
    assert [one.url.rpartition("/")[2] for one in (newest, *newest.alternatives)] == [
        "summary_results.json", "summary.json",
    ]  # fmt: skip


def test_an_older_summary() -> None:
    result = one([mlperf_result()])
    assert (result.model, result.gpu, result.n_gpus) == ("llama-2-70b", "AMD Instinct MI300X-NPS1-SPX-192GB-750W", 8)
    assert result.out_tps_per_gpu == Decimal("2939.35")  # of all eight: 23514.8
    assert (result.isl, result.osl) == (
        Decimal(294),
        Decimal("293.7"),
    )  # answers as the result itself states their mean
    assert (result.precision, result.scenario, result.date) == ("fp8", "mlperf_offline", "2026-04")
    assert result.extra == "AMD;closed;available" and "23514.8 tokens/s" in result.text
    assert result.receipt_url == (
        "https://github.com/mlcommons/inference_results_v6.0/tree/main/closed/AMD/results/8xMI300X/x/Offline"
    )


def test_a_newer_summary_is_an_object_of_numbered_results() -> None:
    result = one({"0": newer_mlperf_result()})
    assert (result.model, result.n_gpus, result.out_tps_per_gpu) == ("gpt-oss-120b", 8, Decimal("14155.125"))
    assert (result.isl, result.isl_low, result.isl_high) == (
        Decimal(8000),
        Decimal(5000),
        Decimal(9000),
    )  # nobody states their mean
    assert (result.date, result.scenario, result.precision) == ("2026-09", "mlperf_server", "fp4")
    assert result.receipt_url.endswith(
        "/inference_results_v6.1/tree/main/closed/AMD/results/8xMI355X/gpt-oss-120b/Server"
    )


def test_accuracy_classes_of_one_run_are_one_result() -> None:
    other = mlperf_result(UsedModel="llama2-70b-99.9", Location="closed/AMD/results/8xMI300X/llama2-70b-99.9/Offline")
    ((result, *more), _) = read([mlperf_result(), other, mlperf_result(Performance_Result=24000)])
    assert result.receipt_url.endswith("/8xMI300X/x/Offline") and len(more) == 1


@pytest.mark.parametrize(("stated", "software", "gpu", "version", "precision"), [
    ("fp16", "TensorRT 10.2.0", "NVIDIA H100-SXM-80GB", "v4.1", "fp8"),  # the field named the reference's format
    ("fp16", "TensorRT 10.2.0", "NVIDIA B200-SXM-180GB", "v4.1", "fp4"),
    ("fp16", "TensorRT 10.2.0", "NVIDIA H100-SXM-80GB", "v5.0", "fp16"),
    ("int4", "vLLM", "NVIDIA H100-SXM-80GB", "v4.1", "int4"),
    ("fp16,bf16,fp8", "ROCm", "AMD Instinct MI350X", "v6.1", "fp8"),  # norms and attention are named too
    ("bf16, fp8, fp4", "ROCm", "AMD Instinct MI350X", "v6.1", "fp4"),
    ("", "ROCm", "AMD Instinct MI350X", "v6.1", ""),
    ("unknown", "ROCm", "AMD Instinct MI350X", "v6.1", ""),
])  # fmt: skip
def test_format_of_the_weights(stated: str, software: str, gpu: str, version: str, precision: str) -> None:
    result = one([mlperf_result(weight_data_types=stated, Software=software, Accelerator=gpu, version=version)])
    assert result.precision == precision


@pytest.mark.parametrize(("facts", "reason"), [
    ({"UsedModel": "bert-99"}, "not a language model that we know the requests of: bert"),
    ({"Performance_Units": "Samples/s"}, "no tokens per second"),
    ({"Scenario": "SingleStream"}, "a scenario without a throughput"),
    ({"Performance_Result": None}, "no result, or no number of GPUs"),
    ({"Performance_Result": "fast"}, "no result, or no number of GPUs"),
    ({"Performance_Result": True}, "no result, or no number of GPUs"),
    ({"a#": 0}, "no result, or no number of GPUs"),
    ({"a#": 7.5}, "no result, or no number of GPUs"),
    ({"Performance_Result": 1e12}, "tokens per second and GPU are not within 0.001 to 10,000,000"),
    ({"Performance_Result": -5}, "tokens per second and GPU are not within 0.001 to 10,000,000"),
    ({"a#": 1e6}, "the number of GPUs is not 1 to 100,000"),
])  # fmt: skip
def test_what_is_no_throughput_is_left_out_and_counted(facts: dict[str, Any], reason: str) -> None:
    results, left_out = read([mlperf_result(), mlperf_result(**facts), mlperf_result(**facts)])
    assert len(results) == 1 and left_out == {reason: 2}


def test_a_run_of_inferencex() -> None:
    result = one([run()])
    assert (result.model, result.gpu, result.precision) == ("gpt-oss-120b", "H200 SXM", "fp4")
    assert (result.n_gpus, result.tp, result.ep) == (2, 2, 2)  # the list counts GPUs of expert parallelism twice
    # Lengths are drawn from 0.8 to 1 times the nominal one.
    assert (result.isl, result.osl, result.concurrency) == (Decimal("921.6"), Decimal("921.6"), Decimal(64))
    assert (result.out_tps_per_gpu, result.ttft_s, result.tpot_s) == (
        Decimal("1500.5"), Decimal("0.25"), Decimal("0.02"),
    )  # fmt: skip
    assert (result.software, result.date) == ("vllm vllm-openai:v0.21.0", "2026-05-31")
    assert (result.extra, result.dp_attn) == ("", "false")
    assert result.receipt_url == "https://github.com/x/actions/runs/1"


def test_pools_guesses_and_data_parallel_attention_are_said() -> None:
    result = one([run(disagg=True, spec_method="mtp", decode_dp_attention=True, num_decode_gpu=8, decode_tp=4)])
    assert (result.extra, result.dp_attn, result.n_gpus) == ("disaggregated;spec=mtp", "true", 8)


@pytest.mark.parametrize(("result", "reason"), [
    (run(isl=None, osl=None), "a replayed session, without one length of prompts"),
    (run({"output_tput_per_gpu": None}), "no output tokens per second and GPU"),
    (run(metrics={"output_tput_per_gpu": 0}), "tokens per second and GPU are not within 0.001 to 10,000,000"),
    (run({"output_tput_per_gpu": 1e-20}), "tokens per second and GPU are not within 0.001 to 10,000,000"),
    (run(isl=1e-9), "lengths are not within 1 to 100,000,000 tokens"),
    (run(conc=1e20), "requests at once are not within 1 to 10,000,000"),
    (run(conc=-5), "requests at once are not within 1 to 10,000,000"),
    (run(decode_tp=None), "the number of GPUs is not 1 to 100,000"),
    ({"hardware": "h100", "isl": 1, "osl": 1}, "cannot be read: KeyError('metrics')"),
    ({"price": 3}, "neither a result of MLPerf nor of InferenceX"),
])  # fmt: skip
def test_runs_that_are_no_measurement(result: dict[str, Any], reason: str) -> None:
    results, left_out = read([run(), result])
    assert len(results) == 1 and left_out == {reason: 1}


@pytest.mark.parametrize("seconds", [1e20, 1e12, 0, -1, "0.2", None, True])
def test_times_that_none_can_be_are_left_out(seconds: object) -> None:
    result = one([run({"mean_ttft": seconds, "mean_tpot": seconds})])
    assert (result.ttft_s, result.tpot_s, result.out_tps_per_gpu) == (None, None, Decimal("1500.5"))


@pytest.mark.parametrize("day, stated", [
    ("2026-05-31T04:00:00Z", "2026-05-31"), ("2026-05", "2026-05"), ("2026", "2026"), ("9999-99-99", ""),
    ("2026-02-30", ""), ("=1+1", ""), (20260531, ""), (None, ""),
])  # fmt: skip
def test_a_day_that_is_none_is_left_out(day: object, stated: str) -> None:
    assert one([run(date=day)]).date == stated  # the newest of several results is shown


def test_a_family_name_means_a_chip_where_the_list_has_one_of_it() -> None:
    assert one([newer_mlperf_result(accelerator_model_name="NVIDIA Vera Rubin")]).gpu == "VR200"
    assert one([newer_mlperf_result(accelerator_model_name="NVIDIA Vera Rubin Ultra")]).gpu == "NVIDIA Vera Rubin Ultra"


def test_a_model_without_a_name_of_ours_keeps_its_own() -> None:
    assert one([run(model="somebody4")]).model == "somebody4"
    assert one([run(hardware="tpuv8")]).gpu == "TPUV8"


def test_names_are_bounded_and_printable() -> None:
    result = one([run(precision="fp8\u202e\x1b[31m", model="m" * 5000)])
    assert result.precision == "fp8 [31m" and len(result.model) == 200


def test_an_address_that_is_no_page_is_dropped() -> None:
    assert one([run(run_url="javascript:alert(1)")]).receipt_url == ""
    assert one([mlperf_result(Location="../../../etc")]).receipt_url == ""


@pytest.mark.parametrize("content", [
    b"[]", b"{}", b"[1, 2]", b'{"error": "Unknown model"}', b"<html></html>", b'[{"Scenario": "Offline"',
    json.dumps([mlperf_result(UsedModel="bert-99")]).encode(),
])  # fmt: skip
def test_another_page_is_no_list(content: bytes) -> None:
    with pytest.raises(LayoutError):
        read(content)

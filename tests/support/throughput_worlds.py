"""Small worlds of measured throughput: documents as MLPerf and InferenceX publish them, and what is landed of them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from scrapers.model import Measurement
from tests.support.worlds import at
from warehouse.storage.state_dir import Home
from warehouse.storage.throughput_landing import LandedThroughput, ThroughputScrape, land_throughput

URL = "https://example.com/results.json"


def mlperf_result(**facts: Any) -> dict[str, Any]:
    """Return a result in the keys of rounds up to 6.0."""
    return {
        "Submitter": "AMD", "Availability": "available", "Category": "closed", "UsedModel": "llama2-70b-99",
        "Scenario": "Offline", "Accuracy": "ROUGE1: 44.5  TOKENS_PER_SAMPLE: 293.7", "Nodes": 1, "a#": 8.0,
        "Accelerator": "AMD Instinct MI300X-NPS1-SPX-192GB-750W", "Location": "closed/AMD/results/8xMI300X/x/Offline",
        "Software": "vLLM 0.4.3", "version": "v6.0", "weight_data_types": "fp8", "Performance_Result": 23514.8,
        "Performance_Units": "Tokens/s",
    } | facts  # fmt: skip


def newer_mlperf_result(**facts: Any) -> dict[str, Any]:
    """Return a result in the keys of 6.1 on."""
    return {
        "Organization": "AMD", "Availability": "available", "Division": "closed", "Model": "gpt-oss-120b",
        "MlperfModel": "gpt-oss-120b", "Scenario": "Server", "Result": 113241.0, "Accuracy": "exact_match: 83.451",
        "number_of_nodes": 1, "accelerator_model_name": "AMD Instinct MI355X 288GB HBM3e", "total_accelerators": 8,
        "Location": "./closed/AMD/results/8xMI355X/gpt-oss-120b/Server/performance/run_1", "framework": "ROCm 7.2.2",
        "version": "v6.1", "Units": "Tokens/s", "weight_data_types": "fp4",
    } | facts  # fmt: skip


def run(metrics: dict[str, Any] | None = None, **facts: Any) -> dict[str, Any]:
    """Return a run as InferenceX's API answers; the figures are ours."""
    return {
        "hardware": "h200", "framework": "vllm", "model": "gptoss120b", "precision": "fp4", "spec_method": "none",
        "disagg": False, "is_multinode": False, "prefill_tp": 2, "prefill_ep": 2, "decode_tp": 2, "decode_ep": 2,
        "decode_dp_attention": False, "num_prefill_gpu": 4, "num_decode_gpu": 4, "isl": 1024, "osl": 1024, "conc": 64,
        "image": "vllm/vllm-openai:v0.21.0", "date": "2026-05-31", "run_url": "https://github.com/x/actions/runs/1",
        "metrics": {"tput_per_gpu": 3000, "output_tput_per_gpu": 1500.5, "mean_ttft": 0.25, "mean_tpot": 0.02}
        | (metrics or {}),
    } | facts  # fmt: skip


def measured(speed: str = "1500", **facts: Any) -> Measurement:
    """Return a measurement of Llama 3.1 8B in FP8 on an H100."""
    stated: dict[str, Any] = {
        "model": "llama-3.1-8b", "gpu": "H100 SXM", "n_gpus": 1, "precision": "fp8", "isl": Decimal(1000),
        "osl": Decimal(1000), "text": f"{speed} tokens/s", "software": "vLLM 0.21", "date": "2026-05",
    } | facts  # fmt: skip
    return Measurement(out_tps_per_gpu=Decimal(speed), **stated)


def read(home: Home, day: str, results: Iterable[Measurement], of: str = "mlperf", **facts: Any) -> LandedThroughput:
    """Land what a document says on a day."""
    stated: dict[str, Any] = {"status": "ok", "sha256": f"{of} {day}", "url": URL} | facts
    scrape = ThroughputScrape(of, of, captured_at=at(day), results=tuple(results), **stated)
    return land_throughput(home, scrape, parser_version="1")

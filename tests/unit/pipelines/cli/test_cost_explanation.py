"""The explanation of a cost: its steps give the printed cost, or it says that they do not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pipelines.cli.cost_explanation import of_job, of_tokens, of_training, of_volume
from pipelines.queries.api_costs import Volume

ROW: dict[str, Any] = {
    "model": "llama-3.1-70b", "gpu_spec": "H100 SXM", "isl": 512.0, "osl": 512.0, "output_tokens_per_s_per_gpu": 1980.8416,
    "usd_per_m_input_tokens": 0.179888, "usd_per_m_output_tokens": 0.330557, "utilisation": 0.5, "usd_per_gpu_hour": 1.82,
    "provider": "lium", "instance": "asks; rm", "region": None, "pricing_model": "on_demand", "source_url": "https://lium.example/",
    "sha256": "ab" * 32,
}  # fmt: skip


def test_steps_give_the_printed_cost() -> None:
    explanation = of_tokens(ROW)
    steps = explanation["formula"]["steps"]
    assert steps.startswith("1.82 USD per GPU-hour / 3600 s / (1980.84 output") and steps.endswith(
        "= 0.2552 USD per million tokens of both kinds"
    )
    assert explanation["formula"]["agree"] and explanation["receipt"]["sha256"] == "ab" * 32
    assert explanation["trace"] == "gpuhour explain lium 'asks; rm' --pricing-model on_demand"


def test_steps_that_do_not_give_the_cost_say_so() -> None:
    assert of_tokens(ROW | {"usd_per_m_output_tokens": 0.4})["formula"]["agree"] is False


def test_refusals_and_own_prices_have_no_formula_or_trace() -> None:
    refused = of_tokens(
        ROW | {"output_tokens_per_s_per_gpu": None, "usd_per_m_input_tokens": None, "reason": "do not fit"}
    )
    assert refused["formula"] == {} and refused["answer"]["reason"] == "do not fit"
    assert of_tokens(ROW | {"source_url": None})["trace"] == ""


RUN: dict[str, Any] = {
    "usd": 1_233_997.0352402132, "gpu_hours": 412_708.0385418773, "params": 70e9, "tokens": 1.4e12, "flop": 5.88e23,
    "tflops": 989.4, "mfu": 0.4, "usd_per_gpu_hour": 2.99, "provider": "digitalocean", "instance": "NVIDIA H100x8",
    "gpu_spec": "H100 SXM", "region": None, "pricing_model": "on_demand", "source_url": "https://x.example/",
}  # fmt: skip


def test_training_run_follows_from_its_parameters() -> None:
    explanation = of_training(RUN)
    assert explanation["formula"] == {
        "work": "6 x 7e+10 parameters x 1.4e+12 tokens = 5.88e+23 FLOP",
        "time": "5.88e+23 FLOP / (989.4 TFLOPS of dense BF16 x 40% of it) / 3600 s = 412,708.0 GPU-hours",
        "money": "412,708.0 GPU-hours x 2.99 USD = 1,233,997.04 USD",
        "agree": True,
    }
    assert explanation["trace"] == "gpuhour explain digitalocean 'NVIDIA H100x8' --pricing-model on_demand"
    assert of_training(RUN | {"usd": 1_200_000.0})["formula"]["agree"] is False
    unpriced = of_training(RUN | {"usd": None, "usd_per_gpu_hour": None, "source_url": None, "reason": "sold out"})
    assert "money" not in unpriced["formula"] and unpriced["formula"]["agree"] and unpriced["trace"] == ""


JOB: dict[str, Any] = {
    "total_usd": 156.97, "at_least_usd": 156.97, "compute_usd": 156.0, "egress_usd": 0.0, "egress_note": "free",
    "storage_usd": 0.97, "storage_note": "Cloud-SSD", "provider": "hyperstack", "gpu": "H100", "instance": "",
    "gpu_count": Decimal("1.0000000000"), "n_machines": 8, "gpus_billed": 8, "usd_per_gpu_hour": Decimal("1.95"),
    "pricing_model": "on_demand", "region": "eu-1", "source_url": "https://x.example/", "origin": "live",
}  # fmt: skip


def test_job_is_its_machines_and_what_they_send_and_keep() -> None:
    explanation = of_job(JOB, 10, 2, 1)
    assert explanation["formula"] == {
        "machines": "8 x 1 GPUs = 8 GPUs billed", "compute": "8 GPUs x 10 h x 1.95 USD = 156.00 USD",
        "egress": "2 TB = 0.00 USD (free)", "storage": "1 TB = 0.97 USD (Cloud-SSD)", "agree": True,
    }  # fmt: skip
    assert explanation["trace"] == "gpuhour explain hyperstack H100 --pricing-model on_demand --region eu-1"
    unknown = of_job(JOB | {"egress_usd": None, "egress_note": None, "compute_usd": 150.0}, 10, 2, 0)["formula"]
    assert unknown["egress"] == "2 TB = a rate that is not on record" and not unknown["agree"]
    assert "storage" not in unknown


def test_volume_is_charged_by_the_token_or_by_the_machine() -> None:
    load = Volume(1e9, 1e8, 0.3, 0.5, "chat", False)
    host: dict[str, Any] = {
        "kind": "api", "usd_per_day": 74.0, "usd_per_m_input_tokens": 0.05, "usd_per_m_output_tokens": 0.24,
        "usd_per_m_cached_input_tokens": None, "seller": "openrouter", "what": "m", "source_url": "https://x.example/",
    }  # fmt: skip
    formula = of_volume(host, load)["formula"]
    assert formula["agree"] and formula["steps"] == (
        "700 M tokens x 0.05 + 300 M tokens x 0.05 + 100 M tokens x 0.24 USD per million = 74 USD a day"
    )
    cheaper = of_volume(host | {"usd_per_m_cached_input_tokens": 0.01, "usd_per_day": 62.0}, load)["formula"]
    assert cheaper["agree"] and "300 M tokens x 0.01" in cheaper["steps"]
    own = {
        "kind": "self-hosted", "usd_per_day": 236.88, "n_machines": 7, "gpu_count": 1, "usd_per_gpu_hour": 1.41,
        "busy": 0.4654, "seller": "thundercompute", "what": "7 machines of 1 x H100 SXM",
    }  # fmt: skip
    formula = of_volume(own, load)["formula"]
    assert formula["agree"] and formula["steps"].startswith(
        "7 machines x 1 GPUs x 1.41 USD per GPU-hour x 24 h = 236.9"
    )

"""The explanation of a cost: its steps give the printed cost, or it says that they do not."""

from __future__ import annotations

from typing import Any

from pipelines.cli.cost_explanation import explained

ROW: dict[str, Any] = {
    "model": "llama-3.1-70b", "gpu_spec": "H100 SXM", "isl": 512.0, "osl": 512.0, "output_tokens_per_s_per_gpu": 1980.8416,
    "usd_per_m_input_tokens": 0.179888, "usd_per_m_output_tokens": 0.330557, "utilisation": 0.5, "usd_per_gpu_hour": 1.82,
    "provider": "lium", "instance": "asks; rm", "region": None, "pricing_model": "on_demand", "source_url": "https://lium.example/",
    "sha256": "ab" * 32,
}  # fmt: skip


def test_steps_give_the_printed_cost() -> None:
    explanation = explained(ROW)
    steps = explanation["formula"]["steps"]
    assert steps.startswith("1.82 USD per GPU-hour / 3600 s / (1980.84 output") and steps.endswith(
        "= 0.2552 USD per million tokens of both kinds"
    )
    assert explanation["formula"]["agree"] and explanation["receipt"]["sha256"] == "ab" * 32
    assert explanation["trace"] == "gpuhour explain lium 'asks; rm' --pricing-model on_demand"


def test_steps_that_do_not_give_the_cost_say_so() -> None:
    assert explained(ROW | {"usd_per_m_output_tokens": 0.4})["formula"]["agree"] is False


def test_refusals_and_own_prices_have_no_formula_or_trace() -> None:
    refused = explained(
        ROW | {"output_tokens_per_s_per_gpu": None, "usd_per_m_input_tokens": None, "reason": "do not fit"}
    )
    assert refused["formula"] == {} and refused["answer"]["reason"] == "do not fit"
    assert explained(ROW | {"source_url": None})["trace"] == ""

"""The command line and the marts answer the same question alike, since one rule decides what can be rented."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Demo, Run
from tests.support.worlds import rows
from warehouse.storage import connection

# Each asks about every priced GPU at once, at one or two operating points.
QUESTIONS = (
    ("llama-3.1-8b", "FP16", "chat"), ("llama-3.1-70b", "INT4", "chat"), ("mistral-7b-v0.3", "INT4", "code"),
    ("qwen2.5-14b", "FP16", "rag"), ("llama-3.1-405b", "INT4", "batch"),
)  # fmt: skip
POINTS = {"largest batch": "max_batch"}


def ask(run: Run, demo: Demo, *arguments: str) -> list[dict[str, Any]]:
    said = run("cost", *arguments, "--json", home=demo.home)
    assert said.code == 0, said.err
    return said.records()


def test_cost_of_tokens_at_every_gpu(run: Run, demo: Demo) -> None:
    n_compared = 0
    for model, precision, workload in QUESTIONS:
        answers = {
            (row["gpu_spec"], POINTS.get(row["operating_point"], "latency_bound")): row
            for row in ask(run, demo, "--model", model, "--precision", precision, "--workload", workload)
            if row["usd_per_m_output_tokens"] is not None
        }
        with connection.published(demo.home) as con:
            marts = rows(
                con,
                "from v1.cost_per_token where method = 'roofline' and lower(model) = ? and precision = ? "
                "and workload = ? and pricing_model = 'on_demand' "
                "qualify row_number() over (partition by spec, operating_point order by usd_per_m_tokens, provider) = 1",
                model, precision, workload,
            )  # fmt: skip
        # The marts leave out chips on which nothing was measured; the command says so beside its answer.
        only_here = answers.keys() - {(row["spec"], row["operating_point"]) for row in marts}
        assert all("went into the constants" in (answers[key]["reason"] or "") for key in only_here), only_here
        for row in marts:
            answer = answers[row["spec"], row["operating_point"]]
            assert answer["usd_per_m_output_tokens"] == pytest.approx(row["usd_per_m_output_tokens"], rel=1e-5), row
            assert (answer["tp"] * answer["pp"], answer["usd_per_gpu_hour"]) == (
                row["tp"],
                float(row["usd_per_gpu_hour"]),
            ), row
        n_compared += len(marts)
    assert n_compared >= 200


def test_cost_of_a_training_run_at_every_gpu(run: Run, demo: Demo) -> None:
    with connection.published(demo.home) as con:
        marts = rows(
            con,
            "from v1.training_cost where model = 'llama-3.1-8b' and method = 'reported_mfu' and precision = 'BF16' "
            "and pricing_model = 'on_demand'",
        )
    assert len(marts) >= 8
    arguments = ("--params", f"{marts[0]['active_params']:.0f}", "--tokens", f"{marts[0]['training_tokens']:.0f}")
    answers = {row["gpu_spec"]: row for row in ask(run, demo, "train", *arguments) if row["usd"] is not None}
    for row in marts:
        assert answers[row["spec"]]["usd"] == pytest.approx(row["usd_low"], rel=1e-5), row


def test_sold_out_and_too_small_machines_are_below_with_the_reason(run: Run, demo: Demo) -> None:
    """At every provider of H100s, for one GPU and for servers of eight."""
    with connection.published(demo.home) as con:
        sold_out = {
            provider
            for (provider,) in con.execute(
                "select provider from v1.offers_latest where gpu = 'H100' and pricing_model = 'on_demand' "
                "and usd_per_gpu_hour is not null group by all having bool_and(availability = 'sold_out')"
            ).fetchall()
        }
    answers = ask(run, demo, "--model", "llama-3.1-405b", "--gpu", "H100 SXM", "--gpus", "8", "--precision", "fp8")
    priced = [row for row in answers if row["usd_per_m_output_tokens"] is not None]
    with connection.published(demo.home) as con:
        up_to_eight = {
            provider
            for (provider,) in con.execute(
                "select provider from core.price_intervals where max_gpu_count >= 8"
            ).fetchall()
        }
    assert priced and all(row["gpu_count"] == 8 or row["provider"] in up_to_eight for row in priced)
    assert not sold_out & {row["provider"] for row in priced}
    below = [row for row in answers if row["usd_per_m_output_tokens"] is None]
    assert below and all(row["reason"] for row in below)
    assert answers == [
        *(row for row in answers if row["operating_point"] == answers[0]["operating_point"]),
        *(row for row in answers if row["operating_point"] != answers[0]["operating_point"]),
    ]

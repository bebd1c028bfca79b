"""A machine's rate in a plan is the one that the cost model finds for `gpuhour cost`: there is no second model."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from warehouse.costing.database import cost_model
from warehouse.costing.query import SEARCHED, Layout, Load, Nonsense, ask
from warehouse.planning.throughput import Rate, machine_rates
from warehouse.storage.connection import Connection

CHAT = Load(512, 512, None, 0.05, 0.5)
MACHINES = [("H100 SXM", 8), ("H100 SXM", 2), ("B200", 8), ("L4", 8), ("A100 SXM 80GB", 4), ("MI300X", 1)]


@pytest.fixture(scope="module")
def con() -> Iterator[Connection]:
    with cost_model() as con:
        yield con


@pytest.mark.parametrize("load", [CHAT, Load(1000, 1000, None, None, 0.9), Load(4000, 300, 16, None, 1)])
def test_rate_is_what_cost_answers(con: Connection, load: Load) -> None:
    rates = machine_rates(con, "llama-3.1-70b", "FP8", load, MACHINES, SEARCHED)
    assert len(rates) >= 4
    for (spec, gpus), rate in rates.items():
        offers = [{"spec": spec, "tp": size, "usd_per_gpu_hour": 1} for size in (1, 2, 4, 8)]
        row = ask(con, "llama-3.1-70b", "FP8", load, [spec], gpus, offers)[-1]
        assert rate.output_tokens_per_hour == pytest.approx(row["output_tokens_per_s_per_gpu"] * gpus * 3600), spec
        assert (rate.tp, rate.pp, rate.replicas) == (row["tp"], row["pp"], row["replicas"])
        assert load.tpot_limit_s is None or rate.tpot_s <= load.tpot_limit_s


def test_machines_that_do_not_hold_the_model_are_left_out(con: Connection) -> None:
    rates = machine_rates(con, "deepseek-r1", "FP8", CHAT, [("L4", 8), ("H200 SXM", 8)], Layout())
    assert set(rates) == {("H200 SXM", 8)}
    assert machine_rates(con, "deepseek-r1", "FP8", CHAT, [], Layout()) == {}


def test_limits_on_latency_leave_machines_out(con: Connection) -> None:
    assert machine_rates(con, "llama-3.1-70b", "FP8", Load(512, 512, None, 1e-5, 1), MACHINES, Layout()) == {}
    assert machine_rates(con, "llama-3.1-70b", "FP8", Load(512, 512, None, 0.05, 1, 1e-6), MACHINES, Layout()) == {}


def test_a_concurrency_of_ones_own_does_not_lift_the_limit(con: Connection) -> None:
    def rates(limit: float | None) -> dict[tuple[str, int], Rate]:
        return machine_rates(con, "llama-3.1-70b", "FP8", Load(512, 512, 64, limit, 1), MACHINES, Layout())

    free = rates(None)
    middle = sorted(rate.tpot_s for rate in free.values())[len(free) // 2]
    assert rates(middle) == {machine: rate for machine, rate in free.items() if rate.tpot_s <= middle}
    assert 0 < len(rates(middle)) < len(free) and rates(1e-5) == {}


def test_chips_that_nobody_measured_take_part_only_when_asked_for(con: Connection) -> None:
    machines = [("TPU v5p", 8), ("Trainium1", 16)]
    assert machine_rates(con, "llama-3.1-8b", "BF16", CHAT, machines, Layout()) == {}
    assert machine_rates(con, "llama-3.1-8b", "BF16", CHAT, machines, Layout(), is_any_vendor=True)


def test_load_beyond_the_context_is_refused(con: Connection) -> None:
    with pytest.raises(Nonsense, match="context"):
        machine_rates(con, "llama-3.1-8b", "BF16", Load(1e6, 512, None, None, 1), MACHINES, Layout())

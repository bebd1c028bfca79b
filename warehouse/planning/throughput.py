"""Asks the cost model how many tokens a machine makes: the best layout of all its GPUs that keeps the latency."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import NamedTuple

from warehouse.costing.query import Layout, Load, refuse_nonsense
from warehouse.costing.requests import answer_requests, write_requests
from warehouse.storage.connection import Connection

# Chips of other vendors were hardly measured: a plan that rests on their speed would be chosen for its error.
MEASURED_VENDORS = ("NVIDIA", "AMD")


class Rate(NamedTuple):
    """The speed of one machine, always busy; see warehouse/costing/answers.sql."""

    output_tokens_per_hour: float
    tp: int
    pp: int
    replicas: int
    batch: float
    tpot_s: float
    ttft_s: float
    band_factor: float | None
    theta_version: str


def machine_rates(
    con: Connection,
    model: str,
    precision: str,
    load: Load,
    machines: Iterable[tuple[str, int]],
    layout: Layout,
    *,
    is_any_vendor: bool = False,
) -> dict[tuple[str, int], Rate]:
    """Return the rate of each machine (a spec, and its number of GPUs) on which the model serves the load.

    The concurrency is the load's own, else the largest that keeps its limit on seconds per token, if it has one.
    Machines that do not hold the model, or do not keep a limit, are left out; so are chips of vendors that nobody
    measured, unless is_any_vendor. Raises Nonsense for a load that no server can be asked.
    """
    asked = sorted(set(machines))
    if not asked:
        return {}
    write_requests(con, [
        {"model": model, "gpu": spec, "n_gpus": gpus, "precision": precision, "isl": load.isl, "osl": load.osl,
         "concurrency": load.concurrency, **asdict(layout)}
        for spec, gpus in asked
    ])  # fmt: skip
    answer_requests(con, None if load.concurrency is not None else load.tpot_limit_s)
    refuse_nonsense(con)
    rows = con.execute(
        """
        select
            answers.row, output_tokens_per_s_per_gpu * gpus * replicas * 3600, tp, pp, replicas, batch, tpot_s, ttft_s,
            band_factor, theta_version
        from answers
        join marts.gpu_specs on gpu_specs.name = answers.gpu_spec
        where answers.fits
            and output_tokens_per_s_per_gpu > 0
            and ($tpot_limit_s::double is null or tpot_s <= $tpot_limit_s * (1 + 1e-9))
            and ($ttft_limit_s::double is null or ttft_s <= $ttft_limit_s)
            and ($is_any_vendor or list_contains($vendors::varchar[], vendor))
        """,
        {
            "tpot_limit_s": load.tpot_limit_s,
            "ttft_limit_s": load.ttft_limit_s,
            "is_any_vendor": is_any_vendor,
            "vendors": list(MEASURED_VENDORS),
        },
    ).fetchall()
    return {asked[row[0] - 1]: Rate(*row[1:]) for row in rows}

"""Fits the model's constants to measured throughput, and scores them on held-out rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehouse.costing.requests import answer_requests
from warehouse.storage.connection import Connection

ACCURACY = ("class", "rows", "sources", "median_error_pct", "band_factor")
ERRORS = ("theta", "source", "n", "median_error_pct", "bias", "within_1_5x", "within_2x", "spearman")
# Constants that throughput can determine; the rest of theta comes from elsewhere. Shares never exceed 1.
SHARES = (
    "mfu_fp16", "mfu_fp8", "mfu_fp4", "block_fp8_hopper", "block_fp8", "card_compute", "mla_compute", "mbu",
    "kv_bandwidth", "mla_bandwidth", "link_efficiency", "output_in_kv", "amd_efficiency", "moe_compute",
)  # fmt: skip
TIMES = (
    "step_seconds", "step_seconds_hopper", "step_seconds_blackwell", "layer_seconds", "moe_layer_seconds",
    "sparse_layer_seconds", "sequence_seconds", "fabric_latency_seconds", "pcie_latency_seconds",
    "network_latency_seconds", "network_gbs", "amd_overhead", "pcie_compute", "tensorrt_efficiency",
    "tokens_per_expert", "expert_imbalance",
)  # fmt: skip
_STEPS = (1.25, 1.1, 1.04)  # factors by which a constant is varied up and down
_ROUNDS = 6
_SQL = Path(__file__).parent
Theta = dict[str, float]


@dataclass(frozen=True, slots=True)
class Fit:
    """Constants of all rows, of each half, and rows of ERRORS: current, held out, and fitted on all.

    accuracy: rows of ACCURACY, as seeds/accuracy.csv holds them, from the held-out answers.
    """

    theta: Theta
    halves: tuple[Theta, Theta]
    errors: list[tuple[Any, ...]]
    accuracy: list[tuple[Any, ...]]


class TooLittle(Exception):
    """There are not enough measurements to fit on some and test on others."""


def calibrate(con: Connection, tell: Callable[[str], None]) -> Fit:
    """Refit marts.theta of this database on `raw` and `measured` (see scores.read_measurements). Raises TooLittle.

    Whole sources are held out: each half of them is predicted by constants that were fitted on the other half alone.
    Rows of a single source are halved by groups of model and GPU, so that no near copy of a tested row was fitted on.
    """
    _prepare(con)
    groups = dict(
        con.execute("select half, count(distinct (source, model, gpu_spec)) from fit_rows group by half").fetchall()
    )
    if min(groups.get(0, 0), groups.get(1, 0)) < 2:
        raise TooLittle("fitting needs measurements of several models and GPUs, offline or in a closed loop")
    start: Theta = dict(con.execute("select name, value from marts.theta").fetchall())
    fitted = []
    for half in (0, 1, None):
        tell(f"fitting on {'all rows' if half is None else f'half {half + 1} of the groups'}")
        fitted.append(_search(con, start, half))
    con.execute("create or replace table predicted (theta varchar, row bigint, answer double)")
    for name, theta, half in (("current", start, None), ("fitted on all", fitted[2], None),
                              ("held out", fitted[1], 0), ("held out", fitted[0], 1)):  # fmt: skip
        _use(con, theta)
        con.execute(f"insert into predicted select '{name}', row, answer from ({_best(half)})")  # noqa: S608 -- ours
    accuracy = con.execute((_SQL / "accuracy.sql").read_text()).fetchall()
    errors = con.execute(f"select {', '.join(ERRORS)} from ({(_SQL / 'errors.sql').read_text()})").fetchall()  # noqa: S608
    return Fit(fitted[2], (fitted[0], fitted[1]), errors, accuracy)


def _prepare(con: Connection) -> None:
    """Make fit_rows (core rows with a spec, their half and weight) and fit_candidates; keep one version of theta."""
    answer_requests(con)
    con.execute(
        "create or replace table fit_rows as select a.row, m.source, a.model, a.gpu_spec, a.class, m.measured, "
        "if((select count(distinct source) from measured) > 1, dense_rank() over (order by m.source) % 2, "
        "md5_number_lower(concat_ws('|', a.model, a.gpu_spec)) % 2) as half, "
        # A source of a thousand rows must not outweigh one of ten.
        "1 / sqrt(count(*) over (partition by m.source)) as weight "
        "from answers as a join measured as m on m.row = a.row where a.has_specs and a.is_core and m.measured > 0 "
        "and not ends_with(a.class, 'interactive')"
    )
    con.execute(
        "create or replace table fit_candidates as select c.*, f.half, f.measured, f.weight "
        "from candidates as c join fit_rows as f on f.row = c.row"
    )
    con.execute("delete from marts.theta where version < (select max(version) from marts.theta)")


def _search(con: Connection, start: Mapping[str, float], half: int | None) -> Theta:
    """Return constants that minimise the loss on a half (None: on all): one at a time, in ever smaller steps."""
    theta, best = dict(start), _loss(con, start, half)
    for step in _STEPS:
        for _ in range(_ROUNDS):
            before = best
            for name in (*SHARES, *TIMES):
                for factor in (step, 1 / step):
                    value = theta[name] * factor
                    tried = theta | {name: min(value, 1.0) if name in SHARES else value}
                    loss = _loss(con, tried, half)
                    if loss < best:
                        theta, best = tried, loss
            if before - best < 1e-4:
                break
    return theta


def _loss(con: Connection, theta: Mapping[str, float], half: int | None) -> float:
    """Return the weighted mean of |log(answer / measured)|; a missing answer counts as ten times off."""
    _use(con, theta)
    loss: float = con.execute(
        "select sum(weight * coalesce(abs(ln(answer / measured)), ln(10))) / sum(weight) "  # noqa: S608 -- ours
        f"from ({_best(half)})"
    ).fetchall()[0][0]
    return loss


def _best(half: int | None) -> str:
    """Return a SELECT of each row's answer: of the servers that hold the model, the one with most tokens per GPU."""
    where = "" if half is None else f" where half = {half}"
    return (
        f"with chosen as (from fit_candidates{where}) "  # noqa: S608 -- ours
        "select row, any_value(measured) as measured, any_value(weight) as weight, "
        "max_by(output_tokens_per_s_per_gpu, (fits, output_tokens_per_s_per_gpu)) as answer "
        "from marts.inference_of('chosen') group by row"
    )


def _use(con: Connection, theta: Mapping[str, float]) -> None:
    cases = " ".join(f"when '{name}' then {value!r}" for name, value in theta.items())
    con.execute(f"update marts.theta set value = case name {cases} end")  # noqa: S608 -- our own names

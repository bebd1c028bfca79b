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
_FOLDS = 4  # of sources
_SQL = Path(__file__).parent
Theta = dict[str, float]


@dataclass(frozen=True, slots=True)
class Fit:
    """Constants of all rows, of those beside each fold, and rows of ERRORS: current, held out, and fitted on all.

    accuracy: rows of ACCURACY, as seeds/accuracy.csv holds them, from the held-out answers.
    """

    theta: Theta
    folds: tuple[Theta, ...]
    errors: list[tuple[Any, ...]]
    accuracy: list[tuple[Any, ...]]


class TooLittle(Exception):
    """There are not enough measurements to fit on some and test on others."""


def calibrate(con: Connection, tell: Callable[[str], None]) -> Fit:
    """Refit marts.theta of this database on `raw` and `measured` (see scores.read_measurements). Raises TooLittle.

    Whole sources are held out: each fold of them is predicted by constants that were fitted on the other folds alone.
    Rows of a single source are folded by groups of model and GPU, so that no near copy of a tested row was fitted on.
    """
    _prepare(con)
    groups = dict(
        con.execute("select fold, count(distinct (source, model, gpu_spec)) from fit_rows group by fold").fetchall()
    )
    if len(groups) < 2 or sum(groups.values()) < 4:
        raise TooLittle("fitting needs measurements of several models and GPUs, offline or in a closed loop")
    start: Theta = dict(con.execute("select name, value from marts.theta").fetchall())
    fitted: dict[int | None, Theta] = {}
    for fold in (*sorted(groups), None):
        tell(f"fitting on {'all rows' if fold is None else f'all but fold {fold + 1} of the groups'}")
        fitted[fold] = _search(con, start, "" if fold is None else f"where fold <> {fold}")
    con.execute("create or replace table predicted (theta varchar, row bigint, answer double)")
    whole = fitted.pop(None)
    _predict(con, "current", start, "")
    _predict(con, "fitted on all", whole, "")
    for fold, theta in fitted.items():
        _predict(con, "held out", theta, f"where fold = {fold}")
    accuracy = con.execute((_SQL / "accuracy.sql").read_text()).fetchall()
    errors = con.execute(f"select {', '.join(ERRORS)} from ({(_SQL / 'errors.sql').read_text()})").fetchall()  # noqa: S608
    return Fit(whole, tuple(fitted.values()), errors, accuracy)


def _prepare(con: Connection) -> None:
    """Make fit_rows (core rows with a spec, their fold and weight) and fit_candidates; keep one version of theta."""
    con.execute("reset threads")
    answer_requests(con)
    con.execute(
        "create or replace table fit_rows as select a.row, m.source, a.model, a.gpu_spec, a.class, m.measured, "  # noqa: S608 -- ours
        f"if((select count(distinct source) from measured) > 1, dense_rank() over (order by m.source) % {_FOLDS}, "
        f"md5_number_lower(concat_ws('|', a.model, a.gpu_spec)) % {_FOLDS}) as fold, "
        # A source of a thousand rows must not outweigh one of ten. What limits latency tells little of constants: such
        # rows are predicted, and not fitted on.
        "ends_with(a.class, 'interactive') as is_interactive, "
        "if(is_interactive, 0, 1 / sqrt(count(*) over (partition by m.source, is_interactive))) as weight "
        "from answers as a join measured as m on m.row = a.row where a.has_specs and a.is_core and m.measured > 0"
    )
    con.execute(
        "create or replace table fit_candidates as select c.*, f.fold, f.measured, f.weight "
        "from candidates as c join fit_rows as f on f.row = c.row"
    )
    con.execute("delete from marts.theta where version < (select max(version) from marts.theta)")


def _predict(con: Connection, name: str, theta: Theta, where: str) -> None:
    """Add the answers that constants give to rows of some folds (WHERE clause; blank: to all) to `predicted`."""
    _use(con, theta)
    con.execute(
        "insert into predicted select $name, best.row, best.answer * if(fit_rows.is_interactive, "  # noqa: S608 -- ours
        "(select value from marts.theta where name = 'interactive_share'), 1) "
        f"from ({_best(where)}) as best join fit_rows on fit_rows.row = best.row",
        {"name": name},
    )


def _search(con: Connection, start: Mapping[str, float], where: str) -> Theta:
    """Return constants that minimise the loss on some folds: one at a time, in ever smaller steps."""
    theta, best = dict(start), _loss(con, start, where)
    for step in _STEPS:
        for _ in range(_ROUNDS):
            before = best
            for name in (*SHARES, *TIMES):
                for factor in (step, 1 / step):
                    value = theta[name] * factor
                    tried = theta | {name: min(value, 1.0) if name in SHARES else value}
                    loss = _loss(con, tried, where)
                    if loss < best:
                        theta, best = tried, loss
            if before - best < 1e-4:
                break
    return theta


def _loss(con: Connection, theta: Mapping[str, float], where: str) -> float:
    """Return the weighted mean of |log(answer / measured)|; a missing answer counts as ten times off."""
    _use(con, theta)
    loss: float = con.execute(
        "select sum(weight * coalesce(abs(ln(answer / measured)), ln(10))) / sum(weight) "  # noqa: S608 -- ours
        f"from ({_best(where)})"
    ).fetchall()[0][0]
    return loss


def _best(where: str) -> str:
    """Return a SELECT of each row's answer: of the servers that hold the model, the one with most tokens per GPU."""
    return (
        f"with chosen as (from fit_candidates {where}) "  # noqa: S608 -- ours
        "select row, any_value(measured) as measured, any_value(weight) as weight, "
        "max_by(output_tokens_per_s_per_gpu, (fits, output_tokens_per_s_per_gpu)) as answer "
        "from marts.inference_of('chosen') group by row"
    )


def _use(con: Connection, theta: Mapping[str, float]) -> None:
    cases = " ".join(f"when '{name}' then {value!r}" for name, value in theta.items())
    con.execute(f"update marts.theta set value = case name {cases} end")  # noqa: S608 -- our own names

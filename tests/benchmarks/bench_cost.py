"""The cost model over many requests, beside the bare reference SQL on the same rows and beside a Python loop.

Run: python -m tests.benchmarks.bench_cost. Prints seconds (best of three) and ratios; asserts no times. The reference form
is read from the reference material beside the checkout; without it, its line is left out.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

from warehouse.connection import Connection
from warehouse.costing.model import cost_model

SHARED = Path(os.environ.get("GPUHOUR_SHARED") or Path(__file__).parents[3] / "shared")
LOOPED = 200  # rows of the Python loop; its time is scaled up
REQUESTS = """
    create table requests as
    select row_number() over () as id, m.name as model, g.name as gpu_spec, tp, 1 as pp, 0 as dp_attn, weights,
        null::varchar as kv_dtype, w.isl, w.osl, null::double as concurrency, 1 as beams
    from marts.llm_specs as m, marts.gpu_specs as g, marts.workloads as w, unnest([1, 2, 4, 8]) as t (tp),
        unnest(['FP16', 'FP8', 'INT4', 'FP4']) as f (weights)
"""


def best_of_three(work: Callable[[], object]) -> float:
    """Wall seconds of the quickest run."""
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def reference(con: Connection) -> str | None:
    """The reference form as a SELECT over `req`, its own specs and constants; None where it is absent."""
    if not SHARED.is_dir():
        return None
    for name in ("gpu", "llm"):
        con.execute(f"create table {name} as from read_csv('{SHARED}/data/{name}_specs.csv', sample_size = -1)")
    theta = json.loads((SHARED / "reference" / "cost_model_theta.json").read_text())
    columns = ", ".join(f"{v}::double as {'amd_f' if k == 'amd' else k}" for k, v in theta.items())
    con.execute(f"create table theta as select {columns}")
    con.execute(
        'create table req as select id, model, gpu_spec as gpu, tp as n_gpus, pp, dp_attn, weights as "precision", kv_dtype, '
        "isl, osl, concurrency, 2.0 as usd_per_gpu_hour from requests where gpu_spec in (select gpu_model from gpu)"
    )
    con.execute("delete from requests where gpu_spec not in (select gpu_model from gpu)")
    return (SHARED / "reference" / "cost_model_oracle.sql").read_text().rstrip().removesuffix(";")


def loop(con: Connection) -> None:
    """One request after the other, each a query of its own, as a program without SQL over many rows would ask."""
    for (number,) in con.execute(f"select id from requests using sample {LOOPED} (reservoir, 1)").fetchall():
        con.execute(f"with one as (from requests where id = {number}) from marts.inference_of('one')").fetchall()


def main() -> None:
    """Print the table."""
    with cost_model() as con:
        con.execute("set threads = 2")
        con.execute(REQUESTS)
        bare = reference(con)
        count = con.execute("select count(*) from requests").fetchall()[0][0]
        ours = best_of_three(lambda: con.execute("create or replace table ours as from marts.inference_of('requests')"))
        print(f"{count:,} requests, inference_of   {ours:7.2f} s")
        if bare:
            theirs = best_of_three(lambda: con.execute(f"create or replace table theirs as {bare}"))
            print(f"  the bare reference SQL           {theirs:7.2f} s   ours is {ours / theirs:.2f} x")
        start = time.perf_counter()
        loop(con)
        looped = (time.perf_counter() - start) * count / LOOPED
        print(f"  one query per request (scaled)   {looped:7.2f} s   {looped / ours:,.0f} x ours")


if __name__ == "__main__":
    main()

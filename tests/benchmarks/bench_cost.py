"""The cost model over many requests, beside the bare reference SQL on the same rows; and a file of half a million
requests, from CSV to rows.

Run: python -m tests.benchmarks.bench_cost. Prints seconds (best of three) and ratios; asserts no times. The reference form
is read from the reference material beside the checkout; without it, its line is left out.
"""

from __future__ import annotations

import json
import math
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.support.reference_data import SHARED
from warehouse.costing.database import cost_model
from warehouse.costing.requests import answer_file
from warehouse.storage.connection import Connection

REQUESTS = """
    create table requests as
    select row_number() over () as id, m.name as model, g.name as gpu_spec, tp, 1 as pp, 0 as dp_attn, weights,
        null::varchar as kv_dtype, w.isl, w.osl, null::double as concurrency, 1 as beams
    from marts.llm_specs as m, marts.gpu_specs as g, marts.workloads as w, unnest([1, 2, 4, 8]) as t (tp),
        unnest(['FP16', 'FP8', 'INT4', 'FP4']) as f (weights)
"""


FILE_ROWS = 500_000
# Every model on every chip, in formats, sizes and words of which no two rows are alike.
FILE = """
    copy (
        with pairs as (select m.name as model, g.name as gpu from marts.llm_specs as m, marts.gpu_specs as g),
        numbered as (select *, row_number() over (order by md5(model || gpu)) - 1 as n from pairs),
        counted as (select *, r + n * 7919 as h from numbered, range({rows} // (select count(*) from pairs) + 1) as t (r))
        select
            model, gpu, [1, 2, 4, 8, 8, 16, null][1 + h % 7] as n_gpus, [1, 2, 4, 8, null, null, null, null][1 + h % 8] as tp,
            ['FP8', 'BF16', 'int4', 'FP4', '?'][1 + h % 5] as precision, 1 + hash(h) % 16000 as isl, 1 + hash(h + 1) % 3000 as osl,
            if(h % 3 = 0, null, 1 + hash(h + 2) % 2000) as concurrency,
            ['offline', 'closed_loop', 'mlperf_server', null][1 + h % 4] as scenario
        from counted limit {rows}
    ) to '{file}' (header)
"""


def file_seconds() -> tuple[float, float, int]:
    """Return the wall and processor seconds from a CSV file of FILE_ROWS requests to their answers, and how many."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "requests.csv")
        with cost_model() as con:
            con.execute(FILE.format(rows=FILE_ROWS, file=file))
        best = (math.inf, math.inf, 0)
        for _ in range(3):
            with cost_model() as con:
                con.execute("set threads = 2")
                wall, spent = time.perf_counter(), time.process_time()
                answer_file(con, file)
                took = time.perf_counter() - wall, time.process_time() - spent
                rows = con.execute("select count(*) from file_answers").fetchall()[0][0]
                best = min(best, (*took, rows))
    return best


def best_of_three(work: Callable[[], object]) -> float:
    """Return the wall seconds of the quickest run."""
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def reference(con: Connection) -> str | None:
    """Return the reference implementation as a SELECT over `req`, its own specs and constants; None if it is absent."""
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
    wall, spent, rows = file_seconds()
    print(f"{rows:,} requests of a CSV file     {wall:7.2f} s   {spent:.2f} s of processor")


if __name__ == "__main__":
    main()

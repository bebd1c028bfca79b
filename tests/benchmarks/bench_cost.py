"""The cost model over many requests, beside the bare reference SQL on the same rows and beside a Python loop; and a file
of half a million requests, from CSV to rows.

Run: python -m tests.benchmarks.bench_cost. Prints seconds (best of three) and ratios; asserts no times. The reference form
is read from the reference material beside the checkout; without it, its line is left out.
"""

from __future__ import annotations

import json
import math
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from warehouse.costing.database import cost_model
from warehouse.costing.requests import file_answers
from warehouse.storage.connection import Connection

SHARED = Path(os.environ.get("GPUHOUR_SHARED") or Path(__file__).parents[3] / "shared")
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
                rows = len(file_answers(con, file))
                best = min(best, (time.perf_counter() - wall, time.process_time() - spent, rows))
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


def answer(q: dict[str, Any], m: dict[str, Any], g: dict[str, Any], t: dict[str, float]) -> float | None:
    """Return output tokens/s per GPU of one request (no stages, no data-parallel attention), in Python."""
    w, tp, isl, osl = q["weights"], q["tp"], q["isl"], q["osl"]
    widened = m["has_mxfp4"] and g["fp4_tflops"] is None
    bytes_each = {"FP16": 2.0, "FP8": 1.0, "INT4": 0.5625, "FP4": 0.5625}[w]
    expert_bytes = min(bytes_each, 0.53125) if m["has_mxfp4"] else bytes_each
    kv_bytes = 1.0 if w in ("FP8", "FP4") and not widened else 2.0
    fp16, fp8 = g["matmul_tflops"], g["fp8_tflops"] or g["matmul_tflops"]
    tflops = fp16 if widened else {"FP4": g["fp4_tflops"] or fp8, "FP8": fp8}.get(w, fp16)
    is_amd, is_moe = g["vendor"] == "AMD", m["experts"] > 0
    slower = (t["amd_efficiency"] if is_amd else 1) * (t["moe_compute"] if is_moe else 1)
    mfu = t[{"FP4": "mfu_prefill_fp4", "FP8": "mfu_prefill_fp8"}.get(w, "mfu_prefill_fp16")] * slower
    mbu = t["mbu"] * (t["amd_efficiency"] if is_amd else 1) * (t["moe_bandwidth"] if is_moe else 1)
    late = t["amd_overhead"] if is_amd else 1

    def attended(tokens: float) -> float:
        full = m["full_attention_layers"] / m["layers"]
        return float(tokens - (1 - full) * max(0.0, tokens - (m["sliding_window"] or tokens)))

    expert = m["moe_layers"] * m["expert_params"]
    copies = tp if m["is_mla"] else max(1, tp / (m["kv_heads"] or 1))
    kv_token = copies * m["kv_elements_per_token"] * kv_bytes
    kept = (m["attention_params"] + m["dense_params"]) * bytes_each
    stored = kept + expert * m["experts"] * expert_bytes + m["embeddings"] * m["embedding_params"] * 2
    room = tp * (g["device_mib"] * 1048576 * t["usable_memory"] - t["reserved_gb"] * 1e9) - stored
    fitting = math.floor(max(room, 0) / (kv_token * attended(isl + t["output_in_kv"] * osl)))
    if tflops is None or room <= 0 or (tp > 1 and g["link_gbs"] is None):
        return None
    batch = max(1.0, min(fitting, t["max_batch"]))
    split = g["link_kind"] == "bridge" and tp > 2
    speed = (t["pcie_gbs"] if split else (g["link_gbs"] or 0) / 2) * t["link_efficiency"] * 1e9
    link = 4 * m["layers"] * (tp - 1) / tp * m["hidden"] * 2 / speed if tp > 1 else 0.0
    wait = t["pcie_latency_seconds"] if split or g["link_kind"] == "pcie" else t["fabric_latency_seconds"]
    seen = attended(isl + osl / 2)
    touched = m["experts"] * (1 - (1 - m["experts_per_token"] / m["experts"]) ** batch) if is_moe else 0.0
    moved = kept + expert * touched * expert_bytes + m["embedding_params"] * 2 + batch * kv_token * seen
    flop = batch * (2 * m["matmul_params"] + 4 * m["layers"] * m["decode_width"] * seen)
    step = moved / (tp * g["bandwidth_gbs"] * 1e9 * mbu) + flop / (tp * tflops * 1e12 * mfu * t["mfu_decode_ratio"])
    step += ((2 * m["layers"] * wait if tp > 1 else 0.0) + batch * link) * late
    step += (t["step_seconds"] + t["layer_seconds"] * m["layers"]) * late
    flop = 2 * m["matmul_params"] * isl + 2 * m["layers"] * m["prefill_width"] * isl * attended(isl)
    prefill = flop / (tp * tflops * 1e12 * mfu) + isl * link
    made: float = osl / (prefill + osl * step / batch) / tp
    return made


def loop(con: Connection) -> float:
    """Time the same in Python, one request after the other. Raises AssertionError where the answers differ."""

    def table(query: str) -> list[dict[str, Any]]:
        cursor = con.execute(query)
        return [dict(zip([c[0] for c in cursor.description or []], row, strict=True)) for row in cursor.fetchall()]

    models = {row["name"]: row for row in table("from marts.llm_specs")}
    gpus = {row["name"]: row for row in table("from marts.gpu_specs")}
    theta = {row["name"]: row["value"] for row in table("from marts.theta")}
    requests = table("from requests order by id")
    start = time.perf_counter()
    answers = [answer(q, models[q["model"]], gpus[q["gpu_spec"]], theta) for q in requests]
    seconds = time.perf_counter() - start
    ours = con.execute("select output_tokens_per_s_per_gpu from ours order by id").fetchall()
    far = [(q, a, b) for q, a, (b,) in zip(requests, answers, ours, strict=True) if not _same(a, b)]
    assert not far, far[:3]
    return seconds


def _same(a: float | None, b: float | None) -> bool:
    return a is None and b is None if a is None or b is None else math.isclose(a, b, rel_tol=1e-9)


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
        looped = loop(con)
        print(f"  the same in a Python loop        {looped:7.2f} s   {looped / ours:.1f} x ours")
    wall, spent, rows = file_seconds()
    print(f"{rows:,} requests of a CSV file     {wall:7.2f} s   {spent:.2f} s of processor")


if __name__ == "__main__":
    main()

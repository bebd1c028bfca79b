"""The cost marts over prices of every GPU with a spec, beside the bare reference SQL on the same rows.

Run: python -m tests.benchmarks.bench_cost_marts. Prints seconds and ratios; asserts no times. The prices are made up: three
providers of each GPU, alone and by eight, on demand, spot and for a year. Without the reference material its line is left out.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from tests.benchmarks.bench_cost import best_of_three, reference
from tests.support.worlds import built, offer, put, seen
from warehouse.engine import build, model_graph
from warehouse.storage.connection import Connection
from warehouse.storage.state_dir import Home

PRICED = """
    create or replace temp table made as
    select o.* replace (
        'p' || n as provider, g.gpu as gpu, g.form_factor as form_factor, g.gpu_memory_gb as gpu_memory_gb, c as gpu_count,
        m as pricing_model, if(m = 'reserved', 12, 0) as term_months, concat_ws('-', g.name, n, c, m) as series_id
        {price}
    )
    from (from {table} where source <> 'seed' limit 1) as o, marts.gpu_specs as g, range(3) as p (n), unnest([1, 8]) as k (c),
        unnest(['on_demand', 'spot', 'reserved']) as f (m)
"""
SPECS = """
    create or replace table marts.priced_gpus as
    select gpu, form_factor, gpu_memory_gb, 18 as n_series, name as spec, false as is_form_assumed from marts.gpu_specs
"""
ASKED = """
    create or replace table requests as
    select row_number() over () as id, s.model, s.spec as gpu_spec, s.tp, 1 as pp, 0 as dp_attn, s.precision as weights,
        null::varchar as kv_dtype, w.isl, w.osl, null::double as concurrency, 1 as beams
    from marts.inference_speed as s
    join marts.workloads as w using (workload)
    where s.operating_point = 'max_batch' and s.precision <> 'INT8'
"""
MARTS = ("inference_speed", "server_prices", "inference_cost", "cheapest_inference", "nominal_cost", "cost_per_unit",
         "training_cost", "self_host_vs_api", "own_vs_rent", "precision_effect", "gpu_fit", "capacity_plan")  # fmt: skip


def price_everything(con: Connection) -> None:
    """Replace the only price by made-up ones of every GPU that has a spec."""
    money = ", round((0.5 + hash(g.name || n || m) % 700 / 100.0), 2)::decimal(18, 6) as usd_per_gpu_hour"
    for view, price in (("core.price_intervals", money), ("core.offers_latest", money), ("core.series", "")):
        con.execute(PRICED.format(table=view, price=price))
        con.execute(f"drop view {view}")
        con.execute(f"create table {view} as from made")
    con.execute(SPECS)
    (count,) = con.execute("select count(*) from marts.server_offers_as_of(core.as_of_day())").fetchall()[0]
    if not count:
        raise RuntimeError("none of the made-up prices is in force: tables of costs would be empty")


def make_marts(con: Connection) -> float:
    """Time making all marts; print each that takes a twentieth of a second or longer."""
    found, total = model_graph.load(), 0.0
    for name in MARTS:
        start = time.perf_counter()
        build.run_model(con, found[f"marts.{name}"])
        seconds = time.perf_counter() - start
        total += seconds
        if seconds >= 0.05:
            (count,) = con.execute(f"select count(*) from marts.{name}").fetchall()[0]
            print(f"  marts.{name:20} {count:>9,} rows {seconds:7.2f} s")
    return total


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        put(home, seen("2026-03-06", [offer()], origin="recorded"))
        with built(home) as con:
            con.execute("set threads = 2")
            price_everything(con)
            total = make_marts(con)
            print(f"  all cost marts                {total:18.2f} s")
            con.execute(ASKED)
            bare = reference(con)
            ours = best_of_three(
                lambda: con.execute("create or replace table ours as from marts.inference_of('requests')")
            )
            (count,) = con.execute("select count(*) from requests").fetchall()[0]
            print(f"{count:,} servers at their largest batch  {ours:7.2f} s, the marts take {total / ours:.1f} x that")
            if bare:
                theirs = best_of_three(lambda: con.execute(f"create or replace table theirs as {bare}"))
                print(f"  the bare reference SQL         {theirs:7.2f} s, ours is {ours / theirs:.2f} x")


if __name__ == "__main__":
    main()

"""The report of a large market: 30 providers, 60 GPUs, three years of days; whole, again, and after one more day.

Run: python -m tests.benchmarks.bench_report [--days 1095] [--changes 2]. Invents the market, lands it, builds the warehouse,
then times `report build` in a process of its own: into an empty folder, once more with nothing changed, and after another
day. Prints seconds, files, the heaviest pages; asserts that nothing is written twice and that pages keep to their budget, and
no times.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

from tests.benchmarks.many_prices import Size, land, released, say, timed
from tests.support.report_site import BUDGET, Site
from tests.support.worlds import ROOT
from warehouse.storage.state_dir import Home

PROVIDERS, GPUS = 30, 60
OFFERS = (("on_demand", "region-1", "1"), ("on_demand", "region-2", "1.08"), ("spot", "region-1", "0.4"))


def labels() -> list[str]:
    """Return the names of that many GPUs, of different models or memories, as pages write them."""
    with (ROOT / "warehouse" / "seeds" / "gpus.csv").open(newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["memory_gb"] and row["vendor"] == "NVIDIA"]
    return list(dict.fromkeys(f"{row['model']} {row['memory_gb']}GB" for row in rows))[:GPUS]


def invent(con: duckdb.DuckDBPyConnection, size: Size) -> None:
    """Make the tables items and moves for many_prices.land."""
    con.execute(
        "create table items as select (row_number() over ())::integer - 1 as item, 'p' || lpad(p::varchar, 2, '0') as provider, "
        "'box-' || g as instance, region, gpu_label, 1 as gpu_count, pricing_model, "
        "round((0.4 + 0.06 * g) * (0.8 + 0.015 * p) * factor::double, 4) as base "
        f"from range({PROVIDERS}) as a (p), (select unnest(?) as gpu_label, generate_subscripts(?, 1) as g), "
        f"(values {', '.join(map(str, OFFERS))}) as o (pricing_model, region, factor) order by p, g, pricing_model, region",
        [labels(), labels()],
    )
    con.execute(
        f"create table moves as select item, day as from_day, lead(day, 1, {size.days + 2}) over (partition by item order by day) "
        f"as to_day, round(base * (0.95 + hash(item, day) % 1000 / 10000.0), 4)::decimal(18, 4) as price "
        f"from items cross join range({size.days + 2}) as d (day) where day = 0 or hash(day, item) % 100 < {size.percent}"
    )


def built(home: Home, out: Path) -> dict[str, float]:
    """Run `report build` in a separate process and return its figures."""
    code = "import sys\nfrom pipelines.cli.app import main\nmain(sys.argv[1:])"
    command = [sys.executable, "-c", code, "report", "build", "--home", str(home.root), "--out", str(out), "--json"]
    seconds, done = timed(lambda: subprocess.run(command, capture_output=True, text=True, cwd=ROOT))
    if done.returncode:
        raise RuntimeError(done.stderr)
    (told,) = json.loads(done.stdout)
    return dict(told) | {"wall": seconds}


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=1095)
    parser.add_argument("--changes", type=int, default=2, help="percent of series that move in a day")
    parser.add_argument("--keep", type=Path, help="folder to keep the state and the site in")
    chosen = parser.parse_args()
    size = Size(PROVIDERS * GPUS * len(OFFERS), chosen.days, chosen.changes)
    with tempfile.TemporaryDirectory(prefix="gpuhour-bench-") as scratch:
        folder = chosen.keep or Path(scratch)
        home, out = Home(folder / "home"), folder / "out"
        with duckdb.connect() as con:
            con.execute("set TimeZone = 'UTC'")
            invent(con, size)
            land(con, home, size, 0, size.days)
            print(f"{PROVIDERS} providers, {GPUS} GPUs, {size.series:,} series, {size.days:,} days", flush=True)
            say("warehouse: build and publish", *released(home))
            first = built(home, out)
            say("report: whole", first["wall"], f"{first['pages']:,.0f} pages, {first['files']:,.0f} files")
            again = built(home, out)
            say("report: nothing changed", again["wall"], f"{again['written']:,.0f} files written")
            assert again["written"] == 0
            land(con, home, size, size.days, size.days + 1)
            say("warehouse: one more day", *released(home))
            later = built(home, out)
            say("report: one more day", later["wall"], f"{later['written']:,.0f} files written")
        site = Site(out)
        weights = sorted(((site.weight(page), page) for page in site.pages), reverse=True)
        for weight, page in weights[:8]:
            print(f"  {weight:9,} bytes gzipped   {page}")
        assert weights[0][0] <= BUDGET


if __name__ == "__main__":
    main()

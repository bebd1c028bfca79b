"""Shared by benchmarks: many synthetic prices, landed as a scrape lands them, and their timed release."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import duckdb

from warehouse.storage.landing import OFFER_TYPES, PAGE_TYPES
from warehouse.storage.state_dir import Home

FIRST = date(2023, 1, 1)
PROVIDERS = 50
GPUS = ("A100", "H100 SXM", "A10", "L4", "T4", "V100", "L40S", "H200", "RTX A6000", "RTX 4090")


@dataclass(frozen=True, slots=True)
class Size:
    """Size of the synthetic market: series, days, and the share of series that move in a day, in percent."""

    series: int
    days: int
    percent: int

    @property
    def last(self) -> date:
        """The last day of history; two more are appended."""
        return FIRST + timedelta(days=self.days - 1)


def invent(con: duckdb.DuckDBPyConnection, size: Size) -> None:
    """Make the tables items (products) and moves (item, from_day, to_day, price): piecewise constant prices."""
    gpus = ", ".join(f"'{g}'" for g in GPUS)
    con.execute(
        f"""
        create table items as
        select
            s::integer as item, 'p' || lpad((s % {PROVIDERS})::varchar, 2, '0') as provider,
            'machine-' || (s // {PROVIDERS} // 40) as instance, 'region-' || (s // {PROVIDERS} % 40) as region,
            [{gpus}][1 + (s // {PROVIDERS} // 40) % {len(GPUS)}] as gpu_label,
            (1 << ((s // {PROVIDERS} // 40) % 4)) as gpu_count,
            case when (s // {PROVIDERS} // 40) % 2 = 0 then 'on_demand' else 'spot' end as pricing_model,
            round((1 + (s // {PROVIDERS} // 40) % {len(GPUS)}) * 0.4 * (0.97 + hash(s % {PROVIDERS}) % 100 / 1500.0), 2) as base
        from range({size.series}) as t (s)
        """
    )
    con.execute(
        f"""
        create table moves as
        with moved as (
            select item, day, base * gpu_count * (0.93 + hash(item, day) % 1000 / 10000.0) as price
            from items cross join range({size.days + 2}) as d (day)
            where day = 0 or hash(day, item) % 100 < {size.percent}
        )
        select item, day as from_day, lead(day, 1, {size.days + 2}) over (partition by item order by day) as to_day,
            round(price, 4)::decimal(18, 4) as price
        from moved
        """
    )


def land(
    con: duckdb.DuckDBPyConnection, home: Home, size: Size, first: int, end: int, own: Collection[str] = ()
) -> int:
    """Write the scrapes of days first..end-1 as landing files, one pair per provider, and return their bytes.

    `own`: columns that the table items has, beside those that every benchmark's has.
    """
    total = 0
    offers = ", ".join(f"{c if c in own else kind_of(c)}::{t} as {c}" for c, t in OFFER_TYPES.items())
    pages = ", ".join(f"{page_of(c)}::{t} as {c}" for c, t in PAGE_TYPES.items())
    providers = [p for (p,) in con.execute("select distinct provider from items order by provider").fetchall()]
    for provider in providers:
        name = f"{FIRST + timedelta(days=end - 1)}T061500Z-{provider}.parquet"
        landing_id = f"{provider}-{first}"
        day = f"date '{FIRST}' + day::integer"
        at = f"(({day})::timestamp + interval '6 hours 15 minutes')::timestamptz"
        for kind, query in (
            ("offers", f"select {offers} from (select *, unnest(range(greatest(from_day, {first}), least(to_day, {end}))) as day, "
                f"{day} as seen_day, {at} as seen_at, '{landing_id}' as landing from items join moves using (item) "
                f"where provider = '{provider}' and from_day < {end} and to_day > {first}) order by item, day"),
            ("pages", f"select {pages} from (select '{provider}' as provider, {day} as seen_day, {at} as seen_at, "
                f"'{landing_id}' as landing, (select count(*) from items where provider = '{provider}') as n "
                f"from range({first}, {end}) as d (day)) order by seen_at"),
        ):  # fmt: skip
            path = home.landing / kind / provider / name
            path.parent.mkdir(parents=True, exist_ok=True)
            con.execute(f"copy ({query}) to '{path}' (format parquet, compression zstd)")
            total += path.stat().st_size
    return total


def kind_of(column: str) -> str:
    """Return the SQL source of a column of the landed offers."""
    given = {
        "landing_id": "landing", "url": "'https://example.com/' || provider", "captured_at": "seen_at",
        "source": "'bench/feed'", "gpu_memory": "''", "gpu_memory_is_total": "false", "zone": "''",
        "term_months": "null", "upfront": "''", "upfront_price": "null", "currency": "'USD'",
        "price_unit": "'instance_hour'", "price_scope": "'instance'", "price_status": "'priced'",
        "availability": "'unknown'", "effective_from": "null", "effective_until": "null", "vcpus": "null",
        "ram_gb": "null", "local_disk_gb": "null", "interconnect": "''", "max_gpu_count": "null", "product": "''",
        "is_floor": "false", "text": "''",
    }  # fmt: skip
    return given.get(column, column)


def page_of(column: str) -> str:
    """Return the SQL source of a column of the landed pages."""
    given = {
        "landing_id": "landing", "landed_at": "seen_at", "origin": "'imported'", "parser_version": "'bench'",
        "source": "'bench/feed'", "url": "'https://example.com/' || provider", "captured_at": "seen_at",
        "status": "'ok'", "detail": "''", "sha256": "md5(provider || seen_day)", "fetched_by": "'file'", "n_offers": "n",
    }  # fmt: skip
    return given.get(column, column)


def timed(work: Callable[[], Any], times: int = 1) -> tuple[float, Any]:
    """Return the wall seconds of the quickest run, and its result."""
    best, answer = float("inf"), None
    for _ in range(times):
        start = time.perf_counter()
        answer = work()
        best = min(best, time.perf_counter() - start)
    return best, answer


def say(what: str, seconds: float, more: str = "") -> None:
    """Print one line of the report."""
    print(f"  {what:<46}{seconds:9.3f} s   {more}", flush=True)


RELEASE = """
import sys, time
from collections import Counter
from pathlib import Path
from warehouse.engine import build
from warehouse.publish import publish
from warehouse.publish import release
from warehouse.storage.state_dir import Home

spent = Counter()

def timed(name, work):
    def worked(*given, **named):
        start = time.perf_counter()
        result = work(*given, **named)
        spent[name(*given)] += time.perf_counter() - start
        return result
    return worked

def of_costs(con, model, *_):
    return "costs" if model.name.startswith("marts.") or model.name == "core.cost_offers" else "history"

build.run_model = timed(of_costs, build.run_model)
build.build = timed(lambda *_: "build", build.build)
publish.publish_and_export = timed(lambda *_: "publish", publish.publish_and_export)
release.build_and_publish(Home(Path(sys.argv[1])))
# Not getrusage: its peak is the parent's where that was larger.
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(f"through the gate {spent['build'] - spent['costs']:.1f} s, tables of costs {spent['costs']:.1f} s, "
      f"publication and exports {spent['publish']:.1f} s; peak {peak / 1024:,.0f} MiB")
"""


def released(home: Home) -> tuple[float, str]:
    """Time a separate process that builds and publishes, as a refresh does; return the seconds and how they were spent."""
    seconds, done = timed(
        lambda: subprocess.run([sys.executable, "-c", RELEASE, str(home.root)], capture_output=True, text=True)
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return seconds, done.stdout.strip()

"""The explorer in headless Chromium on a processor slowed down four times: 5,000 offers, first paint, filters, sorts.

Run: python -m tests.benchmarks.bench_explorer [--offers 5000] [--slowdown 4]. Invents a market, builds its report, opens the
explorer from disk. Prints milliseconds and sizes; asserts the budgets of sizes, and no times.
"""

from __future__ import annotations

import argparse
import gzip
import os
import statistics
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from playwright.sync_api import Page, sync_playwright

from pipelines.reports.build import build
from pipelines.reports.explorer_data import BUDGET
from scrapers.fetching import chromium
from tests.benchmarks.many_prices import FIRST, Size, land, released, say
from tests.support.report_site import Site
from warehouse.storage.state_dir import Home

PROVIDERS = 40
GPUS = (
    "A100 80GB SXM",
    "H100 SXM",
    "A10",
    "L4",
    "T4",
    "V100 16GB",
    "L40S",
    "H200",
    "RTX A6000",
    "RTX 4090",
    "B200",
    "MI300X",
    "H100 PCIe",
)
REGIONS = (
    "us-east-1",
    "us-west-2",
    "eu-west-1",
    "eu-central-1",
    "europe-west4",
    "ap-south-1",
    "ap-northeast-1",
    "canada",
    "Frankfurt",
    "",
)
PAGE_BUDGET = 100_000  # bytes
ACTIONS = {
    "GPU": ("#f-gpu", "H100", ""),
    "pricing model": ("#f-model", "any", "on_demand"),
    "continent": ("#f-continent", "Europe", ""),
    "availability": ("#f-stock", "any", "open"),
    "hour, month": ("#f-per", "month", "hour"),
}
SEARCH = "h100 europe 8x"
CHOSEN = """([selector, value]) => {
    const field = document.querySelector(selector);
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    document.body.offsetHeight; // layout is part of what a reader waits for
}"""
SORTED = """(key) => {
    document.querySelector(`th[data-sort=${key}] button`).click();
    document.body.offsetHeight;
}"""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


def invent(con: duckdb.DuckDBPyConnection, offers: int) -> None:
    """Make the tables items and moves for many_prices.land: GPUs, places, sizes and prices as varied as real ones."""
    gpus, regions = (", ".join(f"'{name}'" for name in names) for names in (GPUS, REGIONS))
    con.execute(
        "create table items as select s::integer as item, 'p' || lpad((s % $providers)::varchar, 2, '0') as provider, "
        "concat('gpu-', s // $providers % 61, '.', 1 << (s // 7 % 4), 'xlarge-', s // $providers // 10) as instance, "
        f"[{regions}][1 + s // $providers % {len(REGIONS)}] as region, [{gpus}][1 + s // 11 % {len(GPUS)}] as gpu_label, "
        "1 << (s // 7 % 4) as gpu_count, case s % 5 when 0 then 'spot' when 1 then 'reserved' else 'on_demand' end as pricing_model, "
        "case s % 5 when 1 then 12 * (1 + s // 5 % 3) end as term_months, "
        "case s % 13 when 0 then 'sold_out' when 1 then 'available' when 2 then 'limited' else 'unknown' end as availability, "
        "12 * (1 << (s // 7 % 4)) as vcpus, 120 * (1 << (s // 7 % 4)) as ram_gb "
        "from range($offers) as t (s)",
        {"providers": PROVIDERS, "offers": offers},
    )
    con.execute(
        "create table moves as select item, 0 as from_day, 99999 as to_day, round(gpu_count * (1.2 + hash(item) % 30000 / 10000.0), 4)"
        "::decimal(18, 4) as price from items"
    )


class Clock:
    """The processor time of the page's main thread, throttled: what others do on this machine does not count."""

    def __init__(self, page: Page, slowdown: float) -> None:
        self.page, self._session = page, page.context.new_cdp_session(page)
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})
        self._session.send("Emulation.setCPUThrottlingRate", {"rate": slowdown})

    def seconds(self, name: str = "TaskDuration") -> float:
        """Return the time that tasks took so far."""
        metrics = self._session.send("Performance.getMetrics")["metrics"]
        return float(next(metric["value"] for metric in metrics if metric["name"] == name))

    def median(self, script: str, arguments: list[object]) -> str:
        """Return the median of the time that a script takes, over its arguments."""
        spent = []
        for argument in arguments:
            before = self.seconds()
            self.page.evaluate(script, argument)
            spent.append(1000 * (self.seconds() - before))
        return f"{statistics.median(spent):7.1f} ms, the longest {max(spent):.1f}"


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--offers", type=int, default=5000)
    parser.add_argument("--slowdown", type=float, default=4)
    parser.add_argument("--keep", type=Path, help="folder to keep the state and the site in")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gpuhour-bench-") as scratch:
        folder = chosen.keep or Path(scratch)
        home, out = Home(folder / "home"), folder / "out"
        with duckdb.connect() as con:
            con.execute("set TimeZone = 'UTC'")
            invent(con, chosen.offers)
            own = ("term_months", "availability", "vcpus", "ram_gb")
            end = (datetime.now(UTC).date() - FIRST).days  # imported prices: what is in force follows the clock
            land(con, home, Size(chosen.offers, 2, 0), end - 2, end, own)
        say("warehouse: build and publish", *released(home))
        build(home, out)
        (script,) = (out / "assets").glob("explore-data.*.js")
        size, html = len(gzip.compress(script.read_bytes(), 6)), (out / "explore.html").stat().st_size
        print(
            f"  data {script.stat().st_size:,} bytes, {size:,} gzipped; page {html:,} bytes, {Site(out).weight('explore.html'):,} gzipped"
        )
        assert size <= BUDGET and html <= PAGE_BUDGET
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium.find(), chromium_sandbox=os.geteuid() != 0)
            paints = []
            for _ in range(7):
                page = browser.new_page(viewport={"width": 1280, "height": 900})
                clock = Clock(page, chosen.slowdown)
                page.goto((out / "explore.html").as_uri())
                page.wait_for_selector("#filters:not([hidden])")
                paints.append(page.evaluate(PAINT))
            print(f"  first contentful paint {min(paints):.0f} ms at best, of {', '.join(f'{p:.0f}' for p in paints)}")
            print(f"  {page.inner_text('#status')} Tasks until here: {1000 * clock.seconds():.0f} ms")
            for name, (selector, *values) in ACTIONS.items():
                print(f"  {name:<24}{clock.median(CHOSEN, [[selector, value] for value in values * 3])}")
            print(
                f"  {'search, by letter':<24}{clock.median(CHOSEN, [['#f-q', SEARCH[:n]] for n in range(1, len(SEARCH) + 1)])}"
            )
            page.click("#reset")
            for key in ("gpu", "vram", "provider", "place", "price"):
                print(f"  sort by {key:<16}{clock.median(SORTED, [key] * 4)}")
            browser.close()


if __name__ == "__main__":
    main()

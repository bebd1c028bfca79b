"""Measures refreshes of real size over loopback: every list once, then again where nothing changed.

Usage: python -m tests.benchmarks.bench_refresh [REGIONS [MB]]   (default 4 regions of 20 MB; real: 34 of 300)
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pipelines.defs.resources import Workspace
from pipelines.defs.scrape_assets import scrape_provider_pages
from scrapers import registry
from tests.support.real_size import Lists, serving
from warehouse.publish import release
from warehouse.storage.landing import Seen
from warehouse.storage.state_dir import Home


def refresh(home: Home, slugs: Sequence[str]) -> dict[str, list[Seen]]:
    """Scrape these providers as their assets do."""
    today, workspace = datetime.now(UTC).date(), Workspace(home=str(home.root), may_retry=False)
    return {slug: scrape_provider_pages(registry.get(slug), today, workspace) for slug in slugs}


def cpu_seconds() -> float:
    """Return the processor time of this process and of the workers that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def kept_mb(home: Home) -> float:
    """Return what archived pages and landing take on disk, each file once however many names it has."""
    paths = (path for folder in (home.pages, home.landing) for path in folder.rglob("*"))
    sizes = {stat.st_ino: stat.st_blocks * 512 for path in paths if (stat := path.lstat())}
    return sum(sizes.values()) / 1e6


def main(regions: int, region_mb: float) -> None:
    """Refresh twice and print what each part took."""
    with tempfile.TemporaryDirectory(prefix="refresh") as folder:
        lists = Lists(Path(folder), regions, region_mb)
        home = Home(Path(folder, "home"))
        others = [
            p.slug for p in registry.all_providers()
            if p.slug != "aws" and not any(r.browser for r in p.requests) and p.basis != "unverified"
        ]  # fmt: skip
        print(f"{regions} regions of {region_mb:g} MB, {len(others)} other providers", file=sys.stderr)
        print("refresh    part       wall s   CPU s  peak MB  received MB  kept MB  offers")
        with serving(lists):
            for name in ("first", "unchanged"):
                for part, slugs in (("aws", ["aws"]), ("others", others)):
                    started, used, sent = time.perf_counter(), cpu_seconds(), lists.sent
                    pages = refresh(home, slugs)
                    wall, cpu = time.perf_counter() - started, cpu_seconds() - used
                    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss  # of the largest worker so far
                    print(
                        f"{name:10} {part:9} {wall:7.2f} {cpu:7.2f}  {peak / 1024:7.0f}  {(lists.sent - sent) / 1e6:11.1f}"
                        f"  {kept_mb(home):7.1f}  {sum(len(page.offers) for of in pages.values() for page in of)}",
                        flush=True,
                    )
                started, used = time.perf_counter(), cpu_seconds()
                release.build_and_publish(home)
                print(
                    f"{name:10} build     {time.perf_counter() - started:7.2f} {cpu_seconds() - used:7.2f}", flush=True
                )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4, float(sys.argv[2]) if len(sys.argv) > 2 else 20)

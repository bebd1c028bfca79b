"""How much of the disk a day of facts takes, before and after tidying, and what a year would take at AWS's size.

Usage: python -m tests.benchmarks.bench_disk [MB of a list] [days] [% of rows that change daily]   (default 60 4 1)

The list is synthetic: real columns, rows in the shape of a region's, SKUs, rate codes and prices of random digits, a stated
share of them new each day. What a year takes is the bytes of a day, times 34 regions of 300 MB, times 365.
"""

from __future__ import annotations

import gzip
import hashlib
import random
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from pipelines.ingest import tidy_pages
from pipelines.queries.keep_limits import Keep
from scrapers.fetching.archive import Archive
from scrapers.model import Offer, Page
from tests.benchmarks.bench_aws_csv import synthesise
from warehouse.storage.connection import in_memory
from warehouse.storage.landing import Seen, land, landed
from warehouse.storage.landing_merge import merge_all, merges
from warehouse.storage.state_dir import Home

REGIONS, LIST_BYTES, YEAR = 34, 300e6, 365
START = date(2026, 1, 1)


def with_noise(template: Path, day: int, percent: float) -> bytes:
    """Return a day's list: each row has a SKU, rate code and price of its own, and some have another price that day."""
    lines = template.read_bytes().splitlines(keepends=True)
    rows = []
    for number, line in enumerate(lines[6:]):
        names = hashlib.sha256(str(number).encode()).hexdigest().upper()
        noise = random.Random(number)
        price = noise.uniform(0.01, 90)
        for later in range(1, day + 1):
            if random.Random(number * 1000 + later).random() < percent / 100:
                price *= 1 + later / 100
        cells = line.split(b",", 3)
        rest = cells[3].replace(b'.5500000000"', f'{price:.10f}"'.encode()[-12:], 1)
        rows.append(b'"%s",%s,"%s",%s' % (names[:16].encode(), cells[1], names[16:44].encode(), rest))
    head = [line.replace(b"2026-09-01", str(START + timedelta(days=day)).encode()) for line in lines[:6]]
    return b"".join(head + rows)


def lists(megabytes: float, days: int, percent: float) -> None:
    """Print what lists take as versions up to 0.2 kept them, as they are kept now, and once they are cut down."""
    with tempfile.TemporaryDirectory() as folder:
        home, template = Home(Path(folder)), Path(folder) / "template.csv"
        synthesise(template, megabytes * 1e6)
        whole = packed = before = 0
        for day in range(days):
            content = with_noise(template, day, percent)
            when = datetime.combine(START + timedelta(days=day), datetime.min.time(), UTC)
            page = Archive(home.root).save(Page("aws", f"https://x.com/{day}.csv", when, "price_list", content))
            whole, before = whole + len(content), before + len(gzip.compress(content, 1))
            packed += page.path.stat().st_size if page.path else 0
        start = time.process_time()
        bodies = tidy_pages.long_lists(home, Keep(days=1), START + timedelta(days=days + 1))
        count, freed = tidy_pages.cut_down(home, bodies)
        seconds = time.process_time() - start
        kept = packed - freed

    def a_year(size: float) -> str:
        return f"{size / whole * LIST_BYTES * REGIONS * YEAR / 1e9:7.2f} GB a year"

    print(
        f"{days} lists of {whole / days / 1e6:.0f} MB, {percent:g} % of rows change daily; {count} cut down, {seconds:.1f} CPU s"
    )
    print(f"  gzip, as before    {before / days / 1e6:8.3f} MB a list {a_year(before)}")
    print(f"  zstd, whole        {packed / days / 1e6:8.3f} MB a list {a_year(packed)}")
    print(f"  lines that were read {kept / days / 1e6:6.3f} MB a list {a_year(kept)}")
    fortnight = packed / whole * LIST_BYTES * REGIONS * 14
    print(f"  a year with 14 days whole: {(fortnight + kept / whole * LIST_BYTES * REGIONS * 351) / 1e9:.2f} GB")


def landing(days: int = 600, offers: int = 60) -> None:
    """Print files, bytes and seconds to read of a provider's landing, a file a day and a file a month."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        for number in range(days):
            when = datetime.combine(START + timedelta(days=number), datetime.min.time(), UTC)
            prices = [Decimal(100 + (number * 7 + n) % 50) / 50 for n in range(offers)]
            stated = tuple(
                Offer(source="pricing_page", pricing_model="on_demand", price=price, price_unit="gpu_hour",
                      text=f"machine {n}: ${price}", instance=f"machine-{n}", gpu_label="A100 80GB")
                for n, price in enumerate(prices)
            )  # fmt: skip
            sha256 = hashlib.sha256(str(number).encode()).hexdigest()
            page = Seen("lambda", "pricing_page", "https://x.com/", when, "ok", "", sha256, "http", offers=stated)
            land(home, "lambda", [page], parser_version="1")
        before = _read(home)
        start = time.process_time()
        merge_all(home, merges(home, START + timedelta(days=days + 40)))
        seconds = time.process_time() - start
        after = _read(home)
    assert before[3] == after[3]
    print(f"landing of {days} days x {offers} offers of one provider; merged in {seconds:.1f} CPU s")
    for name, (count, size, reading, _) in (("a file a day", before), ("a file a month", after)):
        print(f"  {name:15} {count:5} files {size / 1e6:7.2f} MB   read in {reading:.3f} CPU s")


def _read(home: Home) -> tuple[int, int, float, object]:
    files = list(home.landing.rglob("*.parquet"))
    start = time.process_time()
    with in_memory() as con:
        rows = []
        for kind in ("pages", "offers"):
            names = ", ".join(f"'{home.landing / kind / name}'" for name in landed(home, kind))
            rows += con.execute(
                f"select count(*), sum(hash(r)::hugeint) from read_parquet([{names}], union_by_name = true) as r"
            ).fetchall()
    return len(files), sum(path.stat().st_size for path in files), time.process_time() - start, rows


def main() -> None:
    """Print both tables."""
    megabytes, days, percent = (float(text) for text in (*sys.argv[1:4], *("60", "4", "1")[len(sys.argv) - 1 :]))
    lists(megabytes, int(days), percent)
    landing()


if __name__ == "__main__":
    main()

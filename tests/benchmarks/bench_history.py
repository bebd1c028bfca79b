"""History at scale: 100 million synthetic observations through the real landing, build and publication, beside others.

Run: python -m tests.benchmarks.bench_history [--series 100000] [--days 1000] [--changes 7 30]. Lands the observations of
N series over D days, of which a share moves each day (7 % as list prices do, 30 % as spot prices do), builds, publishes,
then appends two more days; asks the published database beside a plain table of observations in DuckDB, SQLite and pandas
(the last two on a sample of the series, with the same sample asked of us). Prints seconds, bytes and ratios; asserts that
answers agree, and no times.
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb

from tests.benchmarks.many_prices import FIRST, Size, invent, land, released, say, timed
from warehouse.storage.connection import published
from warehouse.storage.state_dir import Home

SAMPLE = 10_000  # series for SQLite and pandas
USAGE = 1_000_000
HISTORY = ("closed_intervals", "open_intervals", "series", "scrapes", "source_days")  # what the views of v1 read


def asked_of(con: Any, query: str) -> Callable[[], Any]:
    """Return a query, ready to be run."""
    return lambda: con.execute(query).fetchall()


def questions(size: Size) -> dict[str, tuple[str, str]]:
    """Return name -> the query on v1, and on a plain table obs (item, day, price) beside items."""
    middle = FIRST + timedelta(days=size.days // 2)
    three_years = "v1.price_intervals where gpu = 'A100' and source = 'bench/feed'"
    return {
        "latest per series": (
            f"select count(*), sum(usd_per_gpu_hour) from v1.prices_as_of('{size.last}') where source = 'bench/feed'",
            "select count(*), sum(u) from (select item, max_by(price, day) / any_value(gpu_count) as u from obs "
            "join items using (item) group by item)",
        ),
        "prices_as_of, all series": (
            f"select count(*), sum(usd_per_gpu_hour) from v1.prices_as_of('{middle}') where source = 'bench/feed'",
            f"select count(*), sum(u) from (select item, max_by(price, day) / any_value(gpu_count) as u from obs "
            f"join items using (item) where day <= date '{middle}' group by item)",
        ),
        "daily minimum per provider, A100": (
            "select count(*), sum(low) from (select provider, day, min(usd_per_gpu_hour) as low from (select provider, "
            f"usd_per_gpu_hour, unnest(range(valid_from, coalesce(valid_to, date '{size.last}' + 1), interval 1 day)) as day "
            f"from {three_years} ) group by all)",
            "select count(*), sum(low) from (select provider, day, min(price / gpu_count) as low from obs "
            "join items using (item) where gpu_label = 'A100' group by all)",
        ),
        "price_history, one day": (
            f"select count(*), sum(usd_per_gpu_hour) from v1.price_history where observed_on = date '{middle}' and source = 'bench/feed'",
            f"select count(*), sum(price / gpu_count) from obs join items using (item) where day = date '{middle}'",
        ),
        "price_history, sum of all": (
            "select count(*), sum(usd_per_gpu_hour) from v1.price_history "
            f"where source = 'bench/feed' and observed_on <= date '{size.last}'",
            "select count(*), sum(price / gpu_count) from obs join items using (item)",
        ),
        "as-of join of 1 M usage rows": (
            "select count(*), sum(p.usd_per_gpu_hour) from usage as u asof join v1.price_intervals as p "
            "on p.series_id = u.series_id and u.day >= p.valid_from",
            "select count(*), sum(o.price / i.gpu_count) from usage as u join items as i using (item) "
            "asof join obs as o on o.item = u.item and u.day >= o.day",
        ),
        "the same with receipts: prices_of": (
            "select count(*), sum(usd_per_gpu_hour) from v1.prices_of('usage')",
            "select count(*), sum(o.price / i.gpu_count) from usage as u join items as i using (item) "
            "asof join obs as o on o.item = u.item and u.day >= o.day",
        ),
    }


def report(size: Size, folder: Path) -> None:
    """Print all measurements for one share of moves."""
    n = size.series * size.days
    print(
        f"{n / 1e6:.0f} M observations: {size.series:,} series x {size.days:,} days, {size.percent} % move a day",
        flush=True,
    )
    home = Home(folder / "home")
    scratch = duckdb.connect(str(folder / "scratch.duckdb"))
    scratch.execute("set TimeZone = 'UTC'; set memory_limit = '3GB'")
    invent(scratch, size)
    moves = scratch.execute(f"select count(*) from moves where from_day < {size.days}").fetchall()[0][0]
    landed = land(scratch, home, size, 0, size.days)
    print(f"  landed Parquet {landed / n:.2f} bytes an observation ({landed / 1e6:.0f} MB)", flush=True)
    seconds, how = released(home)
    say("ours: build and publish from the landing", seconds, f"{n / seconds / 1e6:.1f} M/s, {how}")

    def plain() -> None:
        scratch.execute(
            f"create or replace table obs as select item, date '{FIRST}' + day::integer as day, price from (select item, price, "
            f"unnest(range(from_day, least(to_day, {size.days}))) as day from moves) order by day, item"
        )

    say("plain observations in DuckDB: load", timed(plain)[0])
    with published(home) as con:
        rows = con.execute(
            "select count(*) from intermediate.intervals as i join intermediate.series as s using (series_no) where s.source = 'bench/feed'"
        ).fetchall()[0][0]
        held = con.execute("select count(*) filter (where status = 'held') from v1.quality_events").fetchall()[0][0]
        history = sum(size_of(con, f"intermediate.{table}") for table in HISTORY)
    print(f"  {rows:,} change rows of {moves:,} moves ({held:,} held); published {home.published.stat().st_size / rows:.1f} bytes a change row, "
          f"{history / rows:.1f} without the cost tables, {home.published.stat().st_size / n:.2f} an observation; plain table {size_of(scratch, 'obs') / n:.2f} an observation", flush=True)  # fmt: skip
    ask(size, home, scratch, folder)
    # One more day of every series, through the gate; then another, as every further one.
    for day in range(size.days, size.days + 2):
        land(scratch, home, size, day, day + 1)
        say(f"append of a day of {size.series:,} rows, published", *released(home))
    scratch.close()


def size_of(con: duckdb.DuckDBPyConnection, table: str) -> int:
    """Return the bytes of a table's blocks."""
    blocks: int = con.execute(
        f"select count(distinct block_id) from pragma_storage_info('{table}') where block_id >= 0"
    ).fetchall()[0][0]
    return blocks * 262_144


def ask(size: Size, home: Home, scratch: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Run the same queries on v1, on the plain table, and on a sample in SQLite and pandas."""
    asked = questions(size)
    scratch.execute(
        f"create or replace table usage as select (hash(r) % {size.series})::integer as item, "
        f"date '{FIRST}' + (hash(r, 1) % {size.days})::integer as day from range({USAGE}) as t (r)"
    )
    with published(home) as reader:
        series = reader.execute(
            "select series_id, provider, instance, region from v1.series where source = 'bench/feed'"
        ).df()
    scratch.register("named", series)
    scratch.execute(
        "create or replace table usage_named as select u.day, n.series_id from usage as u join items as i using (item) join named as n using (provider, instance, region)"
    )
    usage = folder / "usage.parquet"
    scratch.execute(f"copy usage_named to '{usage}' (format parquet)")
    with duckdb.connect() as reader:  # as a user would: attach the published file, and his own beside it
        reader.execute(f"attach '{home.published}' as p (read_only); use p")
        reader.execute(f"create temp table usage as from read_parquet('{usage}')")
        reader.execute("create or replace temp table usage as from usage")
        for name, (to_us, to_plain) in asked.items():
            ours, answer = timed(asked_of(reader, to_us), 3)
            theirs, check = timed(asked_of(scratch, to_plain), 2)
            agree = close(answer, check)
            say(
                name,
                ours,
                f"plain DuckDB {theirs:8.3f} s ({theirs / ours:6.1f} x){'' if agree else f'  answers differ: {answer} {check}'}",
            )
    others(size, scratch, folder)


def close(left: Any, right: Any) -> bool:
    """Return whether two answers, one row of count and sum each, agree to a millionth."""
    a, b = left[0], right[0]
    return bool(a[0] == b[0] and abs(float(a[1]) - float(b[1])) <= 1e-6 * abs(float(b[1])))


def others(size: Size, scratch: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Time SQLite and pandas on the first SAMPLE series; a whole history takes that many times longer."""
    part = min(SAMPLE, size.series)
    frame = scratch.execute(
        f"select item, day::varchar as day, price::double as price from obs where item < {part}"
    ).df()
    items = scratch.execute(f"select item, provider, gpu_label, gpu_count from items where item < {part}").df()
    times = size.series / part
    path = folder / "sample.sqlite"
    db = sqlite3.connect(path)
    db.execute("create table obs (item integer, day text, price real)")
    load, _ = timed(
        lambda: db.executemany("insert into obs values (?, ?, ?)", frame.itertuples(index=False, name=None))
    )
    index, _ = timed(lambda: db.execute("create index by_item on obs (item, day)"))
    db.execute("create table items (item integer primary key, provider text, gpu_label text, gpu_count integer)")
    db.executemany("insert into items values (?, ?, ?, ?)", items.itertuples(index=False, name=None))
    db.commit()
    middle = FIRST + timedelta(days=size.days // 2)
    print(f"  on {part:,} series ({1 / times:.0%} of the whole); x {times:.0f} for all", flush=True)
    say("SQLite: load", load, f"index {index:.1f} s, {path.stat().st_size / len(frame):.1f} bytes an observation")
    for name, query in {
        "SQLite: latest per series": "select count(*), sum(price) from (select item, price, max(day) from obs group by item)",
        "SQLite: prices_as_of": f"select count(*), sum(price) from (select item, price, max(day) from obs where day <= '{middle}' group by item)",
        "SQLite: daily minimum, A100": "select count(*), sum(low) from (select provider, day, min(price / gpu_count) as low from obs "
        "join items using (item) where gpu_label = 'A100' group by provider, day)",
    }.items():
        seconds, _ = timed(asked_of(db, query))
        say(name, seconds, f"whole history: {seconds * times:.1f} s")
    db.close()
    seconds, _ = timed(lambda: frame.groupby("item")["price"].last().sum())
    say("pandas: latest per series", seconds, f"whole history: {seconds * times:.1f} s")
    seconds, _ = timed(lambda: frame[frame["day"] <= str(middle)].groupby("item")["price"].last().sum())
    say("pandas: prices_as_of", seconds, f"whole history: {seconds * times:.1f} s")
    joined = frame.merge(items, on="item")
    seconds, _ = timed(lambda: joined[joined["gpu_label"] == "A100"].groupby(["provider", "day"])["price"].min().sum())
    say("pandas: daily minimum, A100 (after its join)", seconds, f"whole history: {seconds * times:.1f} s")


def main() -> None:
    """Print the report for each share of moves."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=100_000)
    parser.add_argument("--days", type=int, default=1_000)
    parser.add_argument("--changes", type=int, nargs="+", default=[7, 30], help="percent of series that move in a day")
    chosen = parser.parse_args()
    for percent in chosen.changes:
        with tempfile.TemporaryDirectory(prefix="gpuhour-bench-") as folder:
            report(Size(chosen.series, chosen.days, percent), Path(folder))


if __name__ == "__main__":
    main()

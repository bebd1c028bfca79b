"""History files for tests of the import, and their published content."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.support.known import ASKED
from tests.support.worlds import rows
from warehouse.imports.import_file import Imported, check_name, land_file, only_importer
from warehouse.storage import connection
from warehouse.storage.state_dir import Home

GOOD = {
    "date": "2023-05-26", "provider": "aws", "region": "us-east-1", "zone": "", "instance": "p4d.24xlarge",
    "gpu_name_raw": "A100", "gpu_count": "8.0", "gpu_memory_gib": "40", "pricing_model": "on_demand",
    "price_usd_per_hour": "32.7726", "price_basis": "instance", "source_repo": "someone/prices",
    "source_commit": "c0ffee", "observed_at": "2023-05-26T14:42:06Z",
}  # fmt: skip


def row(**facts: str) -> dict[str, str]:
    return GOOD | facts


def text(table: Iterable[dict[str, str]], names: Iterable[str] = GOOD) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(names), extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    return out.getvalue()


def write(folder: Path, content: str | bytes, name: str = "history.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def land(home: Home, path: Path, name: str = "mine") -> Imported:
    with only_importer(home) as room:
        return land_file(home, path, check_name(home, name), room)


def read(home: Home, kind: str = "offers") -> list[dict[str, Any]]:
    with connection.in_memory() as con:
        return rows(con, f"from read_parquet('{home.landing / kind / '*' / '*.parquet'}') order by all")


def told(done: Imported) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.column, fault.reason) for fault, _ in done.faults]


def parquet(path: Path, select: str) -> Path:
    with connection.in_memory() as con:
        con.execute(f"copy ({select}) to '{connection.quoted(path)}' (format parquet)")
    return path


FIRST = date(2023, 5, 1)


def day(number: int) -> str:
    return (FIRST + timedelta(days=number)).isoformat()


def price(on: int, instance: str = "p3.2xlarge", usd: str = "3.06", **facts: str) -> dict[str, str]:
    """Return a row of the long format: one V100 on a day, except for the given facts."""
    return {
        "date": day(on), "provider": "aws", "region": "us-east-1", "instance": instance, "gpu_name_raw": "V100",
        "gpu_count": "1", "pricing_model": "on_demand", "price_usd_per_hour": usd, "price_basis": "instance",
        "source_repo": "someone/prices", "source_commit": f"c{on:03}",
    } | facts  # fmt: skip


def table(folder: Path, name: str, rows: list[dict[str, str]]) -> Path:
    path = folder / name
    path.write_text(text(rows, price(0)))
    return path


def published(home: Home, asked: tuple[str, ...] = ("intervals", "changes", "history", "health")) -> dict[str, Any]:
    """Return the published history as a reader sees it."""
    with connection.published(home) as con:
        return {name: con.execute(ASKED[name]).fetchall() for name in asked}


def days_of_prices(n_days: int) -> Iterator[list[dict[str, str]]]:
    """Return the rows of each day: prices that stay, move, jump, are zero, come and go."""
    chance = random.Random(3)
    for on in range(n_days):
        rows = [price(on), price(on, "p3.8xlarge", f"{12 + on // 9}.24", gpu_count="4")]
        rows.append(price(on, "g4dn.xlarge", chance.choice(["0.526", "0.526", "0", "", "0.052"]), gpu_name_raw="T4"))
        rows += [price(on, "p2.xlarge", "0.90", gpu_name_raw="K80")] * (on % 5 > 1)
        rows.append(price(on, "p3.2xlarge", f"0.9{chance.randrange(10)}", pricing_model="spot"))
        yield rows

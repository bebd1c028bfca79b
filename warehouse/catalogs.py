"""Turns what public catalogs say now into the long format, so that they land, and are judged, as any import is."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ijson

from scrapers.model import Page
from warehouse import skypilot
from warehouse.connection import Connection, DatabaseError, quoted, roomy
from warehouse.csv_lines import Unreadable
from warehouse.names import provider_slug

SOURCE = "crosscheck"  # heads the sources of all that lands from catalogs
_LARGEST = 512 * 1024 * 1024  # bytes of an unpacked catalog
_REPOS = {"gpuhunt": "dstackai/gpuhunt", "skypilot": skypilot.REPO, "ec2instances": "vantage-sh/ec2instances.info"}
_GPUHUNT = ("instance_name", "location", "price", "gpu_count", "gpu_name", "gpu_memory", "spot")
# ec2instances: no upfront, of the standard class; others are derived from what is paid at once.
_RESERVED = {"reserved_1y": "yrTerm1Standard.noUpfront", "reserved_3y": "yrTerm3Standard.noUpfront"}


def read(pages: list[Page], room: Path) -> tuple[Path | None, list[str]]:
    """Write what the catalogs' pages state as Parquet of the long format into `room`.

    `page.provider` is the catalog, `page.source` the cloud as it calls it. Returns the file (None: nothing stated) and
    what could not be read, each with its reason.
    """
    unreadable = []
    with roomy(room) as con:
        con.execute(skypilot.LONG)
        for page in pages:
            try:
                _READERS[page.provider](con, page, room)
            except (Unreadable, DatabaseError, ijson.JSONError, zipfile.BadZipFile) as wrong:
                unreadable.append(f"{page.provider}: {page.url}: {str(wrong).splitlines()[0]}")
        file = room / "catalogs.parquet"
        con.execute(f"copy (from long order by all) to '{quoted(file)}' (format parquet, compression zstd)")
        has_rows = con.execute("select count(*) from long").fetchall() != [(0,)]
    return file if has_rows else None, unreadable


def _skypilot(con: Connection, page: Page, room: Path) -> None:
    (room / "vms.csv").write_bytes(page.read())
    listing = skypilot.Listing(page.sha256, page.captured_at, provider_slug(page.source), "")
    skypilot.add_listing(con, room / "vms.csv", listing)


def _gpuhunt(con: Connection, page: Page, room: Path) -> None:
    data = page.read()
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            name = next((n for n in packed.namelist() if n.endswith(".csv")), None)
            if name is None or packed.getinfo(name).file_size > _LARGEST:
                raise Unreadable("holds no CSV, or one of more than half a gigabyte")
            data = packed.read(name)
    rows = csv.DictReader(io.StringIO(data.decode("utf-8", "replace")))
    if missing := [n for n in _GPUHUNT if n not in (rows.fieldnames or ())]:
        raise Unreadable(f"has no column {', '.join(missing)}")
    _insert(con, page, room, _of_gpuhunt(rows, provider_slug(page.source)))


def _of_gpuhunt(rows: csv.DictReader[str], cloud: str) -> Iterator[dict[str, str]]:
    for row in rows:
        if not row["gpu_name"]:
            continue
        # Google's offers are told by zone. A list price holds for the region, a spot price is stated by zone.
        region, is_spot = row["location"], row["spot"] == "True"
        zone = region if cloud == "gcp" and is_spot else ""
        yield {
            "provider": cloud, "region": region.rpartition("-")[0] if cloud == "gcp" else region, "zone": zone,
            "instance": row["instance_name"], "gpu_name_raw": row["gpu_name"], "gpu_count": row["gpu_count"],
            "gpu_memory_gib": row["gpu_memory"], "price_usd_per_hour": row["price"],
            "pricing_model": "spot" if is_spot else "on_demand",
        }  # fmt: skip


def _ec2instances(con: Connection, page: Page, room: Path) -> None:
    with page.open() as stream:
        _insert(con, page, room, _of_ec2instances(ijson.items(stream, "item", use_float=False)))


def _of_ec2instances(machines: Iterator[dict[str, Any]]) -> Iterator[dict[str, str]]:
    for machine in machines:
        if not machine.get("GPU") or not machine.get("GPU_model"):
            continue
        # Printed memory is of all GPUs; what the instance type is decides, as for Amazon's own list.
        thing = {"provider": "aws", "instance": machine["instance_type"], "gpu_name_raw": machine["GPU_model"],
                 "gpu_count": str(machine["GPU"])}  # fmt: skip
        for region, prices in machine.get("pricing", {}).items():
            of_linux = prices.get("linux", {})
            stated = {"on_demand": of_linux.get("ondemand"), "spot": of_linux.get("spot_avg")}
            stated |= {model: of_linux.get("reserved", {}).get(term) for model, term in _RESERVED.items()}
            for model, price in stated.items():
                if price and price != "N/A":
                    yield thing | {"region": region, "pricing_model": model, "price_usd_per_hour": str(price)}


def _insert(con: Connection, page: Page, room: Path, rows: Iterator[dict[str, str]]) -> None:
    names = [name for name, *_ in con.execute("describe long").fetchall()]
    told = dict.fromkeys(names, "") | {
        "date": page.captured_at.date().isoformat(), "observed_at": page.captured_at.isoformat(),
        "price_basis": "instance", "source_repo": _REPOS[page.provider], "source_commit": page.sha256[:40],
    }  # fmt: skip
    file = room / "rows.csv"
    with file.open("w", newline="", encoding="utf-8") as stream:
        out = csv.DictWriter(stream, names, lineterminator="\n", quoting=csv.QUOTE_ALL)
        out.writerows(told | row for row in rows)
    if not file.stat().st_size:
        raise Unreadable("lists no machine with a GPU")
    columns = ", ".join(f"'{name}': 'varchar'" for name in names)
    options = "auto_detect = false, header = false, delim = ',', quote = '\"', escape = '\"', new_line = '\\n'"
    scan = f"read_csv('{quoted(file)}', columns = {{{columns}}}, {options})"
    con.execute(f"insert into long select distinct * from {scan}")  # noqa: S608 -- a file and names of ours


_READERS: dict[str, Callable[[Connection, Page, Path], None]] = {
    "gpuhunt": _gpuhunt, "skypilot": _skypilot, "ec2instances": _ec2instances,
}  # fmt: skip

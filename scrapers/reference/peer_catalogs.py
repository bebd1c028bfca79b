"""Public catalogs that others compile from the same providers: independent readings to compare ours with."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

import ijson

from scrapers.model import LayoutError, Offer, Page, Provider, Request
from scrapers.parsing.json_stream import bounded

_GPUHUNT = "https://dstack-gpu-pricing.s3.eu-west-1.amazonaws.com/v3"
_SKYPILOT = "https://raw.githubusercontent.com/skypilot-org/skypilot-catalog/master/catalogs/v8"
_MAX_BYTES = 512 * 1024 * 1024  # ec2instances lists every instance type in every region
_COLUMNS = ("instance_name", "location", "price", "gpu_count", "gpu_name", "gpu_memory", "spot")
# ec2instances: no upfront, of the standard class; others are derived from what is paid at once.
_RESERVED = {"reserved_1y": "yrTerm1Standard.noUpfront", "reserved_3y": "yrTerm3Standard.noUpfront"}


def _no_offers(_: Page) -> Iterable[Offer]:
    """Return nothing: catalogs are compared, never published as a provider's own prices (see `catalog_rows`)."""
    return ()


def _catalog(slug: str, name: str, requests: tuple[Request, ...]) -> Provider:
    return Provider(slug, name, requests, _no_offers, access="public files", publishes="a reading of others' prices")


# source: the cloud, as the catalog names it.
GPUHUNT = _catalog(
    "gpuhunt",
    "gpuhunt (dstack)",
    tuple(
        Request(f"{_GPUHUNT}/{cloud}/latest/catalog.zip", cloud, max_bytes=_MAX_BYTES)
        for cloud in ("aws", "azure", "gcp", "oci", "lambdalabs", "nebius", "runpod", "verda", "cloudrift")
    ),
)
SKYPILOT = _catalog(
    "skypilot",
    "SkyPilot catalog",
    tuple(
        Request(f"{_SKYPILOT}/{cloud}/vms.csv", cloud, max_bytes=_MAX_BYTES)
        for cloud in ("aws", "azure", "gcp", "oci", "lambda", "nebius", "runpod", "cudo", "do", "paperspace")
    ),
)
EC2INSTANCES = _catalog(
    "ec2instances",
    "ec2instances.info",
    (Request("https://instances.vantage.sh/instances.json", "aws", max_bytes=_MAX_BYTES, timeout=300),),
)
ALL = (GPUHUNT, SKYPILOT, EC2INSTANCES)


def catalog_rows(page: Page) -> Iterator[dict[str, str]] | None:
    """Return a row per machine with a GPU, in columns of the long format of `gpuhour import`.

    None for a vms.csv of SkyPilot's, which is read like those of its repository. Raises LayoutError, at the latest
    while the rows are consumed.
    """
    if page.provider == SKYPILOT.slug:
        return None
    return _of_gpuhunt(page) if page.provider == GPUHUNT.slug else _of_ec2instances(page)


def _of_gpuhunt(page: Page) -> Iterator[dict[str, str]]:
    rows = csv.DictReader(io.StringIO(_unpacked(page).decode("utf-8", "replace")))
    if missing := [n for n in _COLUMNS if n not in (rows.fieldnames or ())]:
        raise LayoutError(page, f"a column {', '.join(missing)}", ", ".join(rows.fieldnames or ()))
    for row in rows:
        if not row["gpu_name"]:
            continue
        # Google's offers are listed by zone. A list price holds for the region, a spot price is stated by zone.
        region, is_spot, is_zonal = row["location"], _is_true(page, row["spot"]), page.source == "gcp"
        yield {
            "region": region.rpartition("-")[0] if is_zonal else region, "zone": region if is_zonal and is_spot else "",
            "instance": row["instance_name"], "gpu_name_raw": row["gpu_name"], "gpu_count": row["gpu_count"],
            "gpu_memory_gib": row["gpu_memory"], "price_usd_per_hour": row["price"],
            "pricing_model": _pricing_model(row, is_spot),
        }  # fmt: skip


def _is_true(page: Page, text: str) -> bool:
    """Read a boolean in either case. Raises LayoutError for anything else: spot would pass for on demand."""
    if (word := text.strip().lower()) not in ("true", "false"):
        raise LayoutError(page, "true or false in column spot", text)
    return word == "true"


def _pricing_model(row: dict[str, str], is_spot: bool) -> str:
    """Return the pricing model: some offers are on demand in gpuhunt's columns and something else by their flags."""
    flags = set((row.get("flags") or "").split())
    data = (row.get("provider_data") or "").replace(" ", "")
    if "gcp-dws-calendar-mode" in flags or '"is_dws_calendar_mode":true' in data:
        return "dws_calendar"
    if "runpod-cluster" in flags or '"pod_counts":' in data:
        return "reserved"  # several machines at once, under a contract of its own
    return "spot" if is_spot else "on_demand"


def _unpacked(page: Page) -> bytes:
    data = page.read()
    if data[:2] != b"PK":
        return data
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            wanted = f"{page.source}.csv"  # another cloud's prices must not pass for this one's
            name = next(n for n in packed.namelist() if n.rpartition("/")[2] == wanted)
            if packed.getinfo(name).file_size > _MAX_BYTES:
                raise LayoutError(page, "a catalog of at most half a gigabyte", name)
            return packed.read(name)
    except (zipfile.BadZipFile, StopIteration) as broken:
        raise LayoutError(page, f"a whole zip file with {page.source}.csv in it", str(broken)) from broken


def _of_ec2instances(page: Page) -> Iterator[dict[str, str]]:
    with bounded(page) as stream:
        try:
            for machine in ijson.items(stream, "item", use_float=False):
                if machine.get("GPU") and machine.get("GPU_model"):
                    yield from _prices(machine)
        except (ijson.JSONError, AttributeError, KeyError, TypeError) as broken:
            raise LayoutError(page, "a list of machines with their prices by region", repr(broken)) from broken


def _prices(machine: dict[str, Any]) -> Iterator[dict[str, str]]:
    # Printed memory is of all GPUs; what the instance type is decides, as for Amazon's own list.
    machine_columns = {
        "instance": machine["instance_type"],
        "gpu_name_raw": machine["GPU_model"],
        "gpu_count": str(machine["GPU"]),
    }
    for region, prices in machine.get("pricing", {}).items():
        of_linux = prices.get("linux", {})
        prices_by_model = {"on_demand": of_linux.get("ondemand"), "spot": of_linux.get("spot_avg")}
        prices_by_model |= {model: of_linux.get("reserved", {}).get(term) for model, term in _RESERVED.items()}
        for model, price in prices_by_model.items():
            if price and price != "N/A":
                yield machine_columns | {"region": region, "pricing_model": model, "price_usd_per_hour": str(price)}

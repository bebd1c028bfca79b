"""Answers of 2026 in layouts that no parser was first written from: every row that a right reader finds, and no other.

Skipped where the reference material is absent.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest.parse_file import OFFER_COLUMNS, parse_file
from tests.support.keyed_captures import compare, key_rows

Shared = Callable[[str], Path]
KEYED = {
    "captures-newer": (
        "fluidstack/2025-01-09_pricing.html", "azure/2026-08-22_retail_items.json", "runpod/2026-08_gputypes.json", "voltagepark/2026-08_presets.json",
    ),
    "pages": (
        "jarvislabs/2022-04-11_course_guide.html", "thundercompute/2026-06_pricing.json",
        "yottalabs/2026-06-14_pricing_table.html",
    ),
}  # fmt: skip
# Counted by eye in the files themselves; of each, one row: instance, GPU, count, model, price, USD per GPU-hour.
COUNTED: dict[str, tuple[int, tuple[object, ...]]] = {
    "denvr/2026-06_configurations.json": (1, ("A100_80GB_SXM_1x", "A100", 1, "on_demand", "1.35", "1.35")),
    "e2e/2026-08-22_pricing_us.html": (40, ("NVIDIA H200", "H200", 1, "reserved", "29608.80", "3.38")),
    "hotaisle/2026-06-13_api_vm_available.json": (2, ("2x AMD MI300X 26 cores", "MI300X", 2, "on_demand", "3.98", "1.99")),
    "huggingface/2026-05-19_endpoints_pricing.html": (38, ("gcp nvidia-h100 x8", "H100", 8, "on_demand", "80", "10")),
    "huggingface/2026-08_jobs_pricing.html": (22, ("Nvidia A100 - large", "A100", 1, "on_demand", "2.5", "2.5")),
    "jarvislabs/2026-06_server_meta_inr.json": (5, ("L4", "L4", 1, "on_demand", "41.31", None)),
    "lium/2026-08-22_executors.json": (17, ("NVIDIA H200 b37a337d spot", "H200", 8, "spot", "3.1", "3.1")),
    "massedcompute/2026-06_inventory.json": (2, ("gpu_2x_h100", "H100", 2, "on_demand", "5.46", "2.73")),
    "primeintellect/2025-12_availability.json": (8, ("runpod NVIDIA H100 PCIe", "H100", 1, "on_demand", "2.4068", "2.4068")),
    "salad/2026-06_gpu_classes.json": (
        4, ("RTX 4080 (16 GB) community batch priority", "RTX 4080", 1, "spot", "0.11", "0.11")),
    "scaleway/2026-07-30_fr-par-1_servers_page1.json": (4, ("L4-8-24G", "L4", 8, "on_demand", "6.3", "0.90")),
    "scaleway/2026-07-30_fr-par-1_servers_page3.json": (1, ("RENDER-S", "P100", 1, "on_demand", "1.221", "1.39")),
    "voltagepark/2026-08-22_locations.json": (2, ("h100-sxm5-80gb infiniband", "H100", 1, "on_demand", "2.49", "2.49")),
}  # fmt: skip
SHOWN = ("instance", "gpu", "gpu_count", "pricing_model", "price", "usd_per_gpu_hour")


def parsed(provider: str, path: Path) -> tuple[list[dict[str, Any]], str]:
    reading = parse_file(provider, path)
    remarks = [*filter(None, [reading.remark]), *reading.account.faults] if "currency" not in reading.remark else []
    return [dict(zip(OFFER_COLUMNS, row, strict=True)) for row in reading.offers()], "; ".join(remarks)


@pytest.mark.parametrize(("folder", "name"), [(folder, name) for folder, names in KEYED.items() for name in names])
def test_rows_are_those_of_the_key(folder: str, name: str, shared: Shared) -> None:
    provider, _, file = name.partition("/")
    page = shared(f"{folder}/{'captures/' if folder == 'pages' else ''}{name}")
    absent, surplus = compare(key_rows(shared(f"{folder}/expected/{provider}__{file}.csv")), parsed(provider, page)[0])
    assert not absent and not surplus


@pytest.mark.parametrize("name", COUNTED)
def test_answers_without_a_key_were_counted_by_eye(name: str, shared: Shared) -> None:
    count, expected = COUNTED[name]
    rows = parsed(name.partition("/")[0], shared(f"captures-newer/{name}"))[0]
    assert len(rows) == count
    assert all(row["gpu"] and row["gpu_count"] and row["price"] for row in rows)
    assert tuple(None if v is None else str(v) for v in expected) in {
        tuple(None if row[column] is None else _plain(row, column, expected) for column in SHOWN) for row in rows
    }


def _plain(row: dict[str, Any], column: str, expected: tuple[object, ...]) -> str:
    """Return a cell as it is written in the table above, with as many decimals."""
    cell, written = row[column], str(expected[SHOWN.index(column)])
    if not isinstance(cell, Decimal):
        return str(cell)
    places = len(written.partition(".")[2]) if written != "None" else 6
    return f"{cell:.{places}f}"


@pytest.mark.parametrize(
    ("name", "n_rows", "remark"),
    [
        ("jarvis_inr.json", 1, ""),
        ("lium_base.json", 0, "1 offers without a price not shown"),
        ("prime_page.json", 1, "partial: 1 of 900"),
        ("hf_gpus_column.html", 2, ""),
        ("e2e_two_sources.html", 4, ""),
    ],
)
def test_cases(name: str, n_rows: int, remark: str, shared: Shared) -> None:
    provider = {"jarvis": "jarvislabs", "prime": "primeintellect", "hf": "huggingface"}
    slug = name.partition("_")[0]
    rows, part = parsed(provider.get(slug, slug), shared(f"cases/pages/{name}"))
    assert (len(rows), part) == (n_rows, remark)
    if name == "jarvis_inr.json":
        assert (rows[0]["price"], rows[0]["currency"], rows[0]["usd_per_gpu_hour"]) == (250, None, None)

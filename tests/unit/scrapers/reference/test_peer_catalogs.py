"""What gpuhunt's own writer puts into its columns, read as what each offer is."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest

from scrapers.model import LayoutError, Page
from scrapers.reference.peer_catalogs import catalog_rows

COLUMNS = ("instance_name", "location", "price", "cpu", "memory", "gpu_count", "gpu_name", "gpu_memory", "spot",
           "disk_size", "gpu_vendor", "flags", "cpu_arch", "provider_data")  # fmt: skip


def catalog(*offers: dict[str, Any]) -> str:
    text = io.StringIO()
    rows = csv.DictWriter(text, COLUMNS)
    rows.writeheader()
    ordinary = {"instance_name": "a3-highgpu-8g", "location": "us-central1-a", "price": "88.25", "gpu_count": "8",
                "gpu_name": "H100", "gpu_memory": "80.0", "spot": "False", "provider_data": "{}"}  # fmt: skip
    rows.writerows(ordinary | offer for offer in offers)
    return text.getvalue()


def read(content: bytes, cloud: str = "gcp") -> list[dict[str, str]]:
    rows = catalog_rows(Page("gpuhunt", "file:///catalog", datetime(2026, 9, 20, tzinfo=UTC), cloud, content=content))
    assert rows is not None
    return list(rows)


@pytest.mark.parametrize(
    ("offer", "model"),
    [
        ({}, "on_demand"),
        ({"spot": "True"}, "spot"),
        ({"spot": "true"}, "spot"),
        ({"spot": "false"}, "on_demand"),
        ({"flags": "gcp-a4 gcp-dws-calendar-mode"}, "dws_calendar"),
        ({"provider_data": json.dumps({"is_dws_calendar_mode": True})}, "dws_calendar"),
        ({"provider_data": json.dumps({"is_dws_calendar_mode": False})}, "on_demand"),
        ({"flags": "runpod-cluster", "provider_data": json.dumps({"pod_counts": [2, 3]})}, "reserved"),
        ({"flags": "hotaisle-bm"}, "on_demand"),
    ],
)
def test_pricing_model_of_an_offer(offer: dict[str, Any], model: str) -> None:
    assert [row["pricing_model"] for row in read(catalog(offer).encode())] == [model]


def test_another_word_than_true_or_false_is_an_error() -> None:
    with pytest.raises(LayoutError, match="true or false"):
        read(catalog({"spot": "yes"}).encode())


def test_zip_holds_the_file_of_the_cloud_that_was_asked_for() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("aws.csv", catalog({"instance_name": "p5.48xlarge"}))
        archive.writestr("gcp.csv", catalog({}))
    assert [row["instance"] for row in read(packed.getvalue())] == ["a3-highgpu-8g"]
    with pytest.raises(LayoutError, match=r"runpod\.csv"):
        read(packed.getvalue(), "runpod")

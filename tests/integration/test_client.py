"""The Python client: its examples run, every filter filters, values are bound, and answers are lazy and typed."""

from __future__ import annotations

import doctest
import typing
from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import UsageError
from pipelines.queries import client
from pipelines.queries.client import Prices, open_prices
from pipelines.queries.client_filters import OfferFilters, SeriesFilters
from tests.conftest import Demo
from tests.integration.test_reader_matrix import install
from tests.support import worlds
from warehouse.storage.connection import NothingPublished


@pytest.fixture
def prices(demo: Demo) -> Iterator[Prices]:
    with open_prices(demo.home.published) as opened:
        yield opened


def test_examples(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPUHOUR_HOME", str(demo.home.root))
    failed, tried = doctest.testmod(client)
    assert not failed and tried > 10


# Each filter, a value, and what must hold for each row that it leaves.
FILTERS: dict[str, tuple[Any, Callable[[dict[str, Any]], bool]]] = {
    "gpu": (["A100 SXM 40GB", "T4"], lambda row: row["gpu"] == "T4" or (row["gpu"], row["form_factor"], row["gpu_memory_gb"]) == ("A100", "SXM", 40)),
    "vendor": ("amd", lambda row: row["vendor"] == "AMD"),
    "min_memory_gb": (80, lambda row: row["gpu_memory_gb"] >= 80),
    "max_memory_gb": (16, lambda row: row["gpu_memory_gb"] <= 16),
    "min_count": (8, lambda row: row["gpu_count"] >= 8),
    "max_count": (Decimal("0.5"), lambda row: row["gpu_count"] <= Decimal("0.5")),
    "min_total_memory_gb": (1000, lambda row: row["gpu_memory_gb"] * row["gpu_count"] >= 1000),
    "max_total_memory_gb": (24, lambda row: row["gpu_memory_gb"] * row["gpu_count"] <= 24),
    "min_compute_capability": ("9.0", lambda row: row["gpu"] not in ("A100", "V100", "T4", "L40S", "MI300X")),
    "max_compute_capability": ("7.5", lambda row: row["gpu"] in ("K80", "M60", "P100", "P40", "P4", "V100", "T4")),
    "provider": (["Lambda Labs", "aws"], lambda row: row["provider"] in ("lambda", "aws")),
    "region": ("us-east", lambda row: "us-east" in f"{row['region']} {row['region_id']}".lower()),
    "country": ("United States", lambda row: row["country"] == "US"),
    "continent": ("europe", lambda row: row["continent"] == "Europe"),
    "spot": (True, lambda row: row["pricing_model"] == "spot"),
    "pricing_model": ("On-Demand", lambda row: row["pricing_model"] == "on_demand"),
    "term_months": (12, lambda row: row["term_months"] == 12),
    "min_vcpus": (64, lambda row: row["vcpus"] >= 64),
    "max_vcpus": (8, lambda row: row["vcpus"] <= 8),
    "min_ram_gb": (500, lambda row: row["ram_gb"] >= 500),
    "max_ram_gb": (100, lambda row: row["ram_gb"] <= 100),
    "min_disk_gb": (1000, lambda row: row["local_disk_gb"] >= 1000),
    "max_disk_gb": (1000, lambda row: row["local_disk_gb"] <= 1000),
    "min_usd_per_hour": (20, lambda row: row["usd_per_gpu_hour"] * row["gpu_count"] >= 20),
    "max_usd_per_hour": (1, lambda row: row["usd_per_gpu_hour"] * row["gpu_count"] <= 1),
    "min_usd_per_gpu_hour": (4, lambda row: row["usd_per_gpu_hour"] >= 4),
    "max_usd_per_gpu_hour": (0.5, lambda row: row["usd_per_gpu_hour"] <= Decimal("0.5")),
    "interconnect": ("INFINI", lambda row: "infini" in row["interconnect"].lower()),
    "available": (True, lambda row: row["availability"] not in ("sold_out", "waitlist")),
}  # fmt: skip


@pytest.mark.parametrize("name", FILTERS)
def test_each_filter(prices: Prices, name: str) -> None:
    value, holds = FILTERS[name]
    rows: list[Any] = prices.offers(**{name: value}).rows()
    everything = prices.offers().rows()
    assert rows and all(holds(row) for row in rows), name
    assert len(rows) < len(everything)
    left_out = [dict(row) for row in everything if row not in rows]
    for row in left_out:  # and nothing that holds is left out, but what is unknown
        with suppress(TypeError, AttributeError):
            assert not holds(row) or "compute_capability" in name, (name, row)


def test_every_filter_is_tested() -> None:
    assert FILTERS.keys() == typing.get_type_hints(OfferFilters).keys()


@pytest.mark.parametrize("ask", ["history", "changes", "cost"])
def test_filters_of_other_questions(prices: Prices, ask: str) -> None:
    job: dict[str, Any] = {"gpus": 1, "hours": 1} if ask == "cost" else {}
    for name in typing.get_type_hints(SeriesFilters):
        rows = getattr(prices, ask)(**job, **{name: FILTERS[name][0]}).rows()
        assert isinstance(rows, list), name
    with pytest.raises(TypeError, match="no filter min_vcpus; there are"):
        getattr(prices, ask)(**job, min_vcpus=4)


@pytest.mark.parametrize("evil", ["'; drop table x; --", "$gpu", "\x00", "?"])
def test_values_are_bound(prices: Prices, evil: str) -> None:
    for name in ("gpu", "provider", "region", "vendor", "interconnect"):
        wanted: dict[str, Any] = {name: evil}
        assert not prices.offers(**wanted).rows(), name


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # DuckDB makes the frame as older pandas wanted it
def test_answers(prices: Prices) -> None:
    answer = prices.offers(gpu="H100", spot=False)
    rows = answer.rows()
    assert rows == answer.rows() and [row["usd_per_gpu_hour"] for row in rows] == sorted(
        row["usd_per_gpu_hour"] for row in rows
    )
    assert set(rows[0]) == set(client.PriceRow.__annotations__) and isinstance(rows[0]["usd_per_gpu_hour"], Decimal)
    frame = answer.pandas()
    assert len(frame) == len(rows) and list(frame.columns) == list(rows[0])
    spot = prices.changes(kind="new", since="2026-09-20", until="2026-09-20", spot=True).rows()
    assert all(row["pricing_model"] == "spot" and str(row["changed_on"]) == "2026-09-20" for row in spot)


def test_polars_if_installed(prices: Prices) -> None:
    pytest.importorskip("polars")
    answer = prices.offers(gpu="H100")
    frame, rows = answer.polars(), answer.rows()
    assert frame.height == len(rows) and frame["usd_per_gpu_hour"].to_list() == [
        row["usd_per_gpu_hour"] for row in rows
    ]


ARROW = """
import sys
from pipelines.queries.client import open_prices
with open_prices(sys.argv[1]) as prices:
    answer = prices.offers(gpu="H100")
    print(answer.arrow().num_rows, len(answer.rows()))
"""


@pytest.mark.extras  # nothing that the rest needs brings pyarrow
def test_arrow(demo: Demo, common_tmp: Path) -> None:
    folder = install({}, common_tmp, "pyarrow")
    done = worlds.python(ARROW, demo.home.published, PYTHONPATH=str(folder))
    assert done.returncode == 0, done.stderr
    n_arrow, n_rows = map(int, done.stdout.split())
    assert n_arrow == n_rows > 10


def test_refusals(prices: Prices, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="unknown pricing model 'sopt'"):
        prices.offers(pricing_model="sopt")
    with pytest.raises(UsageError, match="unknown country"):
        prices.offers(country="Atlantis")
    with pytest.raises(ValueError, match="no compute capability"):
        prices.offers(min_compute_capability="ampere")
    with pytest.raises(FileNotFoundError):
        open_prices(tmp_path / "none.duckdb")
    monkeypatch.setenv("GPUHOUR_HOME", str(tmp_path))
    with pytest.raises(NothingPublished):
        open_prices()
    with pytest.raises(Exception, match="disabled"):
        prices.sql("from read_csv('/etc/passwd')").rows()


def test_opening_imports_neither_pandas_nor_dagster(demo: Demo) -> None:
    done = worlds.python(
        "import sys; from pipelines.queries.client import open_prices\n"
        "with open_prices(sys.argv[1]) as prices: prices.offers().sql\n"
        "print(sorted({'pandas', 'polars', 'pyarrow', 'dagster'} & set(sys.modules)))",
        demo.home.published,
    )
    assert done.stdout.strip() == "[]", done.stderr

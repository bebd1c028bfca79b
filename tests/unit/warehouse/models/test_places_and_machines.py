"""What v1 says of an offer's place and machine: as printed, as known, or NULL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from scrapers.model import Offer
from tests.support.worlds import built, offer, put, rows, seen
from warehouse.storage.connection import Connection
from warehouse.storage.state_dir import Home

# Days ago, not dates: a home with an import follows the clock.
TODAY, YESTERDAY = ((datetime.now(UTC) - timedelta(days=n)).date().isoformat() for n in (1, 2))


def machine(instance: str, price: str = "4", **facts: object) -> Offer:
    return offer(price, instance=instance, price_unit="instance_hour", **facts)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    home = Home(tmp_path_factory.mktemp("places"))
    stated = machine("stated", vcpus=Decimal(30), ram_gb=Decimal(120), interconnect="infiniband", region="Paris")
    put(
        home,
        seen(YESTERDAY, [stated], provider="lambda", origin="recorded"),
        seen(TODAY, [machine("stated", vcpus=Decimal(60), region="Paris"), machine("silent", region="global")],
             provider="lambda", origin="recorded"),
        seen(TODAY, [machine("a2-highgpu-1g", gpu_label="", region="us-central1-a"),
                            machine("part", "0.5", gpu_label="A100 80GB 1g.10gb", region="US, Canada")], provider="gcp", origin="recorded"),
        seen(TODAY, [machine("file", source="mine", region="global")], provider="acme", origin="imported", source="mine"),
    )  # fmt: skip
    with built(home, "v1.offers_latest", "v1.prices_as_of") as con:
        yield con


def found(con: Connection, instance: str) -> dict[str, object]:
    (row,) = rows(con, "from v1.offers_latest where instance = ?", instance)
    return row


def test_place_is_resolved_and_unstated_is_null(published: Connection) -> None:
    assert {i: tuple(found(published, i)[c] for c in ("region", "region_id", "country", "continent"))
            for i in ("stated", "silent", "a2-highgpu-1g", "part", "file")} == {
        "stated": ("Paris", "paris", "FR", "Europe"),
        "silent": (None, None, None, None),  # parsers write "global" where a page names no region
        "a2-highgpu-1g": ("us-central1-a", "us-central1", "US", "North America"),
        "part": ("US, Canada", "us-canada", None, None),
        "file": ("global", "global", None, None),  # the file prints it
    }  # fmt: skip


def test_machine_is_as_the_newest_scrape_states_it_or_as_the_table_knows_it(published: Connection) -> None:
    facts = ("vcpus", "ram_gb", "interconnect", "is_floor", "product")
    assert tuple(found(published, "stated")[c] for c in facts) == (60, None, None, False, None)
    assert tuple(found(published, "a2-highgpu-1g")[c] for c in facts) == (12, 85, None, False, None)
    assert tuple(found(published, "silent")[c] for c in facts) == (None, None, None, False, None)
    assert rows(published, f"select vcpus from v1.prices_as_of('{TODAY}') where instance = 'stated'") == [{"vcpus": 60}]


def test_price_of_a_part_is_per_whole_gpu(published: Connection) -> None:
    row = found(published, "part")
    assert (row["gpu_count"], row["usd_per_gpu_hour"]) == (Decimal("0.125"), 4)

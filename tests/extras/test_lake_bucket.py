"""A lake with its files in a bucket: the same rows, and what it says where the bucket cannot be used."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import duckdb
import pytest

from tests.support import published_hash, s3_server, worlds
from tests.support.worlds import offer, seen
from warehouse.publish import release
from warehouse.storage import lake_copy
from warehouse.storage.lake_objects import ObjectsError
from warehouse.storage.state_dir import Home, Lake

NEEDS = "needs the extra lake: uv pip install -r pyproject.toml --extra lake"
pytestmark = [pytest.mark.extras, pytest.mark.skipif(find_spec("boto3") is None, reason=NEEDS)]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """The address of a server that answers as S3 does, in the environment as boto3 reads it."""
    with s3_server.running() as address, pytest.MonkeyPatch.context() as patch:
        for name, value in (s3_server.CREDENTIALS | {"AWS_ENDPOINT_URL": address}).items():
            patch.setenv(name, value)
        yield address


def test_a_bucket_shows_what_a_file_shows(endpoint: str, address: str, tmp_path: Path) -> None:
    import boto3

    boto3.client("s3").create_bucket(Bucket="prices", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    lake = Lake(address, "s3://prices/some/place")
    first, second, alone = Home(tmp_path / "first", lake), Home(tmp_path / "second", lake), Home(tmp_path / "alone")
    with worlds.prices_only():
        for day, builder in (("2026-01-05", second), ("2026-01-06", first)):
            for home in (first, alone):
                worlds.put(home, seen(day, [offer(f"2.{day[-1]}")]), seen(day, [offer("3.00")], provider="aws"))
            lake_copy.hand_over_all(first, lake)
            release.build_and_publish(builder)
            release.build_and_publish(alone)
            expected = published_hash.of_file(alone.published, published_hash.OF_THE_SCRAPE)
            with duckdb.connect() as con:
                con.execute("load ducklake; load postgres; load httpfs")
                con.execute(
                    "create secret (type s3, key_id 'key', secret 'x', region 'eu-central-1', url_style 'path', "
                    f"endpoint '{endpoint.removeprefix('http://')}', use_ssl false)"
                )
                con.execute(f"attach 'ducklake:postgres:{lake.catalog}' as it (read_only)")
                assert published_hash.of_database(con, "it", published_hash.OF_THE_SCRAPE) == expected
                assert con.execute("select count(*) from it.landing.offers").fetchall()[0][0] == 2 * int(day[-1]) - 8
    stored = [one["Key"] for one in boto3.client("s3").list_objects_v2(Bucket="prices")["Contents"]]
    assert {key.split("/")[2] for key in stored} == {"landing", "published", "tables"}


def test_it_says_what_is_wrong(endpoint: str, address: str, tmp_path: Path) -> None:
    home = Home(tmp_path / "home", Lake(address, "s3://nowhere"))
    worlds.put(home, seen("2026-01-05", [offer("2.00")]))
    with pytest.raises(ObjectsError, match=r"s3://nowhere: .*bucket does not exist.*Check GPUHOUR_LAKE_FILES"):
        release.build_and_publish(home)
    assert not home.published.exists()

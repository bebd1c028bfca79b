"""Scrapes on Celery workers with Redis, Postgres and a lake: the same rows as one machine, whoever is killed meanwhile."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.support import lake_fleet, published_hash, redis_server, worlds
from tests.support.lake_fleet import Fleet
from tests.support.postgres_server import PostgresServer
from tests.support.published_hash import OF_THE_SCRAPE, Hashes
from warehouse.storage.state_dir import Lake

NEEDS = "needs the extra lake: uv pip install -r pyproject.toml --extra lake"
pytestmark = [pytest.mark.extras, pytest.mark.skipif(find_spec("dagster_celery") is None, reason=NEEDS)]

SOURCES = ("civo", "crusoe", "deepinfra", "hyperstack", "latitude", "verda")
MakeFleet = Callable[..., Fleet]


@pytest.fixture(scope="session")
def broker() -> Iterator[str]:
    """The address of a Redis server."""
    with redis_server.running() as address:
        yield address


@pytest.fixture
def make_fleet(postgres: PostgresServer, broker: str, tmp_path: Path) -> Iterator[MakeFleet]:
    """make_fleet(…) -> an empty lake without workers."""
    import psycopg

    with ExitStack() as stack:

        def made(**settings: Any) -> Fleet:
            names = [f"{tmp_path.name}_{kind}".lower() for kind in ("lake", "runs")]
            with psycopg.connect(postgres.address("postgres"), autocommit=True) as con:
                for name in names:
                    con.execute(f'create database "{name}"')
            catalog, runs = map(postgres.address, names)
            lake = Lake(catalog, str(tmp_path / "lake"))
            runs = runs.replace("postgres://", "postgresql+psycopg2://")
            return stack.enter_context(lake_fleet.fleet(tmp_path, lake, broker, runs, SOURCES, **settings))

        yield made


NOTHING_SHARED = {"GPUHOUR_LAKE": "", "GPUHOUR_LAKE_FILES": "", "GPUHOUR_BROKER": "", "DAGSTER_HOME": ""}


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Hashes]:
    """alone() -> what one machine without lake and broker publishes of the same captures."""

    @cache
    def made() -> Hashes:
        root = tmp_path_factory.mktemp("alone")
        done = Fleet(root, Lake("", ""), "", "", SOURCES, extra=NOTHING_SHARED).refresh("home")
        assert done.returncode == 0, done.stderr
        return published_hash.of_file(root / "home" / "published.duckdb", OF_THE_SCRAPE)

    return made


def shown(lake: Lake) -> Hashes:
    with duckdb.connect() as con:
        con.execute("load ducklake; load postgres")
        con.execute(f"attach 'ducklake:postgres:{lake.catalog}' as it (read_only)")
        return published_hash.of_database(con, "it", OF_THE_SCRAPE)


def retried(fleet: Fleet) -> list[str]:
    import psycopg

    with psycopg.connect(fleet.run_history.replace("+psycopg2", "")) as con:
        query = "select step_key from event_logs where dagster_event_type = 'STEP_UP_FOR_RETRY' order by id"
        return [step for (step,) in con.execute(query).fetchall()]


@pytest.mark.parametrize("n_workers", [1, 4])
def test_workers_land_what_one_machine_does(make_fleet: MakeFleet, alone: Callable[[], Hashes], n_workers: int) -> None:
    fleet = make_fleet(latency=0.2)
    fleet.start(*(f"w{n}" for n in range(n_workers)))
    done = fleet.refresh("builder")
    assert done.returncode == 0, done.stderr
    landed = {path.parent.name for path in fleet.home("w0").landing.glob("pages/*/*")}
    assert landed == set(SOURCES) if n_workers == 1 else landed < set(SOURCES)
    assert shown(fleet.lake) == alone() and retried(fleet) == []
    archived = {path.parents[1].name for path in Path(fleet.lake.files).glob("pages/*/bodies/*")}
    assert archived == set(SOURCES)


@pytest.mark.parametrize("times", [1, 2])
def test_a_killed_worker_costs_its_own_provider_at_most(
    make_fleet: MakeFleet, alone: Callable[[], Hashes], times: int
) -> None:
    """Killed once, its step is done by another; killed twice, that provider failed, and all others are published."""
    fleet = make_fleet(hangs="hyperstack", times=times)
    fleet.start(*(f"w{n}" for n in range(times + 1)))
    killing = threading.Thread(target=fleet.kill_hanging)
    killing.start()
    done = fleet.refresh("builder")
    killing.join()
    assert retried(fleet) == ["landing__hyperstack"]
    if times == 1:
        assert done.returncode == 0, done.stderr
        assert shown(fleet.lake) == alone()
    else:
        assert done.returncode == 3 and "hyperstack: its worker w" in done.stderr and "is lost" in done.stderr
        assert "hyperstack failed; its last good prices are carried forward" in done.stderr
        (expected, _), (here, _) = alone()["v1.offers_latest"], shown(fleet.lake)["v1.offers_latest"]
        assert 0 < expected - here == _n_offers(fleet, "hyperstack")


def _n_offers(fleet: Fleet, slug: str) -> int:
    """Refresh on one machine without lake and broker, and count a provider's offers."""
    fleet.extra, fleet.hangs = NOTHING_SHARED, ""
    assert fleet.refresh("one").returncode == 0
    with duckdb.connect(str(fleet.root / "one" / "published.duckdb"), read_only=True) as con:
        (count,) = con.execute("select count(*) from v1.offers_latest where provider = ?", [slug]).fetchall()[0]
        return int(count)


def test_without_a_broker_nothing_of_celery_is_imported(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pipelines.definitions import defs\ndefs()\nprint([m for m in sys.modules if 'celery' in m])"
    )
    done = worlds.python(code, GPUHOUR_HOME=str(tmp_path))
    assert done.stdout.strip() == "['pipelines.defs.celery_workers']", done.stderr
    assert os.environ.get("GPUHOUR_BROKER") is None

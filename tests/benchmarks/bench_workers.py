"""Scrapes of slow sources by one worker and by four, and a whole refresh with a lake against one without.

Run with LATENCY=8 SOURCES=12 WORKERS="1 2 4": seconds before each answer, how many sources, and how many workers.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import pytest

from tests.support import lake_fleet, postgres_server, redis_server
from tests.support.lake_fleet import Fleet
from warehouse.storage.state_dir import Lake

SLUGS = (
    "civo", "crusoe", "cudo", "deepinfra", "e2e", "hyperstack", "latitude", "lightning", "linode", "nebius", "oracle",
    "verda", "vultr", "cloudrift", "fal", "hyperbolic",
)  # fmt: skip
NOTHING_SHARED = {"GPUHOUR_LAKE": "", "GPUHOUR_LAKE_FILES": "", "GPUHOUR_BROKER": "", "DAGSTER_HOME": ""}


def main() -> None:
    """Print one line a run."""
    latency, n_sources = float(os.environ.get("LATENCY", "8")), int(os.environ.get("SOURCES", "12"))
    counts = [int(count) for count in os.environ.get("WORKERS", "1 4").split()]
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            postgres_server.running() as postgres,
            redis_server.running() as broker,
        ):
            sources = SLUGS[:n_sources]
            file = Fleet(Path(folder, "file"), Lake("", ""), "", "", sources, latency, prices_only=False)
            file.root.mkdir()
            file.extra = NOTHING_SHARED
            print(f"one machine, no lake: refresh {_timed(file):.1f} s (latency {latency:g} s, {n_sources} sources)")
            for count in counts:
                _with_workers(Path(folder), postgres, broker, sources, latency, count)
    except pytest.skip.Exception as absent:
        print(f"left out: {absent}")


def _with_workers(
    folder: Path,
    postgres: postgres_server.PostgresServer,
    broker: str,
    sources: tuple[str, ...],
    latency: float,
    count: int,
) -> None:
    import psycopg

    names = [f"lake{count}", f"runs{count}"]
    with psycopg.connect(postgres.address("postgres"), autocommit=True) as con:
        for name in names:
            con.execute(f"create database {name}")
    catalog, runs = map(postgres.address, names)
    root = folder / f"workers{count}"
    history = runs.replace("postgres://", "postgresql+psycopg2://")
    parts = (root, Lake(catalog, str(root / "lake")), broker, history, sources, latency)
    with lake_fleet.fleet(*parts, prices_only=False) as fleet:
        fleet.start(*(f"w{n}" for n in range(count)))
        whole = _timed(fleet)
        with psycopg.connect(runs) as con:
            query = (
                "select extract(epoch from max(timestamp) - min(timestamp)) from event_logs where step_key like 'landing%' "
                "and dagster_event_type in ('STEP_START', 'STEP_SUCCESS', 'STEP_FAILURE')"
            )
            (scraping,) = con.execute(query).fetchall()[0]
    print(f"{count} workers and a lake: refresh {whole:.1f} s, of which scraping {float(scraping):.1f} s", flush=True)


def _timed(fleet: Fleet) -> float:
    start = time.monotonic()
    done = fleet.refresh("builder")
    assert done.returncode in (0, 3), done.stderr
    return time.monotonic() - start


if __name__ == "__main__":
    main()

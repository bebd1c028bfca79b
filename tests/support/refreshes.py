"""Refreshes of recorded pages for tests of faults: their first day, and the landed prices."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import dagster as dg
import pytest

from pipelines import in_process
from warehouse.engine import build
from warehouse.storage import connection
from warehouse.storage.state_dir import Home

FIRST = date(2026, 11, 2)


def history_in_memory(patch: pytest.MonkeyPatch) -> None:
    """Keep Dagster's run history in memory: a refresh then takes two thirds of the time."""

    @contextmanager
    def ephemeral(*_: Any) -> Iterator[dg.DagsterInstance]:
        with dg.DagsterInstance.ephemeral() as instance:
            yield instance

    patch.setattr(in_process, "instance", ephemeral)


def landed(home: Home) -> set[tuple[Any, ...]]:
    """Read every landed price from every file, by its identifying columns."""
    with connection.in_memory() as con:
        build.open_landing(con, home)
        pages = con.execute("select landing_id, url, captured_at, status from landing.pages").fetchall()
        offers = con.execute(
            "select landing_id, url, instance, region, pricing_model, price from landing.offers"
        ).fetchall()
    return {*pages, *offers}

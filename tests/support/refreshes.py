"""Refreshes of recorded pages for tests of faults: their first day, and the landed prices."""

from __future__ import annotations

from datetime import date
from typing import Any

from warehouse.engine import build
from warehouse.storage import connection
from warehouse.storage.state_dir import Home

FIRST = date(2026, 11, 2)


def landed(home: Home) -> set[tuple[Any, ...]]:
    """Read every landed price from every file, by its identifying columns."""
    with connection.in_memory() as con:
        build.open_landing(con, home)
        pages = con.execute("select landing_id, url, captured_at, status from landing.pages").fetchall()
        offers = con.execute(
            "select landing_id, url, instance, region, pricing_model, price from landing.offers"
        ).fetchall()
    return {*pages, *offers}

"""A small world of prices for the cost marts: one provider, two days, and rows that must not count."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.support.worlds import built, offer, put, rows, seen
from warehouse.engine import model_graph
from warehouse.storage.connection import Connection
from warehouse.storage.state_dir import Home

DAY1, DAY2 = "2026-03-05", "2026-03-06"
SERVER = {"gpu_label": "NVIDIA H100 SXM", "gpu_count": Decimal(8), "instance": "h8"}
OFFERS = [
    offer("2.00", instance="a1"),
    offer("3.00", **SERVER),
    offer("1.80", **SERVER, pricing_model="reserved", term_months=12),
    offer("0.30", gpu_label="NVIDIA A10", instance="a10"),
    offer("0.20", gpu_label="NVIDIA A10", instance="eighth", gpu_count=Decimal("0.125")),
    offer("0.10", gpu_label="NVIDIA A10", instance="part", price_scope="gpu_component"),
    offer("0.05", gpu_label="NVIDIA A10", instance="many", price_scope="offer_aggregate"),
    offer("1.00", gpu_label="TPU v5e", instance="tpu"),
]


def land(home: Home, factor: Decimal = Decimal(1)) -> Home:
    """Land two days of one provider; on the second, prices are multiplied by a factor."""
    later = [offer(str(o.price * factor), **_facts(o)) for o in OFFERS if o.price]
    put(home, *(seen(day, offers, origin="recorded") for day, offers in ((DAY1, OFFERS), (DAY2, later))))
    return home


def _facts(one: Any) -> dict[str, Any]:
    names = ("gpu_label", "instance", "gpu_count", "price_scope", "pricing_model", "term_months")
    return {name: getattr(one, name) for name in names}


@contextmanager
def priced(folder: Path) -> Iterator[Connection]:
    """Build a warehouse of these prices, a tenth lower on the second day, with every macro."""
    with built(land(Home(folder), Decimal("0.9"))) as con:
        for macro in model_graph.table_macros().values():
            con.execute(macro.sql)
        yield con


def one(con: Connection, query: str, *values: Any) -> dict[str, Any]:
    """Return the only row of a query."""
    (row,) = rows(con, query, *values)
    return row

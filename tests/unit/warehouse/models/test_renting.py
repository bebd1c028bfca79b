"""What can be rented: availability, the size of machines, and a network between them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from warehouse.engine import model_graph
from warehouse.storage.connection import Connection, in_memory


@pytest.fixture(scope="module")
def con() -> Iterator[Connection]:
    with in_memory() as opened:
        for statement in model_graph.macros():
            opened.execute(statement)
        yield opened


def why(con: Connection, call: str) -> str | None:
    text: str | None = con.execute(f"select {call}").fetchall()[0][0]
    return text


@pytest.mark.parametrize(("n", "count", "most", "unit", "availability", "reason"), [
    (1, 1, None, "instance_hour", "available", None),
    (8, 8, None, "instance_hour", "unknown", None),
    (2, 8, None, "instance_hour", None, None),
    (4, 6, None, "instance_hour", "unknown", "machines of 6: no server of 4"),
    (8, 1, None, "instance_hour", "unknown", "machines of 1: no server of 8"),
    (8, 1, None, "gpu_hour", "unknown", "priced per GPU: no machine of 8"),
    (8, 1, 8, "gpu_hour", "unknown", None),
    (8, 1, 4, "gpu_hour", "unknown", "priced per GPU: no machine of 8"),
    (1, 8, None, "instance_hour", "sold_out", "sold out"),
    (1, 1, 8, "gpu_hour", "waitlist", "waiting list"),
])  # fmt: skip
def test_servers_stay_within_a_machine(
    con: Connection, n: int, count: int, most: int | None, unit: str, availability: str | None, reason: str | None
) -> None:
    values = [str(n), str(count), "null" if most is None else str(most), f"'{unit}'"]
    told = why(con, f"why_no_server({', '.join(values)}, {'null' if availability is None else repr(availability)})")
    assert told is None if reason is None else reason in (told or "")


@pytest.mark.parametrize(("n", "count", "most", "unit", "is_marketplace", "has_fabric", "reason"), [
    (2048, 8, "null", "instance_hour", False, True, None),
    (2048, 8, "null", "instance_hour", False, False, "no fast network"),
    (2048, 8, "null", "instance_hour", True, True, "marketplace"),
    (2048, 1, "null", "instance_hour", False, True, "too small for a cluster"),
    (2048, 1, 8, "gpu_hour", False, True, "priced per GPU"),
    (8, 8, "null", "instance_hour", True, False, None),
    (8, 1, 8, "gpu_hour", True, False, None),
    (1, 1, "null", "instance_hour", True, False, None),
])  # fmt: skip
def test_training_needs_machines_of_eight_and_a_network(
    con: Connection,
    n: int,
    count: int,
    most: object,
    unit: str,
    is_marketplace: bool,
    has_fabric: bool,
    reason: str | None,
) -> None:
    told = why(con, f"why_no_training({n}, {count}, {most}, '{unit}', 'available', {is_marketplace}, {has_fabric})")
    assert told is None if reason is None else reason in (told or "")


def test_a_job_takes_several_machines_but_of_a_marketplace(con: Connection) -> None:
    assert why(con, "why_no_job(16, 8, null, 'instance_hour', 'unknown', false)") is None
    assert "second host" in (why(con, "why_no_job(16, 8, null, 'instance_hour', 'unknown', true)") or "")
    assert why(con, "why_no_job(1, 8, null, 'instance_hour', 'sold_out', false)") == "sold out"

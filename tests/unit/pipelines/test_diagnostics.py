"""What `doctor` says of prices that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.queries.diagnostics import examine
from tests.support.worlds import offer, put, rows, seen
from warehouse.publish import release
from warehouse.storage import connection
from warehouse.storage.state_dir import Home


@pytest.mark.usefixtures("without_costs")
def test_amount_without_a_currency_is_named_and_never_published(tmp_path: Path) -> None:
    home = Home(tmp_path)
    put(home, seen("2026-09-20", [offer("250", currency="", instance="rupees"), offer("2.00", instance="dollars")]))
    release.build_and_publish(home)
    (unusable,) = [detail for what, verdict, detail in examine(home) if (what, verdict) == ("unusable prices", "held")]
    assert "rupees: 250 per gpu_hour, in a currency that the source does not state" in unusable
    with connection.published(home) as con:
        published = rows(con, "select instance from v1.price_intervals where source <> 'seed'")
        events = rows(con, "select rule, class, usd_per_gpu_hour from v1.quality_events where status = 'held'")
    assert [row["instance"] for row in published] == ["dollars"]
    assert events == [{"rule": "unknown_currency", "class": "currency", "usd_per_gpu_hour": None}]

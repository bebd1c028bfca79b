"""What the doctor and the report's health say of prices that cannot be used, and of sources: a wall is no fault of ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.queries.diagnostics import examine
from pipelines.reports.health import verdict
from tests.support.worlds import ROOT, built, offer, put, rows, seen
from warehouse.publish import release
from warehouse.publish.release import build_and_publish
from warehouse.storage import connection, last_refresh
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


@pytest.mark.usefixtures("without_costs")
def test_doctor_tells_blocked_from_broken(tmp_path: Path) -> None:
    today = datetime.now(UTC).date().isoformat()
    put(
        home := Home(tmp_path),
        seen(today, [offer()], provider="crusoe"),
        seen(today, status="blocked", provider="lambda", detail="returned a challenge page"),
        seen(today, status="layout_changed", provider="nebius", detail="unknown layout"),
    )
    build_and_publish(home)
    verdicts = {what: (verdict, detail) for what, verdict, detail in examine(home)}
    assert verdicts["lambda"] == ("blocked", f"blocked on {today} returned a challenge page")
    assert verdicts["nebius"][0] == "broken" and verdicts["crusoe"][0] == "ok"


@pytest.mark.parametrize(
    ("status", "says"), [("ok", "ok"), ("blocked", "blocked"), ("failed", "failed"), ("needs_key", "needs a key")]
)
def test_report_tells_blocked_from_failed(status: str, says: str) -> None:
    assert verdict({"status": status, "days_behind": 0}) == says


def test_reports_health_leaves_archived_sources_out(tmp_path: Path) -> None:
    """They are always old, and nobody tries them daily."""
    home = Home(tmp_path)
    archived: dict[str, Any] = {"source": "backfill/pricing_page", "origin": "archived"}
    put(home, seen("2024-01-01", [offer()], **archived), seen("2024-02-01", status="blocked", **archived))
    put(home, seen("2026-09-20", [offer()], origin="recorded"))
    with built(home, "v1.source_health") as con:
        sources = con.execute((ROOT / "pipelines" / "reports" / "queries" / "health.sql").read_text()).fetchall()
    assert [source for _, source, *_ in sources] == ["pricing_page"]


def test_doctor_tells_an_overdue_refresh(tmp_path: Path) -> None:
    def row(hours: float) -> list[tuple[str, str, str]]:
        last_refresh.record(Home(tmp_path), datetime.now(UTC) - timedelta(hours=hours))
        return [row for row in examine(Home(tmp_path)) if row[0] == "last refresh"]

    assert [row for row in examine(Home(tmp_path)) if row[0] == "last refresh"] == []  # none yet
    assert row(25.9)[0][1] == "ok"
    ((_, verdict, detail),) = row(26.1)
    assert verdict == "stale" and detail.endswith("UTC, 26 h ago")
    Home(tmp_path).refreshed.write_text("yesterday")
    assert [row for row in examine(Home(tmp_path)) if row[0] == "last refresh"] == []

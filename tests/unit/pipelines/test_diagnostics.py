"""What the doctor and the report's health say about sources: a bot wall is told from a fault of ours."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.queries.diagnostics import examine
from pipelines.reports.health import verdict
from tests.support.worlds import ROOT, built, offer, put, seen
from warehouse.publish.release import build_and_publish
from warehouse.storage.state_dir import Home


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
    rows = {what: (verdict, detail) for what, verdict, detail in examine(home)}
    assert rows["lambda"] == ("blocked", f"blocked on {today} returned a challenge page")
    assert rows["nebius"][0] == "broken" and rows["crusoe"][0] == "ok"


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
        rows = con.execute((ROOT / "pipelines" / "reports" / "queries" / "health.sql").read_text()).fetchall()
    assert [source for _, source, *_ in rows] == ["pricing_page"]

"""Decisions on quarantined prices persist through builds and older ledgers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run
from tests.support.worlds import offer, put, seen
from warehouse.engine import build_plan
from warehouse.publish import release
from warehouse.storage import connection, ledger
from warehouse.storage.state_dir import Home

pytestmark = pytest.mark.usefixtures("without_costs")


HELD = "1.00"  # less than half of what it was, seen once


@pytest.fixture
def held(tmp_path: Path) -> Home:
    """Make a home where a price of 2.50 fell to HELD on the 5th, at the newest scrape."""
    home = Home(tmp_path / "home")
    put(home, *(seen(f"2026-03-0{n}", [offer("2.50" if n < 5 else HELD)]) for n in range(1, 6)))
    release.build_and_publish(home)
    return home


def spans(home: Home) -> list[tuple[Any, ...]]:
    with connection.published(home) as con:
        return con.execute(
            "select valid_from::varchar, valid_to::varchar, usd_per_gpu_hour::varchar, quality from v1.price_intervals "
            "where source <> 'seed' order by 1"
        ).fetchall()


def event(home: Home) -> tuple[str, str, str]:
    """Return (id, verdict, status) of the only event."""
    with connection.published(home) as con:
        [found] = con.execute(
            "select event_id, verdict, status from v1.quality_events where source <> 'seed'"
        ).fetchall()
        return found[0], found[1], found[2]


STAYS = [("2026-03-01", None, "2.500000", "ok")]
FALLS = [("2026-03-01", "2026-03-05", "2.500000", "ok"), ("2026-03-05", None, "1.000000", "released")]


@pytest.mark.slow
def test_latest_decision_on_a_quarantined_price_counts(held: Home, run: Run) -> None:
    name, *state = event(held)
    assert state == ["quarantine", "held"] and spans(held) == STAYS
    [listed] = run("quarantine", "list", "--provider", "lambda", "--json", home=held).records()
    assert (listed["event_id"], listed["date"], listed["price"]) == (name, "2026-03-05", 1)
    assert (listed["status"], listed["class"], listed["last_good"]) == ("held", "jump", 2.5)
    ledger.decide(held, name, "released", "ann")
    release.build_and_publish(held)
    assert event(held) == (name, "quarantine", "released") and spans(held) == FALLS
    ledger.decide(held, name, "rejected", "ben")
    # Two later scrapes show the same, which would have confirmed it.
    put(held, seen("2026-03-06", [offer(HELD)]), seen("2026-03-07", [offer(HELD)]))
    release.build_and_publish(held)
    assert event(held) == (name, "quarantine", "rejected") and spans(held) == STAYS
    assert run("quarantine", "release", name[:12], "--note", "their page says so", home=held).code == 0
    assert event(held) == (name, "quarantine", "released") and spans(held) == FALLS
    [shown] = run("quarantine", "show", name, "--json", home=held).records()
    assert [d["verdict"] for d in shown["decisions"]] == ["released", "rejected", "released"]
    assert shown["status"] == "released" and shown["date_to"] == "2026-03-07"


def test_rejected_flagged_price_is_removed(tmp_path: Path) -> None:
    home = Home(tmp_path)
    put(home, *(seen(f"2026-03-0{n}", [offer("2.50" if n < 5 else "1.90")]) for n in range(1, 7)))
    release.build_and_publish(home)
    name, *state = event(home)
    assert state == ["flag", "released"]
    assert spans(home) == [("2026-03-01", "2026-03-05", "2.500000", "ok"), ("2026-03-05", None, "1.900000", "flagged")]
    ledger.decide(home, name, "rejected", "ann")
    release.build_and_publish(home)
    assert event(home)[2] == "rejected" and spans(home) == STAYS


@pytest.mark.slow
def test_decisions_of_an_older_ledger_still_apply(held: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    name, *_ = event(held)
    ledger.decide(held, name, "released", "ann")
    newer = (*ledger.MIGRATIONS, ("alter table verdicts add column place text default 'here'",))
    monkeypatch.setattr(ledger, "MIGRATIONS", newer)
    monkeypatch.setattr(build_plan, "fingerprint", lambda: "of tomorrow's version")
    release.build_and_publish(held)
    assert event(held) == (name, "quarantine", "released") and spans(held) == FALLS
    with ledger.opened(held) as con:
        assert con.execute("select event_id, verdict, place from verdicts").fetchall() == [(name, "released", "here")]
        assert con.execute("pragma user_version").fetchall() == [(len(newer),)]

"""Alert rules on fourteen years of real prices: known cuts are notified, false ones are not, without hindsight."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipelines.alerts.config import loader
from pipelines.alerts.config.schema import AlertConfig
from pipelines.alerts.event import Event
from pipelines.alerts.rules.evaluate import evaluate
from tests.conftest import Demo
from tests.support import alerts_scorecard
from tests.support.alerts_scorecard import HISTORY, Card, entries, score
from warehouse.storage import connection

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def card(archive: Demo) -> Card:
    assert archive.code == 0, archive.stderr
    return score(list(entries(HISTORY / "list_price_events.csv")), alerts_scorecard.told(archive.home.root))


def test_real_cuts_are_notified_and_false_ones_are_not(card: Card) -> None:
    assert len(card.real) == 30 and card.recall >= 0.95, [entry.name for entry, event in card.real if event is None]
    assert len(card.fake) == 8 and card.fakes <= 0.1, [entry.name for entry, event in card.fake if event is not None]
    for entry, event in card.real:
        if event is not None:
            assert abs(event["pct"] - entry.pct) < 4, entry.name  # of several prices that moved, one is compared


def test_nothing_is_notified_twice(card: Card) -> None:
    assert card.n_twice == 0 and card.n_events == card.n_ids >= 200


def test_delays_are_confirmations(card: Card) -> None:
    late = [event for _, event in card.real if event is not None and event["told_on"] != event["date"]]
    assert all(event["held"] for event in late) and len(late) <= 3


def test_other_notifications_are_not_known_faults(card: Card) -> None:
    known = list(entries(HISTORY / "list_price_events.csv"))
    verdicts = {k.verdict for events in card.others.values() for e in events for k in known if k.is_told_by(e)}
    assert verdicts <= {"real_drop", "real_or_correction"}, card.others.keys()
    # Cuts of whole lists are of any GPU, the known events of A100 and H100 only.
    of_one = {key for key, events in card.others.items() if any(e["rule"] != "list-cut" for e in events)}
    assert len(of_one) <= 3 and len(card.others) <= 20, card.others.keys()


def test_every_known_drawdown_is_notified_on_its_day(archive: Demo) -> None:
    rule = {"id": "slide", "kind": "drawdown", "pct": 30, "where": {"pricing_model": "spot", "provider": "aws"}}
    with connection.published(archive.home) as con:
        events = evaluate(con, AlertConfig.model_validate({"rules": [rule]}).rules, NOW)
    found = {
        (e.date.isoformat(), *(e.about[k] for k in ("provider", "gpu", "instance", "region", "zone"))): e
        for e in events
    }
    with (HISTORY / "aws_spot_drawdowns_30pct.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 20
    for row in rows:
        event = found[tuple(row[k] for k in ("date", "provider", "gpu", "instance", "region", "zone"))]
        assert event.pct == pytest.approx(float(row["drawdown_pct"]), abs=0.1)


@pytest.fixture(scope="module")
def everything(archive: Demo) -> list[Event]:
    with connection.published(archive.home) as con:
        return evaluate(con, loader.load(loader.DEFAULT).rules, NOW)


@pytest.mark.parametrize("since", [date(2024, 12, 20), date(2024, 10, 20)])
def test_changed_series_are_enough(archive: Demo, everything: list[Event], since: date) -> None:
    with connection.published(archive.home) as con:
        changed = evaluate(con, loader.load(loader.DEFAULT).rules, NOW, since=since)
    assert changed == [e for e in everything if e.told_on >= since]


def test_the_scorecard_prints(card: Card, archive: Demo) -> None:
    known = list(entries(HISTORY / "list_price_events.csv"))
    text = "\n".join(alerts_scorecard.show(card, known, Path(archive.home.root)))
    assert "told 30 (100%)" in text and "told twice: 0" in text and "kept to the end" in text

"""What a run records: silent at first sight, each change once, nothing that is old news, and what is silenced as muted."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.alerts import record_events
from pipelines.alerts.config import loader
from pipelines.alerts.config.schema import AlertConfig
from pipelines.alerts.delivery import dispatcher
from tests.benchmarks.bench_alerts import MADE
from tests.conftest import Run
from tests.support.alert_worlds import book
from warehouse.engine import model_graph
from warehouse.storage import alert_outbox
from warehouse.storage.state_dir import Home

START = date(2026, 3, 2)
DROP: dict[str, Any] = {"id": "drop", "kind": "drop_pct", "pct": 2}
LOG: dict[str, Any] = {"channels": {"log": {"type": "file", "path": "log.jsonl", "format": "json"}}}


def publish(home: Home, series: dict[str, list[float]], today: int, order: random.Random | None = None) -> None:
    """A published database by hand, as of the n-th day: each series has the prices of the days until then."""
    home.root.mkdir(parents=True, exist_ok=True)
    home.published.unlink(missing_ok=True)
    names = list(series)
    if order:
        order.shuffle(names)
    now = START + timedelta(days=today)
    with duckdb.connect(str(home.published)) as con:
        con.execute("set TimeZone = 'UTC'")
        for statement in [*model_graph.macros(), *MADE.format(series=0, days=today + 1, today=now).split(";\n")]:
            if statement.strip():
                con.execute(statement)
        for name in names:
            con.execute(
                "insert into v1.series by name select ? as series_id, 'list' as source, 'list' as feed, 'provider-0' as provider, "
                "? as instance, 'A100' as gpu, 'NVIDIA' as vendor, 'SXM' as form_factor, 80 as gpu_memory_gb, 1 as gpu_count, "
                "'' as region, '' as zone, 'on_demand' as pricing_model, 0 as term_months, '' as upfront, 'instance' as price_scope, "
                "1 as rank, false as is_bound",
                [name.ljust(32, "0"), name],
            )
            _insert(con, name.ljust(32, "0"), series[name][: today + 1])


def _insert(con: duckdb.DuckDBPyConnection, series_id: str, listed: list[float]) -> None:
    starts = [n for n, price in enumerate(listed) if n == 0 or price != listed[n - 1]]
    for nth, n in enumerate(starts):
        after = starts[nth + 1] if nth + 1 < len(starts) else None
        day = START + timedelta(days=n)
        con.execute(
            "insert into v1.price_intervals by name select s.* exclude (n), ?::date as valid_from, ?::date as valid_to, "
            "?::date as last_seen_on, ?::timestamptz as observed_at, ? as usd_per_gpu_hour, ? as price, 'USD' as currency, "
            "'gpu_hour' as price_unit, 1 as usd_per_unit, 'available' as availability, 'ok' as quality, ? as ended_by, "
            "'live' as origin, ? as old_ended_by, ? as old_usd_per_gpu_hour from v1.series as s where series_id = ?",
            [
                day, (after is not None and START + timedelta(days=after)) or None,
                START + timedelta(days=(len(listed) if after is None else after) - 1), f"{day} 06:00:00+00", listed[n],
                listed[n], (after is not None and "change") or None, (nth and "change") or None,
                listed[starts[nth - 1]] if nth else None, series_id,
            ],
        )  # fmt: skip


def at(n: int) -> datetime:
    return datetime.combine(START + timedelta(days=n), datetime.min.time(), UTC) + timedelta(hours=7)


def daily(home: Home, rules: AlertConfig, series: dict[str, list[float]], day: int) -> record_events.RecordCounts:
    publish(home, series, day)
    return record_events.run(home, rules, at(day))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def test_first_run_is_silent_and_later_changes_are_sent_once(home: Home) -> None:
    rules = book(DROP, **LOG)
    series = {"a": [4, 3.8, 3.8, 3.5, 3.5], "b": [4.0, 4, 4, 4, 3]}
    assert daily(home, rules, series, 1) == record_events.RecordCounts(first_run=1)
    assert daily(home, rules, series, 2) == record_events.RecordCounts() == daily(home, rules, series, 2)
    assert (
        daily(home, rules, series, 3) == record_events.RecordCounts(told=1)
        and daily(home, rules, series, 3) == record_events.RecordCounts()
    )
    home.published.unlink()
    assert daily(home, rules, series, 3) == record_events.RecordCounts()
    assert daily(home, rules, series, 4) == record_events.RecordCounts(told=1)
    assert len(dispatcher.deliver(home, rules, at(4)).sent) == 1


def test_first_run_with_notify_sends_prices_in_force(home: Home) -> None:
    rule = {"id": "cheap", "kind": "below", "price": 3.9, "on_first_run": "notify"}
    series = {"a": [4, 3.8, 3.8], "b": [3.0, 3, 4.5], "c": [4.0, 4, 4]}
    assert daily(home, book(rule, **LOG), series, 2) == record_events.RecordCounts(
        told=1, first_run=1
    )  # b was, and is no more


def test_what_a_new_rule_does_not_send_is_said(home: Home, run: Run, caplog: pytest.LogCaptureFixture) -> None:
    """Before the run that sees the rule first and after it; older history stays a back-test."""
    series = {"a": [4.0, 3, *[3.0] * 18, 2.49, 2.19, 2.19, 1.9]}
    text = "channels: {log: {type: file, path: log.jsonl}}\nrules: [{id: drop, kind: drop_pct, pct: 2}]\n"

    def preview() -> list[tuple[float, str | None]]:
        said = run("alerts", "preview", "--json", home=home)
        rows = said.records()
        sent = sum(r["not_sent"] is None for r in rows)
        assert f"{sent} events would have been sent" in said.err and ("the rule is new" in said.err) == (
            sent < len(rows)
        )
        return [(r["new_usd_per_gpu_hour"], r["not_sent"]) for r in rows]

    publish(home, series, 21)
    (home.root / "alerts.yaml").write_text(text)
    rules = loader.load(loader.config_path(home))
    expected = [(3.0, None), (2.49, "the rule is new"), (2.19, "the rule is new")]
    assert preview() == expected
    assert [r["not_sent"] for r in run("alerts", "list", "--json", home=home).records()] == [None]
    with caplog.at_level("INFO", logger="gpuhour.alerts"):
        assert record_events.run(home, rules, at(21)).first_run == 2
        absorbed = "2 changes since 2026-03-22 not sent: the rule is new"
        assert sum(absorbed in r.getMessage() for r in caplog.records) == 1 and preview() == expected
        (listed,) = run("alerts", "list", "--json", home=home).records()
        assert (listed["state"], listed["not_sent"]) == ("in force", absorbed)
        assert daily(home, rules, series, 23).told == 1  # from then on it is told
        assert sum(absorbed in r.getMessage() for r in caplog.records) == 1
    assert preview() == [*expected, (1.9, None)]
    (home.root / "alerts.yaml").write_text(text.replace("pct: 2", "pct: 3"))  # another rule by the same name
    assert [r["not_sent"] for r in run("alerts", "list", "--json", home=home).records()] == [None]
    assert preview() == [*expected, (1.9, None)]  # told under its former definition


def test_changed_definition_is_a_new_rule(home: Home) -> None:
    series = {"a": [4, 3.8, 3.6]}
    assert daily(home, book(DROP | {"pct": 30}, **LOG), series, 1) == record_events.RecordCounts()
    assert daily(home, book(DROP, **LOG), series, 2) == record_events.RecordCounts(first_run=2)
    assert (
        daily(home, book(DROP | {"to": ["log"]}, **LOG), series, 2) == record_events.RecordCounts()
    )  # where it goes is not what it is


def test_changes_during_downtime_are_sent_but_old_history_is_not(home: Home) -> None:
    rules = book(DROP, **LOG)
    series = {"a": [4.0] * 10 + [3.8] * 30}
    assert daily(home, rules, series, 5) == record_events.RecordCounts()
    assert daily(home, rules, series, 39) == record_events.RecordCounts(told=1)  # away for a month
    imported = series | {"b": [4.0] * 3 + [3.0] * 37, "c": [4.0] * 36 + [3.0] * 4}
    assert daily(home, rules, imported, 39) == record_events.RecordCounts(told=1)  # of b it is old news by now


def test_old_history_is_no_news_beside_a_new_rule_that_reads_all_of_it(home: Home) -> None:
    """A rule that wants to tell what is in force makes everybody's history read; for the others it stays old."""
    series = {"a": [4.0] * 40}
    daily(home, book(DROP, **LOG), series, 30)
    imported = series | {"b": [4.0] * 3 + [3.0] * 37, "c": [4.0] * 36 + [3.0] * 4}
    cheap = {"id": "cheap", "kind": "below", "price": 1.0, "on_first_run": "notify"}
    assert daily(home, book(DROP, cheap, **LOG), imported, 39) == record_events.RecordCounts(told=1)  # c, and not b


def test_muted_events_are_not_sent_later(home: Home, run: Run) -> None:
    rules = book(DROP, **LOG)
    series = {"a": [4, 4, 3.8, 3.8, 3.5]}
    daily(home, rules, series, 1)
    alert_outbox.silence(home, "drop", at(3), "me", at(1))
    assert daily(home, rules, series, 2).muted == 1
    assert daily(home, rules, series, 3) == type(daily(home, rules, series, 3))()
    assert daily(home, rules, series, 4).told == 1
    (home.root / "alerts.yaml").write_text(
        "channels: {log: {type: file, path: log.jsonl}}\nrules: [{id: drop, kind: drop_pct, pct: 2}]\n"
    )
    listed = run("alerts", "preview", "--json", home=home).records()
    assert [e["new_usd_per_gpu_hour"] for e in listed] == [3.8, 3.5] and {e["rule"] for e in listed} == {"drop"}
    assert list(listed[0]) == [
        "date", "told_on", "provider", "gpu", "gpu_memory_gb", "form_factor", "pricing_model", "term_months", "region",
        "instance", "old_usd_per_gpu_hour", "new_usd_per_gpu_hour", "pct", "rule", "kind", "confirmations", "held", "same_as",
        "event_id", "reason", "not_sent",
    ]  # fmt: skip
    assert [e["not_sent"] for e in listed] == ["the rule is muted", None]
    assert (
        run("alerts", "preview", "--since", listed[1]["date"], "--rule", "drop", "--json", home=home).records()
        == listed[1:]
    )
    assert run("alerts", "preview", "--rule", "nosuch", home=home).code == 2
    (about,) = run("alerts", "explain", listed[1]["event_id"][:12], "--json", home=home).records()
    assert about["became"] == "told" and about["is_in_history"] and about["rule_says"]["id"] == "drop"
    assert run("alerts", "explain", "zz", home=home).code == 2


def test_quiet_hours_and_digests_show_in_the_preview(home: Home, run: Run) -> None:
    publish(home, {"a": [4, 4, 3.8]}, 2)
    (home.root / "alerts.yaml").write_text(
        "channels: {log: {type: file, path: log.jsonl, delivery: weekly@mon-08:00}}\nrules: [{id: drop, kind: drop_pct, pct: 2}]\n"
    )
    (event,) = run("alerts", "preview", "--json", home=home).records()
    assert (event["date"], event["told_on"], event["held"]) == ("2026-03-04", "2026-03-09", True)

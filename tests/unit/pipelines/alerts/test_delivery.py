"""From a recorded event to a receiver: once where nothing fails, at least once where everything does, and at the right hour."""

from __future__ import annotations

import hmac
import json
import random
import resource
import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.alerts import record_events
from pipelines.alerts.config import secrets
from pipelines.alerts.config.schema import AlertConfig, Channel
from pipelines.alerts.delivery import channels, dispatcher, message
from pipelines.alerts.delivery.send_window import SendWindow
from pipelines.alerts.event import Event, event_id
from pipelines.defs import alert_assets, report_asset
from pipelines.defs.resources import Workspace
from pipelines.ingest.worker import result_of
from tests.conftest import Run
from tests.support import sinks
from warehouse.storage import alert_outbox
from warehouse.storage.alert_outbox import Entry
from warehouse.storage.state_dir import Home

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "home").mkdir()
    return Home(tmp_path / "home")


def event(n: int = 0, rule: str = "a100-drop", **facts: object) -> Event:
    """A drop at one provider's n-th instance."""
    about = {
        "provider": "lambda", "source": "pricing_page", "instance": f"gpu-{n}", "gpu": "A100", "gpu_memory_gb": 80,
        "form_factor": "SXM", "gpu_count": 8, "region": "us", "pricing_model": "on_demand", "term_months": 0,
        "source_url": "https://example.com/pricing", "sha256": "ab" * 32,
    } | facts  # fmt: skip
    return Event(event_id(rule, f"s{n}", "drop_pct", f"t{n}"), rule, "drop_pct", f"s{n}", date(2026, 11, 26),
                 date(2026, 11, 26), 1.29, 1.1, -14.73, "-14.7 %", about=about)  # fmt: skip


def book(**named: Mapping[str, object]) -> AlertConfig:
    return AlertConfig.model_validate({"channels": named, "rules": []})


def record(home: Home, events: list[Event], names: list[str], due: datetime = NOW, now: datetime = NOW) -> int:
    entries = [
        Entry(e.event_id, e.rule, e.told_on, "told", message.payload(e), dict.fromkeys(names, due)) for e in events
    ]
    return alert_outbox.record(home, [], entries, now)


LOG = {"type": "file", "path": "log.jsonl", "format": "json"}
HOOK = {"type": "webhook", "url": "env:TEST_HOOK", "secret": "env:TEST_KEY"}
MAIL = {"url": "env:TEST_MAIL"}


def lines(home: Home, name: str = "log.jsonl") -> list[dict[str, Any]]:
    path = home.root / name
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_KEY", "a key of the test")


# -- once -------------------------------------------------------------------------------------------------------------


def test_event_recorded_twice_is_sent_once(home: Home) -> None:
    rules = book(log=LOG)
    assert record(home, [event(1), event(2)], ["log"]) == 2 and record(home, [event(2), event(1)], ["log"]) == 0
    done = dispatcher.deliver(home, rules, NOW)
    assert len(done.sent) == 1 and dispatcher.deliver(home, rules, NOW) == dispatcher.DeliveryResult()
    assert record(home, [event(1), event(3)], ["log"]) == 1
    dispatcher.deliver(home, rules, NOW)
    assert [[e["instance"] for e in said["events"]] for said in lines(home)] == [["gpu-1", "gpu-2"], ["gpu-3"]]


def test_one_message_per_run_and_channel_with_twenty_lines(home: Home) -> None:
    record(home, [event(n) for n in range(27)], ["log"])
    dispatcher.deliver(home, book(log=LOG), NOW)
    (said,) = lines(home)
    (group,) = said["groups"]
    assert len(group["lines"]) == 20 and said["more"] == group["more"] == 7 and len(said["events"]) == 27
    assert "and 7 more" in message.render(said, "text")


def test_webhook_is_signed_and_has_an_idempotency_key(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    record(home, [event()], ["hook"])
    with sinks.webhook() as sink:
        monkeypatch.setenv("TEST_HOOK", sink.url + "?team=a")
        (sent,) = dispatcher.deliver(home, book(hook=HOOK), NOW).sent
    ((headers, body),) = sink.taken
    assert headers["idempotency-key"] == sent == json.loads(body)["message_id"]
    stamp = headers["x-gpuhour-timestamp"]
    assert abs(int(stamp) - datetime.now(UTC).timestamp()) < 60
    signed = hmac.new(
        b"a key of the test", f"{stamp}.".encode() + body, "sha256"
    ).hexdigest()  # as docs/alerts.md has it
    assert headers["x-gpuhour-signature"] == f"sha256={signed}"


def test_redirect_is_not_followed(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    record(home, [event()], ["hook"])
    with sinks.webhook(lambda: "302") as sink:
        monkeypatch.setenv("TEST_HOOK", sink.url)
        assert dispatcher.deliver(home, book(hook=HOOK), NOW).failed and sink.taken == []


def test_receiver_that_drips_has_a_deadline(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "DEADLINE", 0.4)
    record(home, [event()], ["hook"])
    started = time.monotonic()
    with sinks.webhook(lambda: "drip") as sink:
        monkeypatch.setenv("TEST_HOOK", sink.url)
        assert dispatcher.deliver(home, book(hook=HOOK), NOW).failed
        assert time.monotonic() - started < 5
    assert [m.error for m in alert_outbox.messages(home)] == ["took longer than 0.4 s"]


def test_service_that_hangs_has_a_deadline(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "DEADLINE", 0.2)
    monkeypatch.setattr(channels, "_apprise", lambda *_: time.sleep(3))
    monkeypatch.setenv("TEST_MAIL", "mailto://127.0.0.1")
    record(home, [event()], ["mail"])
    started = time.monotonic()
    assert dispatcher.deliver(home, book(mail=MAIL), NOW).failed and time.monotonic() - started < 2


def test_line_that_does_not_fit_on_the_disk_leaves_nothing(home: Home) -> None:
    rules = book(log=LOG)
    record(home, [event(1)], ["log"])
    dispatcher.deliver(home, rules, NOW)
    before = (home.root / "log.jsonl").read_bytes()
    record(home, [event(2)], ["log"])

    def on_a_full_disk() -> tuple[str, ...]:
        size = len(before) + 100
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        channel, message = rules.channels["log"], {"subject": "x" * 500}
        return (channels.send(channel, message, home.root).error,)

    (error,) = result_of(on_a_full_disk)
    assert "File too large" in error and (home.root / "log.jsonl").read_bytes() == before
    assert len(dispatcher.deliver(home, rules, NOW).sent) == 1
    assert [[e["instance"] for e in said["events"]] for said in lines(home)] == [["gpu-1"], ["gpu-2"]]


def test_channel_that_fails_keeps_its_order(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a failure nothing later is tried: it would arrive before what is older."""
    for n in range(3):
        record(home, [event(n)], ["hook"])
        dispatcher.compose(home, book(hook=HOOK), NOW + timedelta(minutes=n))
    faults = iter(["", "500", "", "", ""])
    with sinks.webhook(lambda: next(faults)) as sink:
        monkeypatch.setenv("TEST_HOOK", sink.url)
        first = dispatcher.deliver(home, book(hook=HOOK), NOW + timedelta(minutes=5))
        assert (len(first.sent), len(first.failed)) == (1, 1)
        dispatcher.deliver(home, book(hook=HOOK), NOW + timedelta(minutes=5), is_forced=True)
        assert [e["instance"] for body in sink.bodies() for e in body["events"]] == ["gpu-0", "gpu-1", "gpu-2"]


def test_the_report_waits_for_no_receiver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    monkeypatch.setenv("GPUHOUR_REPORT", "")

    def notes(name: str, result: object = None) -> Callable[..., object]:
        def step(*_: object, **__: object) -> object:
            order.append(name)
            return result

        return step

    monkeypatch.setattr(report_asset, "build", notes("report"))
    monkeypatch.setattr(record_events, "run", notes("events", record_events.RecordCounts()))
    monkeypatch.setattr(dispatcher, "deliver", notes("delivery", dispatcher.DeliveryResult()))
    assets = [*alert_assets.ASSETS, *report_asset.report_assets()]
    dg.materialize(assets, resources={"workspace": Workspace(home=str(tmp_path))}, raise_on_error=False)
    assert order == ["report", "events", "delivery"]


# -- at least once ------------------------------------------------------------------------------------------------------


def test_retry_delay_grows_and_ends_after_a_day(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "uniform", lambda low, high: high)
    rules = book(hook=HOOK | {"url": "env:NOT_SET"})
    record(home, [event()], ["hook"])
    now, waits = NOW, []
    for _ in range(20):
        dispatcher.deliver(home, rules, now)
        (letter,) = alert_outbox.messages(home)
        if letter.outcome == "dead" or letter.next_at is None:
            break
        waits.append((letter.next_at - now) / timedelta(minutes=1))
        assert (
            dispatcher.deliver(home, rules, letter.next_at - timedelta(seconds=1)) == dispatcher.DeliveryResult()
        )  # not before
        now = letter.next_at
    assert waits[:5] == [1, 5, 30, 120, 360] and sum(waits) == 1440 and now == NOW + DAY
    assert letter.outcome == "dead" and "NOT_SET is not set" in letter.error
    assert (
        not dispatcher.has_due(home, rules, now + DAY)
        and dispatcher.deliver(home, rules, now + DAY) == dispatcher.DeliveryResult()
    )
    with sinks.webhook() as sink:
        monkeypatch.setenv("NOT_SET", sink.url)
        assert dispatcher.revive(home, now + DAY) == 1 and len(dispatcher.deliver(home, rules, now + DAY).sent) == 1
        assert sink.keys() == [letter.message_id]


def test_retry_after_is_honoured(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    record(home, [event()], ["hook"])
    with sinks.webhook(lambda: "429", retry_after="1800") as sink:
        monkeypatch.setenv("TEST_HOOK", sink.url)
        dispatcher.deliver(home, book(hook=HOOK), NOW)
    (letter,) = alert_outbox.messages(home)
    assert letter.next_at is not None and letter.next_at >= NOW + timedelta(seconds=1800) and "429" in letter.error


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("120", 120), ("0", 0), ("-5", 0), ("1e9", 86_400), ("Thu, 26 Nov 2026 12:02:00 GMT", 120), ("soon", None), ("", None),
     (None, None), ("nan", None)],
)  # fmt: skip
def test_retry_after_as_number_or_date(header: str | None, seconds: float | None) -> None:
    assert channels.retry_after_seconds(header, NOW) == seconds


def test_broken_channel_does_not_delay_others(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "TIMEOUT", 2.0)
    rules = book(hook=HOOK, log=LOG)
    record(home, [event()], ["hook", "log"])
    with sinks.webhook(lambda: "hang", hang=3) as sink:
        monkeypatch.setenv("TEST_HOOK", sink.url)
        real = channels.send
        arrived: dict[str, datetime] = {}

        def send(channel: Channel, said: dict[str, Any], root: Path) -> channels.AttemptResult:
            result = real(channel, said, root)
            arrived[channel.type] = datetime.now(UTC)
            return result

        monkeypatch.setattr(channels, "send", send)
        done = dispatcher.deliver(home, rules, NOW)
    assert len(done.sent) == len(done.failed) == 1 and len(lines(home)) == 1
    assert arrived["webhook"] - arrived["file"] > timedelta(seconds=1)


# -- hours --------------------------------------------------------------------------------------------------------------

LONDON, NEW_YORK = ZoneInfo("Europe/London"), ZoneInfo("America/New_York")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "now", "due"),
    [
        (SendWindow(LONDON), "2026-11-26T03:00", "2026-11-26T03:00"),
        (SendWindow(LONDON, quiet="22:00-07:00"), "2026-11-26T03:00", "2026-11-26T07:00"),
        (SendWindow(LONDON, quiet="22:00-07:00"), "2026-07-26T03:00", "2026-07-26T06:00"),  # summer time
        (SendWindow(LONDON, quiet="22:00-07:00"), "2026-11-26T22:00", "2026-11-27T07:00"),
        (SendWindow(LONDON, quiet="22:00-07:00"), "2026-11-26T21:59", "2026-11-26T21:59"),
        (SendWindow(LONDON, quiet="12:00-13:00"), "2026-11-26T12:30", "2026-11-26T13:00"),
        (SendWindow(LONDON, "daily@08:00"), "2026-11-26T07:59", "2026-11-26T08:00"),
        (SendWindow(LONDON, "daily@08:00"), "2026-11-26T08:00", "2026-11-27T08:00"),
        (SendWindow(LONDON, "weekly@mon-08:00"), "2026-11-26T12:00", "2026-11-30T08:00"),
        (SendWindow(LONDON, "daily@06:00", quiet="22:00-07:00"), "2026-11-26T12:00", "2026-11-27T07:00"),
        # 2026-03-08, New York: 02:00 to 03:00 does not exist; 02:30 means half past three.
        (SendWindow(NEW_YORK, "daily@02:30"), "2026-03-08T05:00", "2026-03-08T07:30"),
        (SendWindow(NEW_YORK, quiet="22:00-02:30"), "2026-03-08T05:00", "2026-03-08T07:30"),
        # 2026-11-01, New York: 01:30 comes twice; the first is meant, once.
        (SendWindow(NEW_YORK, "daily@01:30"), "2026-11-01T05:00", "2026-11-01T05:30"),
        (SendWindow(NEW_YORK, "daily@01:30"), "2026-11-01T05:30", "2026-11-02T06:30"),
        (SendWindow(NEW_YORK, quiet="22:00-01:30"), "2026-11-01T05:00", "2026-11-01T05:30"),
        (SendWindow(NEW_YORK, quiet="22:00-01:30"), "2026-11-01T06:15", "2026-11-01T06:15"),
    ],
)  # fmt: skip
def test_send_windows(hours: SendWindow, now: str, due: str) -> None:
    assert hours.due(utc(now)) == utc(due)


ZONES = st.sampled_from(
    ["UTC", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Casablanca"]
)
CLOCKS = st.times().map(lambda t: f"{t:%H:%M}")


@given(ZONES, st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), CLOCKS, CLOCKS)  # noqa: DTZ001
def test_quiet_hours_end_in_time(zone: str, at: datetime, start: str, end: str) -> None:
    hours = SendWindow(ZoneInfo(zone), quiet=f"{start}-{end}")
    now = at.replace(tzinfo=UTC)
    due = hours.due(now)
    assert now <= due <= now + timedelta(hours=26)
    if due != now and start != end:
        local = due.astimezone(ZoneInfo(zone))
        assert f"{local:%H:%M}" == end or local.utcoffset() != (local - timedelta(hours=3)).utcoffset()


@given(ZONES, st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), CLOCKS)  # noqa: DTZ001
def test_digest_is_due_once_within_a_day(zone: str, at: datetime, clock: str) -> None:
    hours = SendWindow(ZoneInfo(zone), f"daily@{clock}")
    now = at.replace(tzinfo=UTC)
    first = hours.due(now)
    assert now < first <= now + timedelta(hours=26)
    assert timedelta(hours=22) <= hours.due(first) - first <= timedelta(hours=26)


def test_digest_replaces_immediate_delivery(home: Home) -> None:
    rules = book(log=LOG | {"delivery": "daily@18:00"})
    due = SendWindow(ZoneInfo("UTC"), "daily@18:00").due(NOW)
    record(home, [event(1)], ["log"], due=due)
    assert dispatcher.deliver(home, rules, NOW) == dispatcher.DeliveryResult() and not dispatcher.has_due(
        home, rules, NOW
    )
    record(home, [event(2)], ["log"], due=due)
    assert dispatcher.has_due(home, rules, due) and len(dispatcher.deliver(home, rules, due).sent) == 1
    (said,) = lines(home)
    assert len(said["events"]) == 2


def test_superseded_events_share_one_line() -> None:
    from dataclasses import replace

    first = event(1)
    second = replace(
        first, event_id="b" * 32, old=1.1, new=1.0, pct=-9.1, date=date(2026, 11, 27), told_on=date(2026, 11, 27)
    )
    said = message.content("log", [message.payload(first), message.payload(second), message.payload(event(2))], NOW)
    text = message.render(said, "text")
    assert (
        "$1.29 -> $1.00 /GPU-h (-22.5%)" in text and "2 changes since 2026-11-26" in text and len(said["events"]) == 3
    )
    assert "$1.10 -> $1.00" not in text


# -- what it says -------------------------------------------------------------------------------------------------------

HOSTILE = '<script>alert(1)</script> [x](javascript:alert(1)) {{ 7*7 }} \x1b[2J" onmouseover="x'


def test_scraped_text_is_escaped_everywhere() -> None:
    nasty = event(1, instance=HOSTILE, region=HOSTILE, source_url="javascript:alert(1)", text=HOSTILE)
    said = message.content("log", [message.payload(nasty)], NOW)
    html, markdown, text = (message.render(said, form) for form in ("html", "markdown", "text"))
    assert (
        "<script" not in html
        and "javascript:alert" not in html.replace("[x](javascript:alert(1))", "")
        and "{{ 7*7 }}" in html
    )
    assert "<script" not in markdown and "](javascript" not in markdown and "\x1b" not in text + html + markdown
    assert "href" not in html and json.loads(message.render(said, "json"))["message_id"] == said["message_id"]


def test_message_contains_all_facts() -> None:
    full = event(
        1, price=8.8, currency="USD", price_unit="instance_hour", rank_now=1, rank_before=3, n_providers=11, median_30d=1.29,
        n_days=264, lowest_since="2026-03-02", recent=[1.29, 1.35, 1.29], availability="limited", observed_at="2026-11-26T06:15:00Z",
    )  # fmt: skip
    said = message.content("log", [message.payload(full)], NOW)
    assert said["subject"] == "A100 80GB SXM on-demand: lambda $1.29 -> $1.10 /GPU-h (-14.7%)"
    for form in ("text", "markdown", "html"):
        text = message.render(said, form).replace("\\", "")
        for part in ("from 8x node $8.80", "now 1st of 11, was 3rd", "-14.7% against its 30-day median $1.29", "lowest since 2026-03-02",
                     "limited", "https://example.com/pricing", "ab" * 8, "a100-drop", "alerts silence", "gpu-1", "us"):  # fmt: skip
            assert part in text, (form, part)


def test_channel_addresses_are_never_shown(
    home: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    token = "T0KEN-very-secret-9876"
    for url in (f"http://user:{token}@127.0.0.1:1/hook/{token}?key={token}", f"slack://{token}/{token}/{token}abcd",
                f"mailto://me:{token}@127.0.0.1:1?to=you@example.com", f"nosuch://{token}", token):  # fmt: skip
        monkeypatch.setenv("TEST_HOOK", url)
        for channel in (
            Channel(url="env:TEST_HOOK"),
            Channel(type="webhook", url="env:TEST_HOOK", secret="env:TEST_KEY"),
        ):
            result = channels.send(channel, message.content("x", [message.payload(event())], NOW), home.root)
            assert not result.is_sent and result.error and token not in result.error
    assert token not in caplog.text
    assert secrets.redacted(f"POST https://a.example/{token} failed", [f"https://a.example/{token}"]).count("***") >= 1


def test_secrets_can_come_from_files(home: Home) -> None:
    (home.root / "hook.txt").write_text("https://example.com/x\n")
    assert secrets.secret("file:hook.txt", home.root) == "https://example.com/x"
    with pytest.raises(secrets.MissingSecret, match="cannot read"):
        secrets.secret("file:absent", home.root)
    (home.root / "empty").write_text("\n")
    with pytest.raises(secrets.MissingSecret, match="empty"):
        secrets.secret("file:empty", home.root)


# -- commands -----------------------------------------------------------------------------------------------------------


def test_test_message_is_marked(home: Home, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (home.root / "alerts.yaml").write_text(
        "channels:\n  hook: {type: webhook, url: env:TEST_HOOK, secret: env:TEST_KEY}\n  mail: {url: env:TEST_MAIL}\n"
        "  down: {url: env:NOT_SET}\nrules: []\n"
    )
    with sinks.webhook() as sink, sinks.mail() as box:
        monkeypatch.setenv("TEST_HOOK", sink.url)
        monkeypatch.setenv("TEST_MAIL", box.url)
        said = run("alerts", "test", "--json", home=home)
    assert said.code == 3 and [(r["channel"], r["outcome"]) for r in said.records()] == [
        ("hook", "sent"), ("mail", "sent"), ("down", "failed"),
    ]  # fmt: skip
    assert sink.bodies()[0]["is_test"] and sink.bodies()[0]["subject"].startswith("TEST: ")
    (text,) = box.texts()
    assert text.startswith("TEST: ") and "This is a test" in text and "example-cloud" in text
    assert alert_outbox.messages(home) == []  # nothing is recorded
    assert run("alerts", "test", "--channel", "nosuch", home=home).code == 2


def test_outbox_and_retry(home: Home, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (home.root / "alerts.yaml").write_text(
        "channels:\n  hook: {type: webhook, url: env:TEST_HOOK, secret: env:TEST_KEY}\nrules: []\n"
    )
    assert run("alerts", "outbox", "--json", home=home).records() == []
    record(home, [event()], ["hook"], due=datetime.now(UTC) - DAY, now=datetime.now(UTC))
    assert [r["state"] for r in run("alerts", "outbox", "--json", home=home).records()] == ["waiting"]
    monkeypatch.setenv("TEST_HOOK", "http://127.0.0.1:1/")
    assert run("alerts", "retry", home=home).code == 3
    (row,) = run("alerts", "outbox", "--json", home=home).records()
    assert row["state"] == "failed" and row["attempts"] == 1 and "A100" in row["subject"]
    with sinks.webhook() as sink:
        monkeypatch.setenv("TEST_HOOK", sink.url)
        assert run("alerts", "retry", home=home).code == 0 and len(sink.taken) == 1
    assert run("alerts", "outbox", "--json", home=home).records() == []
    assert [r["state"] for r in run("alerts", "outbox", "--all", "--json", home=home).records()] == ["sent"]


def test_silence(home: Home, run: Run) -> None:
    assert run("alerts", "silence", "a100-drop", "--until", "2999-01-01", home=home).code == 0
    states = {r["id"]: r["state"] for r in run("alerts", "list", "--json", home=home).records()}
    assert states["a100-drop"].startswith("muted until 2999-01-01") and states["h100-drop"] == "new"
    assert run("alerts", "silence", "a100-drop", "--until", "now", home=home).code == 0
    assert {r["state"] for r in run("alerts", "list", "--json", home=home).records()} == {"new"}
    assert run("alerts", "silence", "nosuch", "--until", "2999-01-01", home=home).code == 2
    assert run("alerts", "silence", "a100-drop", "--until", "whenever", home=home).code == 2


def test_run_without_published_data_is_reported(home: Home) -> None:
    from warehouse.storage.connection import NothingPublished

    with pytest.raises(NothingPublished):
        record_events.run(home, book(log=LOG), NOW)


@pytest.mark.parametrize(("url", "most"), [
    ("discord://1234567890/abcdefghij", 2000), ("tgram://123456789:abcdefg_hijklmnop/12345/", 4096),
    ("pover://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", 1024),
])  # fmt: skip
def test_message_fits_what_a_service_accepts(url: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cut of 30 offers is longer than most services accept, and what they refuse for its length would be sent again."""
    import apprise

    long = "https://example.com/pricing?" + "&".join(f"region={n}" for n in range(12))
    sent: list[str] = []

    def notify(_: object, body: str, **__: object) -> bool:
        sent.append(body)
        return True

    monkeypatch.setattr(apprise.Apprise, "notify", notify)
    content = message.content("c", [message.payload(event(n, source_url=long)) for n in range(30)], NOW)
    assert len(message.render(content, "text")) > 4096
    assert channels._apprise(content, "text", url).is_sent
    (body,) = sent
    n_shown = body.count("    event ")
    assert len(body) + len(content["subject"]) <= most and n_shown >= 1
    assert f"and {30 - n_shown} more: gpuhour alerts preview --rule a100-drop" in body, "the rest is counted"
    assert content["groups"][0]["more"] == 10, "other channels get what they have room for"

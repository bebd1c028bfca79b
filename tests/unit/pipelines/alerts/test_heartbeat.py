"""A heartbeat tells how a refresh ended, and never fails, delays or betrays anything."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from pipelines import errors
from pipelines.alerts.delivery import heartbeat
from pipelines.cli.commands import refresh
from tests.conftest import Run
from tests.support import sinks
from warehouse.storage.state_dir import Home

SECRET = "0f6c2c1e-secret-uuid"


def posts(hook: sinks.Webhook) -> list[str]:
    return [body.decode() for _, body in hook.taken]


@pytest.mark.parametrize(
    ("code", "path"), [(0, f"/{SECRET}"), (3, f"/{SECRET}"), (1, f"/{SECRET}/fail"), (2, f"/{SECRET}/fail")]
)
def test_end_is_told_with_the_exit_code(monkeypatch: pytest.MonkeyPatch, code: int, path: str) -> None:
    with sinks.webhook() as hook:
        monkeypatch.setenv(heartbeat.VARIABLE, f"{hook.url.rpartition('/')[0]}/{SECRET}")
        heartbeat.ended(code)
    assert posts(hook) == [f"a refresh ended with exit code {code}"] and hook.paths == [path]


@pytest.mark.parametrize(("url", "signal", "goes_to"), [
    ("https://hc.example/uuid", "", "https://hc.example/uuid"),
    ("https://hc.example/uuid/", "start", "https://hc.example/uuid/start"),
    ("https://hc.example/ping/key/slug?create=1", "fail", "https://hc.example/ping/key/slug/fail?create=1"),
])  # fmt: skip
def test_signals_are_the_last_step_of_the_path(url: str, signal: str, goes_to: str) -> None:
    assert heartbeat.address(url, signal) == goes_to


def test_without_an_address_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(heartbeat.VARIABLE, raising=False)
    monkeypatch.setattr(heartbeat, "post", lambda *_: pytest.fail("sent"))
    heartbeat.began()
    heartbeat.ended(0)


@pytest.mark.parametrize("url", [
    f"ftp://hc.example/{SECRET}", f"file:///{SECRET}", SECRET, f"http://[{SECRET}", f"http://127.0.0.1:1/{SECRET}",
    f"http://me:{SECRET}@127.0.0.1:1/",
])  # fmt: skip
def test_bad_address_is_a_warning_without_the_secret(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, url: str
) -> None:
    monkeypatch.setenv(heartbeat.VARIABLE, url)
    heartbeat.ended(0)
    assert "the heartbeat failed" in caplog.text and SECRET not in caplog.text


def test_refusal_is_a_warning_without_the_secret(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with sinks.webhook(lambda: "500") as hook:
        monkeypatch.setenv(heartbeat.VARIABLE, f"{hook.url}/{SECRET}")
        heartbeat.ended(0)
    assert "HTTP 500" in caplog.text and SECRET not in caplog.text


def test_silent_service_delays_nothing(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(heartbeat, "DEADLINE", 0.1)
    monkeypatch.setattr(heartbeat, "post", lambda *_: time.sleep(2))  # whatever it is that takes so long
    monkeypatch.setenv(heartbeat.VARIABLE, f"https://hc.example/{SECRET}")
    began = time.monotonic()
    heartbeat.began()
    heartbeat.ended(0)
    assert time.monotonic() - began < 1 and "was not answered within 0.1 seconds" in caplog.text


ENDS = {
    "published": (3, None, 3),
    "crashed": (None, RuntimeError("no"), 1),
    "refused": (None, errors.UsageError("no"), 2),
}


@pytest.mark.parametrize("name", ENDS)
def test_every_end_of_a_refresh_is_told(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    code, error, expected = ENDS[name]
    sent: list[object] = []

    def run_refresh(*_: object) -> int:
        sent.append("running")
        if error:
            raise error
        assert code is not None
        return code

    monkeypatch.setattr(heartbeat, "began", lambda: sent.append("began"))
    monkeypatch.setattr(heartbeat, "ended", sent.append)
    monkeypatch.setattr(refresh, "run_refresh", run_refresh)
    if error:
        with pytest.raises(type(error)):
            refresh.refresh()
    else:
        assert refresh.refresh() == code
    assert sent == ["began", "running", expected]


def test_rehearsal_sends_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run: Run) -> None:
    monkeypatch.setenv(heartbeat.VARIABLE, "https://hc.example/x")
    monkeypatch.setattr(heartbeat, "post", lambda *_: pytest.fail("sent"))
    monkeypatch.setattr(refresh, "run_refresh", lambda *_: 0)
    with_captures = run("refresh", "--replay", tmp_path, home=Home(tmp_path))
    assert with_captures.code == 0

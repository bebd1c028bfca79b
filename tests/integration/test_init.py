"""`gpuhour init` writes settings, a first alert and a schedule; nothing before every answer is one."""

from __future__ import annotations

import io
import stat
import sys
from pathlib import Path

import pytest

from pipelines import settings
from pipelines.alerts.config import loader
from tests.conftest import Run


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "checkout"
    folder.mkdir()
    monkeypatch.setattr(settings, "CHECKOUT", folder)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return folder


def test_options_answer_every_question(run: Run, checkout: Path, tmp_path: Path) -> None:
    state = tmp_path / "prices"
    said = run("init", "--home", state, "--contact", "https://example.com/bot", "--no-gcp-key", "--alert",
        "H100 drops 5% in Europe", "--schedule", "systemd")  # fmt: skip
    assert said.code == 0, said.err
    written = (checkout / ".env").read_text()
    assert f"GPUHOUR_HOME='{state}'" in written and "GPUHOUR_CONTACT_URL='https://example.com/bot'" in written
    assert "API_KEY" not in written and stat.S_IMODE((checkout / ".env").stat().st_mode) == 0o600
    assert loader.load(state / "alerts.yaml").rules[-1].id == "h100-europe-drop-pct"
    units = tmp_path / "config" / "systemd" / "user"
    assert f"GPUHOUR_HOME={state}" in (units / "gpuhour.service").read_text()
    assert "OnCalendar" in (units / "gpuhour.timer").read_text()
    run("init", "--home", state, "--schedule", "none", "--yes")
    assert (checkout / ".env").read_text().count("GPUHOUR_HOME=") == 1


def test_questions_are_asked_at_a_terminal(
    run: Run, checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = io.StringIO(f"{tmp_path / 'mine'}\n\nn\n\ncron\n")
    monkeypatch.setattr(answers, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", answers)
    said = run("init")
    assert said.code == 0 and [f"{n}/5 " in said.err for n in range(1, 6)] == [True] * 5
    assert said.out.startswith("CRON_TZ=UTC\n15 6 * * * ") and str(tmp_path / "mine") in said.out
    assert not (tmp_path / "mine" / "alerts.yaml").exists()


@pytest.mark.parametrize(("wrong", "told"), [
    (("--alert", "H100 flies"), "flies"), (("--contact", "me"), "no address"), (("--schedule", "weekly"), "weekly"),
])  # fmt: skip
def test_a_wrong_answer_writes_nothing(
    run: Run, checkout: Path, tmp_path: Path, wrong: tuple[str, str], told: str
) -> None:
    said = run("init", "--home", tmp_path / "new", *wrong, "--yes")
    assert said.code == 2 and told in said.err
    assert not (checkout / ".env").exists() and not (tmp_path / "new").exists()


def test_without_a_terminal_it_asks_for_options(run: Run, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    said = run("init")
    assert said.code == 2 and "--yes" in said.err and not (checkout / ".env").exists()

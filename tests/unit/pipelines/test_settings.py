"""Settings, and the schedule as systemd and cron read it."""

from __future__ import annotations

import configparser
from pathlib import Path

import pytest

from pipelines import settings
from pipelines.cli.service_units import TEXT
from tests.support.worlds import ROOT
from warehouse.storage.state_dir import Lake


def test_settings_go_flag_environment_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GPUHOUR_HOME", str(tmp_path / "env"))
    assert settings.home(tmp_path / "flag").root == tmp_path / "flag"
    assert settings.home().root == tmp_path / "env"
    monkeypatch.delenv("GPUHOUR_HOME")
    assert settings.home().root == ROOT / "data"


def test_a_lake_is_named_by_two_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GPUHOUR_LAKE", raising=False)
    monkeypatch.setenv("GPUHOUR_LAKE_FILES", "s3://bucket/prefix/")
    assert settings.home().lake is None
    monkeypatch.setenv("GPUHOUR_LAKE", "ducklake:postgres://anna:secret@db/lake")
    assert settings.home().lake == Lake("postgres://anna:secret@db/lake", "s3://bucket/prefix")
    assert "secret" not in repr(settings.home())


@pytest.mark.parametrize(
    ("address", "files", "message"),
    [
        ("postgres://db/lake", "/srv/lake", "begins with ducklake:postgres://"),
        ("ducklake:lake.sqlite", "/srv/lake", "begins with ducklake:postgres://"),
        ("ducklake:postgres://db/lake", "", "set GPUHOUR_LAKE_FILES"),
        ("ducklake:postgres://db/lake", "lake", "set GPUHOUR_LAKE_FILES"),
        ("ducklake:postgres://db/lake", "/", "set GPUHOUR_LAKE_FILES"),
    ],
)
def test_half_a_lake_is_refused(monkeypatch: pytest.MonkeyPatch, address: str, files: str, message: str) -> None:
    monkeypatch.setenv("GPUHOUR_LAKE", address)
    monkeypatch.setenv("GPUHOUR_LAKE_FILES", files)
    with pytest.raises(settings.NoLake, match=message):
        settings.home()


def test_the_schedule_text_is_what_systemd_and_cron_read(tmp_path: Path) -> None:
    text = TEXT.format(checkout=ROOT, home=tmp_path)
    service, timer = text.split("# gpuhour.timer")
    service, (timer, cron) = service.split("# gpuhour.service")[1], timer.split("# or cron")
    unit = configparser.RawConfigParser()
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(service)
    assert unit["Service"]["ExecStart"] == f"{ROOT}/.venv/bin/gpuhour refresh"
    assert unit["Service"]["SuccessExitStatus"] == "3 143" and unit["Service"]["WorkingDirectory"] == str(ROOT)
    assert unit["Service"]["Environment"] == f"GPUHOUR_HOME={tmp_path}"
    daily = configparser.RawConfigParser()
    daily.read_string(timer)
    assert daily["Timer"]["Persistent"] == "true" and daily["Timer"]["OnCalendar"].endswith("UTC")
    lines = [line for line in cron.splitlines() if line and not line.startswith("#")]
    (entry,) = [line for line in lines if "gpuhour refresh" in line]
    fields = entry.split(None, 5)
    assert fields[:5] == ["15", "6", "*", "*", "*"] and fields[5].startswith(f"cd {ROOT} && ")
    assert "%" not in entry  # cron would take it for the end of the line

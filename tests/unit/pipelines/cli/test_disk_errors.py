"""A folder that cannot be written, and a ledger that cannot be read, are answered at once and in a sentence."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.support.worlds import CAPTURES
from warehouse.storage.state_dir import Home

PRICES = (
    "date,provider,instance,pricing_model,price_usd_per_hour,gpu_count\n2024-01-01,lambda,gpu_1x_h100,on_demand,2.0,1\n"
)


@pytest.mark.parametrize(
    "command",
    [("refresh", "--replay", CAPTURES), ("demo",), ("import", "{file}", "--source", "x"), ("backfill", "lambda")],
)
def test_folder_that_cannot_be_written_is_named_at_once(run: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "file").write_text(PRICES)
    started = time.monotonic()
    said = run(*(str(word).format(file=tmp_path / "file") for word in command), home=Home(tmp_path / "file" / "home"))
    assert said.code == 1 and not said.out and time.monotonic() - started < 10
    assert said.err == f"gpuhour: cannot write to the state folder {tmp_path / 'file' / 'home'}: Not a directory\n"


@pytest.mark.parametrize(
    "command",
    [
        ("alerts", "outbox"), ("alerts", "retry"), ("alerts", "silence", "a100-drop", "--until", "2099-01-01"),
        ("providers", "accept", "ibm"), ("import", "{file}", "--source", "x"),
    ],
)  # fmt: skip
def test_ledger_that_cannot_be_read_is_named(run: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "file").write_text(PRICES)
    home = Home(tmp_path / "home")
    home.root.mkdir()
    home.ledger.write_text("this is no ledger, but some words in a file of that name\n" * 9)
    said = run(*(word.format(file=tmp_path / "file") for word in command), home=home)
    assert said.code == 1 and f"{home.ledger} cannot be used" in said.err
    assert "Traceback" not in said.err and "file is not a database" in said.err

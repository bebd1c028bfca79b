"""Ctrl-C, SIGTERM and a closed terminal end a command within seconds, with the exit code of the signal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.worlds import ROOT, heeding_signals

# Stands in for Dagster's servers: neither it nor its child heeds a request to end.
STUBBORN = """
import os, signal, sys, time
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
os.fork()
with open(sys.argv[1], "a") as stream:
    stream.write(f"{os.getpid()}\\n")
time.sleep(60)
"""
SUPERVISED = """
import sys
from pipelines.cli import dagster_server
dagster_server._GRACE = 0.3
sys.exit(dagster_server.supervise([sys.executable, "-c", sys.argv[1], sys.argv[2]], {}))
"""
WAITING = """
import time
from pipelines.cli import app
@app.app.command
def wait() -> int:
    print("waits", flush=True)
    while True:
        try:
            time.sleep(60)
        except BaseException:  # as Dagster does: it catches an interrupt and goes on
            pass
app.main(["wait"])
"""


def lives(pid: int) -> bool:
    """Return whether a process still runs."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def ends(pid: int) -> bool:
    """Wait up to five seconds for a process to end, and return whether it did."""
    give_up = time.monotonic() + 5
    while lives(pid) and time.monotonic() < give_up:
        time.sleep(0.01)
    return not lives(pid)


@contextmanager
def command(**options: Any) -> Iterator[subprocess.Popen[str]]:
    """Run a command that waits, until it does; it does not outlive the test."""
    heeding: dict[str, Any] = {"preexec_fn": heeding_signals} | options
    process = subprocess.Popen(
        [sys.executable, "-c", WAITING], cwd=ROOT, stdout=subprocess.PIPE, text=True, **heeding
    )  # fmt: skip
    with process:
        try:
            assert process.stdout and process.stdout.readline() == "waits\n"
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_no_server_outlives_its_supervisor(tmp_path: Path, number: signal.Signals) -> None:
    pids = tmp_path / "pids"
    process = subprocess.Popen(
        [sys.executable, "-c", SUPERVISED, STUBBORN, str(pids)], cwd=ROOT, preexec_fn=heeding_signals
    )
    give_up = time.monotonic() + 30
    while not pids.exists() or pids.read_text().count("\n") < 2:
        assert time.monotonic() < give_up
        time.sleep(0.02)
    process.send_signal(number)
    assert process.wait(5) == 128 + number
    assert all(ends(int(pid)) for pid in pids.read_text().split())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_command_ends_though_it_swallows_interrupts(number: signal.Signals) -> None:
    with command(stderr=subprocess.PIPE) as process:
        process.send_signal(number)
        _, err = process.communicate(timeout=5)
    assert process.returncode == 128 + number and err.startswith("gpuhour: interrupted by ")


def test_ignored_hangup_stays_ignored() -> None:
    with command(preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)) as process:
        os.kill(process.pid, signal.SIGHUP)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.3)
        process.terminate()
        assert process.wait(5) == 143

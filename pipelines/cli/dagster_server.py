"""Runs Dagster's web interface and daemon, and ends all of their processes within seconds. `make serve` runs it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType

from pipelines import settings
from pipelines.cli.interruption import REASONS, exit_code

_GRACE = 3.0  # seconds between asking and killing
_POLL = 0.05


class _Stopped(Exception):
    """A signal asked this process to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def main() -> int:
    """Serve until a signal comes; return the exit code."""
    settings.load_env_file()
    environment = {
        "DAGSTER_HOME": str(settings.dagster_home(settings.home())),
        "VIRTUAL_ENV": sys.prefix,  # or dg warns, twice, that another one is active
    }
    port = os.environ.get("PORT", "3000")
    dg = Path(sys.executable).with_name("dg")
    return supervise([str(dg), "dev", "--host", "127.0.0.1", "--port", port], environment)


def supervise(command: Sequence[str], environment: dict[str, str]) -> int:
    """Run a command in a session of its own, and end all of that session when a signal comes; return the exit code.

    Dagster's servers end each other in turn, and some outlive a signal by minutes.
    """
    for number in REASONS:
        signal.signal(number, _stop)
    process = subprocess.Popen(command, env=os.environ | environment, start_new_session=True)  # noqa: S603 -- ours
    try:
        return process.wait()
    except _Stopped as stopped:
        for number in REASONS:
            signal.signal(number, signal.SIG_IGN)
        _end(process)
        return exit_code(stopped.number)


def _stop(number: int, _: FrameType | None) -> None:
    raise _Stopped(number)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask every process of the session to end, and kill those that have not when the time is up."""
    give_up = time.monotonic() + _GRACE
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
        while time.monotonic() < give_up:
            process.poll()  # one that nobody waits for counts as living
            os.killpg(process.pid, 0)
            time.sleep(_POLL)
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


if __name__ == "__main__":
    sys.exit(main())

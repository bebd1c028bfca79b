"""The demo's tables published to a Postgres of its own: all of them, a day's change, and nothing new.

Each is a whole `gpuhour publish`: seconds on the clock, and of processor time in the client.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.support import postgres_server

ROOT = Path(__file__).parents[2]
GPUHOUR = (sys.executable, "-c", "from pipelines.cli.app import main; main()")
NEXT_DAY = "2026-09-21"  # the demo ends on the day before


def main() -> None:
    """Print one line a publication."""
    try:
        with tempfile.TemporaryDirectory() as home, postgres_server.running() as server:
            env = {**os.environ, "GPUHOUR_HOME": home, "GPUHOUR_PUBLISH_TO": server.address()}
            _run(env | {"GPUHOUR_PUBLISH_TO": ""}, "demo")
            _publish(env, "all of the demo")
            _run(
                env | {"GPUHOUR_PUBLISH_TO": ""},
                "refresh",
                "--replay",
                str(ROOT / "tests/captures"),
                "--date",
                NEXT_DAY,
            )
            _publish(env, "the next day")
            _publish(env, "the same again")
    except pytest.skip.Exception as absent:
        print(f"left out: {absent}")


def _publish(env: dict[str, str], what: str) -> None:
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    _run(env, "publish")
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    client = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{what:<16} {seconds:6.2f} s on the clock, {client:6.2f} CPU s in gpuhour")


def _run(env: dict[str, str], *arguments: str) -> None:
    done = subprocess.run((*GPUHOUR, *arguments), env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3):  # 3: a source asks for a key
        raise SystemExit(f"gpuhour {arguments[0]} exits {done.returncode}: {done.stderr[-2000:]}")


if __name__ == "__main__":
    main()

"""The demo's tables published to a Postgres of its own: all of them, a day's change, and nothing new.

Run: python -m tests.benchmarks.bench_postgres. Each line is a whole `gpuhour publish`: seconds on the clock, and of
processor time in the client.
"""

from __future__ import annotations

import resource
import tempfile
import time
from pathlib import Path

import pytest

from tests.support import postgres_server, worlds

NEXT_DAY = "2026-09-21"  # the demo ends on the day before


def main() -> None:
    """Print one line a publication."""
    try:
        with tempfile.TemporaryDirectory() as folder, postgres_server.running() as server:
            home = Path(folder)
            _run(home, "demo")
            _publish(home, server, "all of the demo")
            _run(home, "refresh", "--replay", worlds.CAPTURES, "--date", NEXT_DAY)
            _publish(home, server, "the next day")
            _publish(home, server, "the same again")
    except pytest.skip.Exception as absent:
        print(f"left out: {absent}")


def _publish(home: Path, server: postgres_server.PostgresServer, what: str) -> None:
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    _run(home, "publish", to=server.address())
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    client = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{what:<16} {seconds:6.2f} s on the clock, {client:6.2f} CPU s in gpuhour")


def _run(home: Path, *arguments: str | Path, to: str = "") -> None:
    done = worlds.cli(*arguments, home=home, timeout=600, GPUHOUR_PUBLISH_TO=to)
    if done.returncode not in (0, 3):  # 3: a source asks for a key
        raise SystemExit(f"gpuhour {arguments[0]} exits {done.returncode}: {done.stderr[-2000:]}")


if __name__ == "__main__":
    main()

"""A lake with its workers on this machine, each with a state folder of its own, as if on machines of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.worlds import CAPTURES, ROOT
from warehouse.storage.state_dir import Home, Lake

DAGSTER = """
telemetry: { enabled: false }
storage: { postgres: { postgres_url: { env: DAGSTER_PG_URL } } }
run_monitoring: { enabled: true, max_runtime_seconds: 10800 }
"""


@dataclass
class Fleet:
    """Where everything is, and the workers that run."""

    root: Path
    lake: Lake
    broker: str
    run_history: str  # postgresql+psycopg2://…
    sources: tuple[str, ...]
    latency: float = 0.0
    hangs: str = ""
    times: int = 0  # how often it hangs
    prices_only: bool = True
    extra: dict[str, str] = field(default_factory=dict)  # of the environment; wins over all else
    workers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def mark(self) -> Path:
        """The file in which workers that hang write their names."""
        return self.root / "hangs"

    @property
    def captures(self) -> Path:
        """The captures of the sources alone."""
        folder = self.root / "captures"
        if not folder.exists():
            for slug in self.sources:
                shutil.copytree(CAPTURES / slug, folder / slug)
        return folder

    def home(self, name: str) -> Home:
        """Return a machine's state folder."""
        return Home(self.root / name, self.lake)

    def environment(self, name: str) -> dict[str, str]:
        """Return the environment of a machine's processes."""
        dagster = self.root / "dagster"
        dagster.mkdir(exist_ok=True)
        (dagster / "dagster.yaml").write_text(DAGSTER)
        ours = {k: v for k, v in os.environ.items() if not k.startswith("GPUHOUR_")}
        return ours | {
            "GPUHOUR_HOME": str(self.root / name), "GPUHOUR_REPORT": "off", "GPUHOUR_BROKER": self.broker,
            "GPUHOUR_LAKE": f"ducklake:{self.lake.catalog}", "GPUHOUR_LAKE_FILES": self.lake.files,
            "GPUHOUR_WORKER_PATIENCE": "15", "DAGSTER_HOME": str(dagster), "DAGSTER_PG_URL": self.run_history,
            "PYTHONPATH": str(ROOT), "SOURCES": " ".join(self.sources), "LATENCY": str(self.latency),
            "HANGS": self.hangs, "MARK": str(self.mark), "WORKER": name, "TIMES": str(self.times),
            "PRICES_ONLY": "1" if self.prices_only else "", **self.extra,
        }  # fmt: skip

    def start(self, *names: str) -> None:
        """Start workers and wait until each answers."""
        for name in names:
            command = [
                sys.executable, "-m", "celery", "-A", "tests.support.celery_app", "worker", "-n", f"{name}@here",
                "-Q", "dagster", "-P", "prefork", "-c", "1", "-l", "INFO", "--without-gossip", "--without-mingle",
            ]  # fmt: skip
            with (self.root / f"{name}.log").open("wb") as log:
                self.workers[name] = subprocess.Popen(
                    command, cwd=ROOT, env=self.environment(name), stdout=log, stderr=log, start_new_session=True
                )
        deadline = time.monotonic() + 180
        for name in names:
            while b"ready." not in (self.root / f"{name}.log").read_bytes():
                assert self.workers[name].poll() is None, (self.root / f"{name}.log").read_text()
                assert time.monotonic() < deadline, f"{name} did not start"
                time.sleep(0.2)

    def kill(self, name: str) -> None:
        """End a worker and what it started, at once, as when its machine loses power."""
        worker = self.workers.pop(name)
        os.killpg(worker.pid, 9)
        worker.wait()

    def kill_hanging(self) -> None:
        """Kill each worker that hangs, as often as one does."""
        for number in range(self.times):
            deadline = time.monotonic() + 300
            while not self.mark.exists() or len(self.mark.read_text().splitlines()) <= number:
                assert time.monotonic() < deadline, "no worker hangs"
                time.sleep(0.2)
            self.kill(self.mark.read_text().splitlines()[number])

    def refresh(self, name: str) -> subprocess.CompletedProcess[str]:
        """Run a refresh on a machine; the scrape's steps run on the workers."""
        code = (
            "import sys, tests.support.slow_sources\nfrom pipelines.cli.app import main\n"
            "main(['refresh', '--replay', sys.argv[1]])"
        )
        return subprocess.run(
            [sys.executable, "-c", code, self.captures], cwd=ROOT, env=self.environment(name),
            capture_output=True, text=True, timeout=540, check=False,
        )  # fmt: skip


@contextmanager
def fleet(*parts: object, **settings: object) -> Iterator[Fleet]:
    """Yield a fleet; its workers end with the test."""
    made = Fleet(*parts, **settings)  # type: ignore[arg-type]
    made.root.mkdir(parents=True, exist_ok=True)
    try:
        yield made
    finally:
        for name in list(made.workers):
            made.kill(name)

"""Fixtures that several test modules share."""

from __future__ import annotations

import fcntl
import gc
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, settings

from pipelines.cli import app
from tests.support import report_world, worlds
from tests.support.reference_data import SHARED
from tests.support.report_site import BASE, Site
from warehouse.publish import publish
from warehouse.storage.state_dir import Home

EXPORTED = publish._exported
# How long an example takes on a busy machine says nothing of what is tested; each example writes to a place of its own.
settings.register_profile(
    "gpuhour", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
settings.load_profile("gpuhour")


@pytest.hookimpl(trylast=True)  # once the extras are out of the list
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let each worker start with another of the slow fixtures, so that none waits for what another makes.

    Work stealing gives each worker an equal share of the list. Long tests come first in each share: at the end the
    workers take short ones from each other.
    """
    by_module: dict[Path, list[pytest.Item]] = {}
    for item in items:
        by_module.setdefault(item.path, []).append(item)
    kinds = ("chaos", "integration", "unit")
    modules = sorted(
        by_module.values(), key=lambda tests: next((n for n, k in enumerate(kinds) if k in tests[0].path.parts), 3)
    )
    shares: list[list[pytest.Item]] = [[] for _ in range(getattr(config, "workerinput", {}).get("workercount", 1))]
    for number, name in enumerate(("archive", "demo", "site")):
        users = [tests for tests in modules if any(name in getattr(item, "fixturenames", ()) for item in tests)]
        for tests in users:
            shares[number % len(shares)] += tests
        modules = [tests for tests in modules if tests not in users]
    for number, tests in enumerate(modules):
        shares[number % len(shares)] += tests
    # What one share has too much of goes from its end, where the short tests are, to the next.
    size, spare = len(items) // len(shares) + 1, list[pytest.Item]()
    for share in shares:
        spare += share[size:]
        del share[size:]
    for share in shares:
        n_free = size - len(share)
        share += spare[:n_free]
        del spare[:n_free]
    items[:] = [item for share in shares for item in share]


def pytest_collection_finish() -> None:
    """Keep what was imported out of garbage collections: they would look at it again with every few tests."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """DuckDB runs on one thread in this process: a fifth less CPU for small tables. Child processes keep all cores."""
    connect = duckdb.connect

    def on_one_thread(*arguments: Any, **options: Any) -> duckdb.DuckDBPyConnection:
        con = connect(*arguments, **options)
        con.execute("set threads = 1")
        return con

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(duckdb, "connect", on_one_thread)
        yield


@pytest.fixture
def without_costs() -> Iterator[None]:
    """Leave out the tables of costs in a test's builds and publications; ask for it with `usefixtures`."""
    with worlds.without_costs():
        yield


@pytest.fixture(scope="module")
def module_without_costs() -> Iterator[None]:
    """The same for a whole module, its fixtures too."""
    with worlds.without_costs():
        yield


@pytest.fixture(scope="session", autouse=True)
def no_report() -> Iterator[None]:
    """A refresh within a test builds no report: whoever tests that says so."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GPUHOUR_REPORT", "off")
        yield


@pytest.fixture(scope="session", autouse=True)
def no_exports() -> Iterator[None]:
    """A publication within this process writes no file beside the database: half of its time is theirs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publish, "_exported", list)
        yield


@pytest.fixture(scope="module")
def with_exports() -> Iterator[None]:
    """It does so in modules that ask for it with `usefixtures`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publish, "_exported", EXPORTED)
        yield


@pytest.fixture
def shared() -> Callable[[str], Path]:
    """shared("captures/gcp/x.html") -> a file of the reference material; skips the test where there is none of it."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared (absent in a user's clone)")
    return lambda relative: SHARED / relative


@dataclass(frozen=True, slots=True)
class Said:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    def records(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.out)
        return found


Run = Callable[..., Said]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """run("prices", "A100", home=home) -> what `gpuhour prices A100` says."""

    def call(*arguments: str | Path, home: Home | None = None) -> Said:
        monkeypatch.setenv("GPUHOUR_HOME", str(home.root if home else "nowhere"))
        with pytest.raises(SystemExit) as left:
            app.main([str(a) for a in arguments])
        out, err = capsys.readouterr()
        return Said(int(left.value.code or 0), out, err)

    return call


@dataclass(frozen=True, slots=True)
class Demo:
    """What a command of gpuhour left and said; read-only for tests."""

    home: Home
    stdout: str
    stderr: str
    code: int


@pytest.fixture(scope="session")
def common_tmp(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all workers of one test run see."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _once(folder: Path, *command: str | Path, **env: str) -> Demo:
    """A command, run once as a process of its own; whoever comes second waits for it."""
    with _alone(folder):
        if not (folder / "code").exists():
            dagster_home = worlds.dagster_home(folder / "dagster")
            done = worlds.cli(*command, home=folder / "home", dagster_home=dagster_home, timeout=900, **env)
            (folder / "stdout").write_text(done.stdout)
            (folder / "stderr").write_text(done.stderr)
            (folder / "code").write_text(str(done.returncode))
    said = [(folder / name).read_text() for name in ("stdout", "stderr", "code")]
    return Demo(Home(folder / "home"), said[0], said[1], int(said[2]))


@pytest.fixture(scope="session")
def demo(common_tmp: Path) -> Demo:
    """The demo's state, with its report."""
    return _once(common_tmp / "demo", "demo", GPUHOUR_REPORT="")


PRICES_2011_2024 = SHARED / "history" / "gpu_price_daily_2011_2024.parquet"
# A third of its rows: all of A100, H100 and V100, and list prices of other GPUs, of Amazon's thirteen years the K80 alone.
IN_THE_SUITE = """
    regexp_matches(gpu_name_raw, '[AHV]100|[ahv]100') or source_repo like 'cloud-gpus/%'
    or (pricing_model <> 'spot' and (provider <> 'aws' or gpu_name_raw = 'K80'))
"""


@pytest.fixture(
    scope="session",
    params=[pytest.param("a third", marks=pytest.mark.slow), pytest.param("whole", marks=pytest.mark.extras)],
)
def archive(common_tmp: Path, request: pytest.FixtureRequest) -> Demo:
    """The state after `gpuhour import` of real prices, 2011 to 2024: 1.5 million of them in the extras."""
    if not PRICES_2011_2024.exists():
        pytest.skip("needs ../shared (absent in a user's clone)")
    folder, file = common_tmp / f"archive-{request.param}", PRICES_2011_2024
    if request.param != "whole":
        file = common_tmp / "third.parquet"
        with _alone(folder):
            if not file.exists():
                duckdb.sql(f"copy (from '{PRICES_2011_2024}' where {IN_THE_SUITE}) to '{file}' (format parquet)")
    return _once(folder, "import", file, "--source", "archive")


@pytest.fixture
def demo_copy(demo: Demo, tmp_path: Path) -> Home:
    """A copy of the demo's state that a test may spoil."""
    shutil.copytree(demo.home.root, tmp_path / "home")
    return Home(tmp_path / "home")


@pytest.fixture(scope="session")
def market(common_tmp: Path) -> Home:
    """A market of half a year with hostile names; read-only."""
    folder = common_tmp / "market"
    with _alone(folder):
        if not (folder / "done").exists():
            report_world.make(folder / "home", hostile=True)
            (folder / "done").touch()
    return Home(folder / "home")


@pytest.fixture(scope="session")
def site(market: Home, common_tmp: Path) -> Site:
    """Its report, as if published."""
    from pipelines.reports.build import build

    with _alone(common_tmp / "market"):
        if not (common_tmp / "market" / "site").exists():
            build(market, common_tmp / "market" / "part", BASE)
            (common_tmp / "market" / "part").rename(common_tmp / "market" / "site")
    return Site(common_tmp / "market" / "site")

"""The script that measures a GPU: its rows, its time, its way around crashes; and, as an extra, all of it on a CPU."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import venv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.gpu import measure
from tests.gpu.measure import Job, Outcome, Worker

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
READ = Job("memory_read", "", "GB/s", (1024,))
# As much of torch as it takes to show what can go wrong: it crashes, hangs, refuses and lacks things.
FAKE = """
import os, time, types
__version__ = "0.fake"
version = types.SimpleNamespace(hip=None, cuda=None)
cuda = types.SimpleNamespace(is_available=lambda: False)
int8, bfloat16, float16, float32 = "int8", "bfloat16", "float16", "float32"
manual_seed = lambda seed: None
class Tensor:
    def __init__(self, *shape): self.shape = shape
    def to(self, dtype):
        self.dtype = dtype
        return self
    def t(self): return self
    def sum(self): return time.sleep(0.001)
    def zero_(self): return self
def empty(*shape, **options): return Tensor(*shape)
def randn(shape, **options): return Tensor(*shape)
def empty_like(tensor): os._exit(3)
def mm(a, b):
    if a.dtype == float16 and a.shape == (2, 2): time.sleep(600)
    raise RuntimeError("no such units\\n here")
"""


@pytest.fixture
def fake_torch(tmp_path: Path) -> Path:
    """Return a folder with the module torch that FAKE is."""
    folder = tmp_path / "fake"
    folder.mkdir()
    (folder / "torch.py").write_text(FAKE)
    return folder


@pytest.fixture
def worker(fake_torch: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    """Yield a worker whose torch is the fake one."""
    monkeypatch.syspath_prepend(fake_torch)
    made = Worker("cpu")
    yield made
    made.close()


def script(torch_at: Path, *arguments: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    """Run the file by its path, as on a machine that has nothing else of this project."""
    return subprocess.run(
        [python, measure.__file__, *arguments], capture_output=True, text=True, timeout=280,
        env=os.environ | {"PYTHONPATH": str(torch_at)}, cwd=torch_at,
    )  # fmt: skip


def read(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_row_has_the_median_and_the_spread() -> None:
    row = measure.row_of(
        READ, Outcome([100.0, 90.0, 110.0, 500.0, 95.0]), {"device": "NVIDIA H200", "torch": "2.13.0"}, NOW
    )
    assert (row["value"], row["n"], row["spread"], row["reason"]) == ("100", "5", "0.075", "")  # quartiles 95 and 110
    assert (row["quantity"], row["shape"], row["device"], row["measured_at"]) == (
        "memory_read", "1024", "NVIDIA H200", "2026-11-29T12:00:00Z")  # fmt: skip
    assert tuple(row) == measure.COLUMNS


def test_row_without_a_value_has_the_reason() -> None:
    row = measure.row_of(READ, Outcome([], "no FP4 units"), {}, NOW)
    assert (row["value"], row["spread"], row["n"], row["reason"]) == ("", "", "0", "no FP4 units")


def test_time_that_is_over_leaves_the_rest_without_values() -> None:
    jobs = [Job("memory_read", "", "GB/s", (n,)) for n in range(4)]
    now = [0.0]

    def slow(job: Job, limit: float) -> Outcome:
        assert limit > 0
        now[0] += 4
        return Outcome([1.0])

    outcomes = list(measure.run(jobs, slow, 7, clock=lambda: now[0]))
    assert [job for job, _ in outcomes] == jobs
    assert [bool(outcome.samples) for _, outcome in outcomes] == [True, True, False, False]
    assert "more --seconds" in outcomes[2][1].reason


def test_a_half_written_file_is_never_seen(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    row = measure.row_of(READ, Outcome([1.0]), {}, NOW)
    measure.write_rows(file, [row])
    with pytest.raises(ValueError, match="surprise"):
        measure.write_rows(file, [row, {"surprise": "x"}])
    assert [r["quantity"] for r in read(file)] == ["memory_read"]


def test_a_crash_a_hang_and_an_error_cost_one_row_each(worker: Worker) -> None:
    assert len(worker.measure(READ, 30).samples) == 25
    assert worker.measure(Job("memory_copy", "", "GB/s", (1024,)), 30) == Outcome([], "the process died")
    assert worker.measure(Job("matmul", "BF16", "TFLOPS", (2, 2, 2)), 30) == Outcome([], "no such units here")
    assert worker.measure(Job("matmul", "FP16", "TFLOPS", (2, 2, 2)), 1) == Outcome([], "no answer within 1 s")
    assert worker.measure(READ, 30).samples, "and the next is measured"


def test_all_rows_are_written_whatever_fails(fake_torch: Path, tmp_path: Path) -> None:
    done = script(fake_torch, "--output", str(tmp_path / "rows.csv"), "--seconds", "8", "--device", "cpu")
    assert done.returncode == 0, done.stderr
    rows = read(tmp_path / "rows.csv")
    assert len(rows) == len(measure.jobs_for("cpu", {"free": 1 << 30, "ranks": 2}))
    assert all(bool(row["value"]) != bool(row["reason"]) for row in rows)
    assert {row["torch"] for row in rows} == {"0.fake"}
    assert not done.stdout, "rows go to the file, messages to stderr"


@pytest.mark.parametrize("arguments, reason", [
    (("--device", "cuda"), "no GPU that torch can use"), (("--seconds", "9999"), "at most 250"), (("--seconds", "0"), "above 0"),
    (("--output", "nowhere/rows.csv"), "no folder nowhere"),
])  # fmt: skip
def test_impossible_requests_end_with_the_reason(fake_torch: Path, arguments: tuple[str, ...], reason: str) -> None:
    done = script(fake_torch, "--output", "rows.csv", *arguments)
    assert done.returncode == 2 and reason in done.stderr and "Traceback" not in done.stderr
    assert not (fake_torch / "rows.csv").exists()


def test_missing_torch_is_named(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("raise ImportError('no torch here')")
    done = script(tmp_path, "--output", "rows.csv")
    assert done.returncode == 2 and "install PyTorch" in done.stderr and "Traceback" not in done.stderr


@pytest.fixture
def python_with_torch(tmp_path: Path) -> str:
    """Return a Python that has torch: GPUHOUR_TORCH_PYTHON, or a new environment (some GB where pip has no CPU build)."""
    if given := os.environ.get("GPUHOUR_TORCH_PYTHON"):
        return given
    venv.create(tmp_path / "venv", with_pip=True)
    python = str(tmp_path / "venv" / "bin" / "python")
    done = subprocess.run([python, "-m", "pip", "install", "-q", "torch==2.13.0"], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"torch cannot be installed here: {done.stderr.strip()[-200:]}")
    return python


@pytest.mark.extras
def test_every_quantity_that_a_cpu_can_do_is_measured(python_with_torch: str, tmp_path: Path) -> None:
    done = script(tmp_path, "--output", "rows.csv", "--device", "cpu", python=python_with_torch)
    assert done.returncode == 0, done.stderr
    rows = {(row["quantity"], row["format"]): row for row in read(tmp_path / "rows.csv")}
    valued = {key for key, row in rows.items() if row["value"]}
    assert {quantity for quantity, _ in valued} == set(measure.MEASURES)
    assert {form for quantity, form in valued if quantity == "matmul"} >= {"BF16", "FP16", "FP8", "FP8-ROW", "W8A8"}
    assert all(float(rows[key]["value"]) > 0 and int(rows[key]["n"]) >= 3 for key in valued)
    assert rows["matmul", "FP4"]["reason"] and not rows["matmul", "FP4"]["value"], "a CPU has no FP4 units"

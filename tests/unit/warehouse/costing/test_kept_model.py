"""A cost model that was made before a fork: the fork has it at once, as a copy of its own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.ingest.worker import WorkerFailed, result_of
from warehouse.costing import database
from warehouse.costing.database import cost_model, keep_for_forks
from warehouse.costing.requests import answer_requests, write_requests

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="answers are worked out in forks on Linux alone")
_OWN = "name,layers,hidden,heads,vocab,context_tokens,ffn_dim\nmine,{layers},4096,32,32000,8192,11008\n"
REQUEST = {"model": "llama-3.1-8b", "gpu": "H100 SXM", "n_gpus": 1, "precision": "fp8", "isl": 500, "osl": 500}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    keep_for_forks(tmp_path)
    yield tmp_path
    assert database._kept.is_open
    database._kept.drop()


def _answer(folder: Path, **differs: object) -> float:
    with cost_model(folder) as con:
        assert not con.execute("select 1 from duckdb_tables() where table_name = 'answers'").fetchall()
        write_requests(con, [REQUEST | differs])
        answer_requests(con)
        speed: float = con.execute("select output_tokens_per_s_per_gpu from answers").fetchall()[0][0]
        return speed


def _broken(*_: object) -> None:
    raise AssertionError("made anew")


def test_forks_answer_alike_with_a_model_that_none_of_them_makes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    anew = _answer(folder)
    monkeypatch.setattr(database, "_fill", _broken)
    assert [result_of(lambda: _answer(folder)) for _ in range(3)] == [anew] * 3
    with pytest.raises(AssertionError, match="made anew"):  # whoever kept it does not use it up
        _answer(folder)
    with pytest.raises(WorkerFailed, match="made anew"):  # of another folder
        result_of(lambda: _answer(folder / "other"))


def test_specs_of_ones_own_are_followed(folder: Path) -> None:
    speeds = []
    for layers in (16, 32):
        (folder / "models.csv").write_text(_OWN.format(layers=layers))
        speeds.append(result_of(lambda: _answer(folder, model="mine", precision="bf16")))  # it makes its own
        keep_for_forks(folder)
        speeds.append(result_of(lambda: _answer(folder, model="mine", precision="bf16")))
    assert speeds[0] == speeds[1] > speeds[2] == speeds[3]


def test_specs_that_cannot_be_read_are_reported_by_whoever_asks(folder: Path) -> None:
    (folder / "models.csv").write_text("name,layers\nmine,3\n")
    keep_for_forks(folder)
    with pytest.raises(WorkerFailed, match="states no hidden"):
        result_of(lambda: _answer(folder))
    (folder / "models.csv").unlink()
    keep_for_forks(folder)
    assert result_of(lambda: _answer(folder)) > 0

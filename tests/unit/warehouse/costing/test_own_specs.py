"""Models and GPUs of one's own: rows that add to the specs, rows that change them, and rows that cannot be used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.worlds import rows
from warehouse.costing.database import cost_model
from warehouse.costing.own_specs import UnreadableSpecs
from warehouse.costing.requests import answer_requests, spec_names, write_requests
from warehouse.identity.spec_names import UnknownName

MODEL = "name,layers,hidden,heads,kv_heads,ffn_dim,vocab,context_tokens\n"
GPU = "name,gpu_memory_gb,bandwidth_gbs,fp16_tflops\n"


def one(folder: Path, table: str, name: str) -> dict[str, Any]:
    with cost_model(folder) as con:
        (row,) = rows(con, f"from marts.{table} where name = ?", name)
        return row


def test_model_of_few_columns_is_completed(tmp_path: Path) -> None:
    (tmp_path / "models.csv").write_text(MODEL + "mine-8b,32,4096,32,8,14336,128256,8192\n")
    mine, llama = one(tmp_path, "llm_specs", "mine-8b"), one(tmp_path, "llm_specs", "llama-3-8b")
    for column in (
        "attention_params",
        "dense_params",
        "matmul_params",
        "kv_elements_per_token",
        "rebuilt_params",
        "decode_width",
    ):
        assert mine[column] == llama[column], column
    assert mine["total_params_b"] == pytest.approx(8.03, rel=1e-3) and mine["published_as"] is None


def test_mixture_of_few_columns_is_completed(tmp_path: Path) -> None:
    columns = MODEL.replace("ffn_dim", "experts,experts_per_token,expert_ffn_dim,total_params_b")
    (tmp_path / "models.csv").write_text(columns + "mine,32,4096,32,8,8,2,14336,46.7,32000,32768\n")
    mine, mixtral = one(tmp_path, "llm_specs", "mine"), one(tmp_path, "llm_specs", "mixtral-8x7b")
    assert (mine["rebuilt_params"], mine["total_params_b"]) == (mixtral["rebuilt_params"], 46.7)
    assert mine["active_params_b"] == pytest.approx(mixtral["matmul_params"] / 1e9)


def test_row_of_a_name_on_record_changes_what_it_states(tmp_path: Path) -> None:
    (tmp_path / "models.csv").write_text("name,context_tokens,published_as\nllama-3.1-8b,1000000,FP8\n")
    (tmp_path / "gpus.csv").write_text("name,device_mib\nH100 SXM,80000\n")
    model, gpu = one(tmp_path, "llm_specs", "llama-3.1-8b"), one(tmp_path, "gpu_specs", "H100 SXM")
    assert (model["context_tokens"], model["published_as"], model["layers"]) == (1_000_000, "FP8", 32)
    assert (gpu["device_mib"], gpu["bandwidth_gbs"], gpu["gpu"]) == (80_000, 3350, "H100")


def test_own_names_answer_requests(tmp_path: Path) -> None:
    (tmp_path / "models.csv").write_text(MODEL + "My-Model,32,4096,32,8,14336,128256,8192\n")
    (tmp_path / "gpus.csv").write_text(GPU + "My Chip,100,3000,800\n")
    asked = {"model": "my-model", "gpu": "my chip", "n_gpus": 1, "precision": "fp16", "isl": 100, "osl": 100}
    with cost_model(tmp_path) as con:
        assert spec_names(con).model("my model") == "My-Model"
        write_requests(con, [asked, asked | {"gpu": "H100"}])
        answer_requests(con)
        found = con.execute(
            "select output_tokens_per_s_per_gpu > 0, in_scope, reason from answers order by row"
        ).fetchall()
    assert found[0][:2] == (True, False) and "no measurements on your own chips" in found[0][2]
    assert found[1][:2] == (True, True)
    with cost_model() as con, pytest.raises(UnknownName):
        spec_names(con).model("my-model")


@pytest.mark.parametrize("file, text, said", [
    ("models.csv", MODEL + "a,32,4096,32,8,14336,128256,\n", "a states no context_tokens"),
    ("models.csv", MODEL + ",32,4096,32,8,14336,128256,8192\n", "states no name"),
    ("models.csv", MODEL + "a,32,4096,32,8,,128256,8192\n", "a states no ffn_dim"),
    ("models.csv", MODEL + "a,32,4096,32,8,wide,128256,8192\n", "cannot be read"),
    ("models.csv", MODEL + "a,32,4096,32,7,14336,128256,8192\n", "your own spec of a cannot be: .*KV heads must divide"),
    ("models.csv", MODEL + "a,32,4096,32,8,14336,128256,8192\n" * 2, "two rows of a"),
    ("models.csv", "name,total_params_b\nllama-3.1-8b,70\n", "llama-3.1-8b cannot be: .*within 1 %"),
    ("models.csv", "name,colour\na,red\n", "cannot be read"), ("models.csv", "", "states|cannot be read"),
    ("gpus.csv", GPU + "a,80,,800\n", "a states no bandwidth_gbs"), ("gpus.csv", GPU + "a,,3000,800\n", "a states no gpu_memory_gb"),
    ("gpus.csv", GPU + "a,80,3000000,800\n", "your own spec of a cannot be: .*outside the range"),
])  # fmt: skip
def test_row_that_cannot_be_used_is_refused(tmp_path: Path, file: str, text: str, said: str) -> None:
    (tmp_path / file).write_text(text)
    with pytest.raises(UnreadableSpecs, match=said), cost_model(tmp_path):
        pass

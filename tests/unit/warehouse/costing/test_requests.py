"""Requests in the columns of throughput tables: defaults, rejections, and that measured columns are not read."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from pipelines.cli.table_output import show
from tests.conftest import Run
from tests.support.worlds import rows
from warehouse.costing.database import cost_model
from warehouse.costing.requests import (
    ANSWER,
    UnreadableFile,
    answer_file,
    answer_requests,
    read_requests,
    write_requests,
)
from warehouse.storage import connection

REQUEST: dict[str, object] = {"model": "llama-3.1-70b", "gpu": "H100 SXM", "n_gpus": "8", "tp": "8", "pp": "1", "ep": "1", "dp_attn": "0",
           "precision": "FP8", "kv_dtype": "FP8", "isl": "512", "osl": "512", "concurrency": "64",
           "scenario": "closed_loop"}  # fmt: skip


@pytest.fixture(scope="module")
def con() -> Iterator[connection.Connection]:
    with cost_model() as opened:
        yield opened


def answers(con: connection.Connection, *requests: Mapping[str, object]) -> list[dict[str, Any]]:
    write_requests(con, [{**REQUEST, **request} for request in requests])
    answer_requests(con)
    return rows(con, "from answers order by row")


def answer(con: connection.Connection, **differs: object) -> dict[str, Any]:
    return answers(con, differs)[0]


def test_given_tp_is_used_and_other_gpus_are_replicas(con: connection.Connection) -> None:
    whole, halves = answers(con, {}, {"tp": 4})
    assert (whole["tp"], whole["replicas"], whole["gpus"]) == (8, 1, 8)
    assert (halves["tp"], halves["replicas"], halves["batch"]) == (4, 2, 32)
    assert whole["in_scope"] and whole["reason"] is None


def test_a_blank_tp_is_the_best_divisor(con: connection.Connection) -> None:
    chosen, *given = answers(
        con, {"tp": None, "concurrency": None}, *({"tp": n, "concurrency": None} for n in (1, 2, 4, 8))
    )
    best = max(given, key=lambda a: a["output_tokens_per_s_per_gpu"] or 0)
    assert {k: v for k, v in chosen.items() if k != "row"} == {k: v for k, v in best.items() if k != "row"}
    assert {a["tp"]: a["fits"] for a in given}[1] is True
    (three,) = answers(con, {"n_gpus": 3, "tp": None, "model": "llama-3.1-8b"})
    assert (three["tp"], three["replicas"]) == (1, 3)


def test_server_that_holds_the_model_wins_over_a_faster_one(con: connection.Connection) -> None:
    found = answer(con, precision="FP16", tp=None, concurrency=None)
    assert found["fits"] and found["tp"] >= 2


@pytest.mark.parametrize("column, blank_means", [
    ("concurrency", "inf"), ("kv_dtype", "auto"), ("pp", "1"), ("ep", "1"), ("dp_attn", "0"), ("kv_dtype", "FP8"), ("concurrency", "100000000"), ("n_gpus", "8"),
])  # fmt: skip
def test_blank_values_have_defaults(con: connection.Connection, column: str, blank_means: str) -> None:
    blank, said = answers(con, {column: None}, {column: blank_means})
    assert blank["output_tokens_per_s_per_gpu"] == pytest.approx(said["output_tokens_per_s_per_gpu"])


def test_kv_is_fp16_beside_weights_of_16_or_4_bits(con: connection.Connection) -> None:
    found = answers(con, *({"precision": p, "kv_dtype": None} for p in ("FP16", "int4", "fp4", "nvfp4", "bf16")))
    assert [a["kv_dtype"] for a in found] == ["FP16", "FP16", "FP8", "FP8", "FP16"]


def test_experts_counted_twice_are_one_server(con: connection.Connection) -> None:
    """Tables that print n_gpus = tp x ep: the server has tp GPUs, and its load is not shared with others."""
    plain, doubled = answers(
        con,
        {"model": "deepseek-r1", "n_gpus": 8, "gpu": "B200", "precision": "FP4", "ep": 8},
        {"model": "deepseek-r1", "n_gpus": 64, "gpu": "B200", "precision": "FP4", "ep": 8},
    )
    assert doubled["output_tokens_per_s_per_gpu"] == plain["output_tokens_per_s_per_gpu"]
    assert doubled["replicas"] == 1


def test_experts_spread_wider_than_tensors_are_one_server(con: connection.Connection) -> None:
    wide = answer(con, model="deepseek-r1", gpu="B200", precision="FP4", n_gpus=16, tp=1, ep=16, dp_attn=1)
    assert (wide["gpus"], wide["replicas"], wide["fits"]) == (16, 1, True)


def test_pools_state_the_ranks_of_their_experts_in_words(con: connection.Connection) -> None:
    pool = {"model": "deepseek-r1", "gpu": "H200 SXM", "n_gpus": 32, "tp": 8, "dp_attn": 1, "scenario": "disaggregated"}
    words, column = answers(con, pool | {"extra": "EP32"}, pool | {"ep": 32})
    assert (words["gpus"], words["replicas"], words["tp"]) == (32, 1, 32)
    assert words["output_tokens_per_s_per_gpu"] == column["output_tokens_per_s_per_gpu"]


def test_exchanges_of_experts_between_servers_are_faster_than_all_reduces(con: connection.Connection) -> None:
    """DeepSeek serves its model on 144 GPUs of 18 servers, at 1,850 tokens per second and GPU with prompts of 5,000."""
    wide = answer(con, model="deepseek-r1", gpu="H800", precision="FP8", n_gpus=144, tp=8, ep=144, dp_attn=1, isl=5000,
                  osl=1000, scenario="disaggregated", concurrency=None)  # fmt: skip
    assert 1850 / 2 < wide["output_tokens_per_s_per_gpu"] < 1850 * 2


def test_a_layout_that_mlperf_does_not_state_gives_way_where_it_holds_no_model(con: connection.Connection) -> None:
    too_small: dict[str, object] = {
        "model": "gpt-oss-120b",
        "gpu": "Arc Pro B60",
        "precision": "MXFP4",
        "n_gpus": 4,
        "tp": 1,
    }
    run, asked = answers(con, too_small | {"scenario": "mlperf_offline"}, too_small)
    assert (run["tp"], run["replicas"], run["in_scope"]) == (4, 1, False) and run["output_tokens_per_s_per_gpu"] > 0
    assert "a server of tp 1 cannot hold the model: one of 4 is" in run["reason"]
    assert asked["output_tokens_per_s_per_gpu"] is None and "do not fit 1 x Arc Pro B60" in asked["reason"]
    small, plain = answers(con, *({"n_gpus": 8, "tp": 2, "scenario": s} for s in ("mlperf_offline", "offline")))
    assert (small["tp"], small["replicas"]) == (2, 4) and small["in_scope"]
    assert small["output_tokens_per_s_per_gpu"] == plain["output_tokens_per_s_per_gpu"]


@pytest.mark.parametrize("facts, said", [
    ({"extra": "spec=mtp"}, "no measured class"), ({"scenario": "interactive"}, "no measured class"),
    ({"scenario": "closed_loop_disagg"}, "GPUs that generate"), ({"scenario": "offline;speculative"}, "no measured class"),
    ({"extra": "CNN/DailyMail beam=4"}, "4 sequences"), ({"extra": "x;open;available"}, "open division"),
    ({"gpu": "Gaudi3"}, "the band is of: dense, any, Intel, any"), ({"precision": "?"}, "as the model was published"),
    ({"precision": None}, "precision is not stated"), ({"precision": "auto"}, "precision is not stated"),
])  # fmt: skip
def test_unmeasured_conditions_are_out_of_scope(
    con: connection.Connection, facts: dict[str, object], said: str
) -> None:
    found = answer(con, **facts)
    assert found["output_tokens_per_s_per_gpu"] > 0
    assert found["in_scope"] is False and said in found["reason"]
    assert found["band_factor"] >= 1.3, "a wider class gives the band"


def test_class_of_an_answer_is_the_measured_one(con: connection.Connection) -> None:
    measured, unbounded = answers(con, {"scenario": "mlperf_server"}, {"concurrency": None})
    assert (measured["class"], measured["in_scope"]) == ("dense, FP8, NVIDIA, server", True)
    assert unbounded["class"] == "dense, FP8, NVIDIA, offline"
    assert 1.3 <= measured["band_factor"] < 2


@pytest.mark.parametrize("facts, changes", [
    ({"scenario": "closed_loop_disagg"}, "tpot_s"), ({"drafts": 2}, "tpot_s"), ({"extra": "mtp=2"}, "tpot_s"),
    ({"cached_share": 0.5}, "ttft_s"),
])  # fmt: skip
def test_options_of_servers_change_the_answer(
    con: connection.Connection, facts: dict[str, object], changes: str
) -> None:
    """Prompts read elsewhere or cached, and guessed tokens, make requests faster."""
    plain, changed = answers(con, {"concurrency": 8}, {"concurrency": 8} | facts)
    assert changed[changes] < plain[changes]
    assert changed["output_tokens_per_s_per_gpu"] > plain["output_tokens_per_s_per_gpu"]


def test_guesses_are_as_good_as_their_acceptance(con: connection.Connection) -> None:
    wrong, usual, right = answers(con, *({"concurrency": 4, "drafts": 3, "acceptance": a} for a in (0, None, 1)))
    plain = answer(con, concurrency=4)
    speeds = [a["output_tokens_per_s_per_gpu"] for a in (wrong, plain, usual, right)]
    assert speeds == sorted(speeds) and speeds[0] < speeds[1]


def test_block_scaled_checkpoints_are_slower_on_hopper(con: connection.Connection) -> None:
    plain, block = answers(con, {"precision": "FP8"}, {"precision": "fp8_block"})
    assert block["output_tokens_per_s_per_gpu"] < plain["output_tokens_per_s_per_gpu"]


def test_formats_that_a_chip_widens_are_told(con: connection.Connection) -> None:
    assert "no FP8 units" in answer(con, gpu="A100 SXM 80GB", precision="FP8")["reason"]
    assert "no FP4 units" in answer(con, gpu="H100 SXM", precision="FP4")["reason"]


def test_accuracy_of_widened_formats_is_that_of_weights_alone(con: connection.Connection) -> None:
    """Measurements on chips with units for a format say nothing of chips without."""
    cases = (
        ("A100 SXM 80GB", "FP8", "INT8"),
        ("H100 SXM", "FP4", "INT4"),
        ("H100 SXM", "MXFP4", "MXFP4"),
        ("B200", "FP4", "FP4"),
    )
    for gpu, precision, measured_as in cases:
        assert answer(con, gpu=gpu, precision=precision)["class"] == f"dense, {measured_as}, NVIDIA, closed loop"


def test_layouts_are_searched(con: connection.Connection) -> None:
    """Attention runs data parallel where that is faster, and large models span servers."""
    latent, two_servers = answers(
        con,
        {"model": "deepseek-r1", "gpu": "H200 SXM", "n_gpus": 8, "tp": None, "dp_attn": None, "osl": 4000},
        {"model": "llama-3.1-405b", "gpu": "H100 SXM", "precision": "FP16", "n_gpus": 16, "tp": None, "pp": None},
    )
    assert (latent["tp"], latent["dp_attn"]) == (8, 1)
    assert two_servers["fits"] and two_servers["gpus"] == 16 and two_servers["pp"] * two_servers["tp"] == 16


def test_a_given_layout_is_obeyed(con: connection.Connection) -> None:
    plain, shared = answers(
        con, *({"model": "deepseek-r1", "gpu": "H200 SXM", "n_gpus": 8, "tp": 8, "dp_attn": n} for n in (0, 8))
    )
    assert (plain["tp"], plain["dp_attn"], shared["dp_attn"]) == (8, 0, 8)
    assert shared["max_batch"] > plain["max_batch"], "latent caches are not repeated"


@pytest.mark.parametrize("facts", [
    {"extra": "mtp=0; disagg=False; spec_decoding=none"}, {"extra": "no speculation"}, {"scenario": "closed_loop_no_mtp"}, {"scenario": "closed_loop_non-disagg"}, {"scenario": "offline_max"},
    {"extra": "weights_field=fp16; special clocks; opened port"}, {"extra": None, "scenario": None},
])  # fmt: skip
def test_negated_options_are_in_scope(con: connection.Connection, facts: dict[str, object]) -> None:
    assert answer(con, **facts)["in_scope"] is True


@pytest.mark.parametrize("facts, said", [
    ({"model": "llama-9"}, "unknown model 'llama-9'; nearest: llama-"), ({"gpu": "H1000"}, "nearest: .*H100"),
    ({"gpu": "A100"}, "say which"), ({"precision": "fp7"}, "unknown precision 'fp7'"), ({"isl": 0}, "isl must be"),
    ({"osl": "-5"}, "osl must be"), ({"osl": None}, "not blank"), ({"isl": "nan"}, "isl must be"),
    ({"isl": "many"}, "not many"), ({"concurrency": 0}, "concurrency must be"), ({"concurrency": "all"}, "not all"),
    ({"n_gpus": 4}, "more than n_gpus"), ({"n_gpus": "2.5", "tp": None}, "whole number"), ({"tp": 0}, "tp must be"),
    ({"n_gpus": "x"}, "not x"), ({"pp": "0"}, "pp must be"), ({"pp": "x"}, "not x"), ({"ep": "x"}, "ep must be"),
    ({"dp_attn": "perhaps"}, "dp_attn must be"), ({"kv_dtype": "odd"}, "unknown kv_dtype"),
    ({"precision": "FP16", "n_gpus": 1, "tp": 1}, "141.1 GB of weights do not fit 1 x H100 SXM"),
])  # fmt: skip
def test_invalid_requests_are_null_with_a_reason(
    con: connection.Connection, facts: dict[str, object], said: str
) -> None:
    found = answer(con, **facts)
    assert {found[c] for c in ("output_tokens_per_s_per_gpu", "ttft_s", "tpot_s")} == {None}
    assert found["in_scope"] is False and re.search(said, found["reason"]), found["reason"]


def test_request_beyond_the_context_is_answered_with_a_remark(con: connection.Connection) -> None:
    found = answer(con, model="llama-2-70b", isl=4096)
    assert found["output_tokens_per_s_per_gpu"] > 0 and "beyond the model's context of 4,096" in found["reason"]


# -- files ---------------------------------------------------------------------------------------------------------------


def write(path: Path, *requests: Mapping[str, object]) -> Path:
    names = list(dict.fromkeys(name for request in requests for name in request))
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, names)
        writer.writeheader()
        writer.writerows(requests)
    return path


def test_measured_columns_are_never_read(tmp_path: Path, con: connection.Connection) -> None:
    found = []
    for measured in (
        {"out_tps_per_gpu": 1, "ttft_s": 9, "tpot_s": 9},
        {"out_tps_per_gpu": "lies", "total_tps_per_gpu": 5},
    ):
        read_requests(con, write(tmp_path / "requests.csv", {**REQUEST, **measured}))
        answer_requests(con)
        found.append(rows(con, "from answers"))
    assert found[0] == found[1] == answers(con, {})


def test_answers_keep_the_order_of_the_file(tmp_path: Path, run: Run) -> None:
    asked = [REQUEST | {"isl": 100 + n} for n in range(30)]
    asked[7] = asked[7] | {"model": "nosuch"}
    said = run("cost", "--requests", write(tmp_path / "requests.csv", *asked), "--json")
    assert said.code == 0 and not said.err
    got = said.records()
    assert [tuple(row) for row in got] == [ANSWER] * 30 and [row["row"] for row in got] == list(range(1, 31))
    speeds = [row["output_tokens_per_s_per_gpu"] for row in got]
    assert speeds.pop(7) is None and "nosuch" in got[7]["reason"]
    assert speeds == sorted(speeds, reverse=True)


@pytest.mark.extras
def test_a_long_file_keeps_its_order(tmp_path: Path, con: connection.Connection) -> None:
    """Several threads read and answer it, in parts of some 120,000 rows."""
    file, count = tmp_path / "long.csv", 300_000
    con.execute(
        f"copy (select ['llama-3.1-8b', 'deepseek-r1'][1 + n % 2] as model, 'H100 SXM' as gpu, 'FP8' as precision, "
        f"['', '8'][1 + n % 2] as tp, 8 as n_gpus, n as isl, 10 as osl from range(1, {count + 1}) as t (n)) to '{file}' (header)"
    )
    answer_file(con, file)
    lengths = con.execute("select row, isl from file_answers").fetchall()
    assert lengths == [(n, n) for n in range(1, count + 1)]


def test_answers_of_a_file_are_those_that_are_kept(tmp_path: Path, con: connection.Connection) -> None:
    path = write(tmp_path / "requests.csv", *(REQUEST | {"isl": 100 + n, "tp": None} for n in range(20)))
    answer_file(con, path)
    once = con.execute("from file_answers").fetchall()
    answer_requests(con)
    assert once == con.execute(f"select {', '.join(ANSWER)} from answers order by row").fetchall()


def test_alike_requests_of_a_file_are_answered_once_and_each_has_its_row(
    tmp_path: Path, con: connection.Connection
) -> None:
    kinds: list[dict[str, object]] = [{"isl": "100"}, {"isl": "100-900"}, {"model": "nosuch"}, {"tp": None}]
    asked = [REQUEST | kind for _ in range(25) for kind in kinds]
    read_requests(con, write(tmp_path / "requests.csv", *asked))
    answer_requests(con)
    each = con.execute(f"select {', '.join(ANSWER)} from answers order by row").fetchall()
    answer_file(con, tmp_path / "requests.csv")
    assert con.execute("from file_answers").fetchall() == each and len(each) == 100
    assert con.execute("select count(*) from read").fetchall() == [(4,)]


@pytest.mark.parametrize("style", ["csv", "json"])
@pytest.mark.parametrize("model", ["llama-3.1-70b", "=1+1", "no\x1b[2Jsuch", "Zürich"])
def test_long_output_is_that_of_other_commands(tmp_path: Path, run: Run, style: str, model: str) -> None:
    """DuckDB writes it where its text is plain; what a terminal or a spreadsheet would obey is still made harmless."""
    asked = [REQUEST | {"isl": 10**n, "model": model, "precision": p} for n in range(8) for p in ("FP8", "+1", "?")]
    path = write(tmp_path / "requests.csv", *asked)
    written = run("cost", "--requests", path, "--format", style).out
    with cost_model() as model_con:
        answer_file(model_con, path)
        rows_of_file = model_con.execute("from file_answers").fetchall()
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        show(ANSWER, rows_of_file, "csv" if style == "csv" else "json")
    assert "\x1b" not in written
    if style == "csv":
        assert written == shown.getvalue()
    else:
        assert json.loads(written) == json.loads(shown.getvalue())


@pytest.mark.parametrize("text, said", [
    ("model,gpu\nllama-3.1-8b,H100\n", "no column precision, isl, osl"), ("", "no column"),
])  # fmt: skip
def test_file_without_required_columns_is_refused(
    tmp_path: Path, con: connection.Connection, text: str, said: str
) -> None:
    (tmp_path / "requests.csv").write_text(text)
    with pytest.raises(UnreadableFile, match=said):
        read_requests(con, tmp_path / "requests.csv")


def test_missing_file_is_reported(run: Run, tmp_path: Path) -> None:
    said = run("cost", "--requests", tmp_path / "nosuch.csv")
    assert said.code == 2 and "cannot be read" in said.err and not said.out

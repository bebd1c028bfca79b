"""Quantities measured on a chip beside what the model takes for it: the same figures that price tokens, and refusals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run
from tests.gpu import measure
from tests.support.worlds import rows
from tests.unit.warehouse.costing.test_requests import write
from warehouse.costing.database import cost_model
from warehouse.costing.measured_constants import COLUMNS, compare_constants, read_constants
from warehouse.costing.requests import UnreadableFile
from warehouse.storage.connection import Connection

ROW: dict[str, object] = dict.fromkeys(measure.COLUMNS, "") | {
    "quantity": "memory_read", "shape": "4294967296", "value": 4000, "unit": "GB/s", "spread": 0.01, "n": 25, "device": "NVIDIA H200"}  # fmt: skip
MATMUL: dict[str, object] = {"quantity": "matmul", "unit": "TFLOPS", "shape": "8192x28672x8192"}


@pytest.fixture(scope="module")
def con() -> Iterator[Connection]:
    with cost_model() as opened:
        yield opened


def compared(
    con: Connection, folder: Path, *differing: dict[str, object], gpu: str | None = None
) -> list[dict[str, Any]]:
    read_constants(con, [write(folder / "rows.csv", *(ROW | differs for differs in differing))], gpu)
    return [dict(zip(COLUMNS, row, strict=True)) for row in compare_constants(con)]


def theta(con: Connection) -> dict[str, float]:
    return dict(
        con.execute(
            "select name, value from marts.theta where version = (select max(version) from marts.theta)"
        ).fetchall()
    )


def test_bandwidth_is_the_one_that_prices_tokens(con: Connection, tmp_path: Path) -> None:
    """Weights that a step reads, over the seconds that the model gives it, are the bandwidth that is compared."""
    chips = [
        gpu
        for (gpu,) in con.execute(
            "select name from marts.gpu_specs where matmul_tflops > 0 and device_mib > 30000"
        ).fetchall()
    ]
    assert len(chips) > 40
    con.execute(
        "create or replace table asked as select 'llama-3.1-8b' as model, gpu as gpu_spec, 1 as tp, 1 as pp, 0 as dp_attn, "
        "'BF16' as weights, null as kv_dtype, 512 as isl, 512 as osl, 1 as concurrency, 1 as beams from (select unnest($chips) as gpu)",
        {"chips": chips},
    )
    steps = {
        r["gpu_spec"]: r
        for r in rows(con, "select gpu_spec, weights_seconds, kv_seconds from marts.inference_of('asked')")
    }
    weights, caches = [], []
    for gpu in chips:
        read, kept = compared(con, tmp_path, {}, {"quantity": "decode_attention"}, gpu=gpu)
        weights.append(read["assumed"] * steps[gpu]["weights_seconds"])
        caches.append(kept["assumed"] * steps[gpu]["kv_seconds"])
    assert weights == pytest.approx([weights[0]] * len(chips)) and caches == pytest.approx([caches[0]] * len(chips))
    assert weights[0] == pytest.approx(2 * (8.03 - 0.525), rel=0.01), "GB of weights, less the table of input tokens"


@pytest.mark.parametrize("gpu, form, peak, shares", [
    ("H200 SXM", "BF16", 989.4, ("mfu_fp16",)), ("H200 SXM", "FP8", 1978.9, ("mfu_fp8",)),
    ("H200 SXM", "FP8-ROW", 1978.9, ("mfu_fp8",)), ("H200 SXM", "FP8-BLOCK", 1978.9, ("mfu_fp8", "block_fp8_hopper")),
    ("B200", "MXFP8", 4500, ("mfu_fp8", "block_fp8")), ("B200", "FP4", 9000, ("mfu_fp4",)),
    ("A100 SXM 80GB", "W8A8", 624, ("mfu_fp8",)), ("A100 PCIe 80GB", "BF16", 312, ("mfu_fp16", "card_compute")),
    ("MI300X", "BF16", 1307.4, ("mfu_fp16", "amd_efficiency")),
])  # fmt: skip
def test_products_are_compared_by_format(
    con: Connection, tmp_path: Path, gpu: str, form: str, peak: float, shares: tuple[str, ...]
) -> None:
    constants = theta(con)
    expected = peak
    for share in shares:
        expected *= constants[share]
    (row,) = compared(con, tmp_path, MATMUL | {"format": form, "value": expected * 1.1}, gpu=gpu)
    assert row["assumed"] == pytest.approx(expected, rel=1e-3) and row["ratio"] == pytest.approx(1.1, rel=1e-3)
    assert row["is_off"] is False and all(
        share in row["assumption"] for share in shares if share.startswith(("mfu", "block"))
    )


@pytest.mark.parametrize("factor, is_off", [(1.19, False), (1.21, True), (1 / 1.19, False), (1 / 1.21, True)])
def test_more_than_a_fifth_apart_is_marked_either_way(
    con: Connection, tmp_path: Path, factor: float, is_off: bool
) -> None:
    assumed = theta(con)["layer_seconds"]
    (row,) = compared(con, tmp_path, {"quantity": "layer", "unit": "s", "value": assumed * factor})
    assert row["is_off"] is is_off and row["ratio"] == pytest.approx(factor)


def test_links_are_compared_by_their_kind(con: Connection, tmp_path: Path) -> None:
    constants = theta(con)
    reduced: dict[str, object] = {"quantity": "all_reduce_bandwidth", "shape": "4x536870912"}
    waited: dict[str, object] = {"quantity": "all_reduce_latency", "shape": "4x16384", "unit": "s", "value": 1e-5}
    fabric, switched = compared(con, tmp_path, reduced, waited, gpu="H200 SXM")
    assert fabric["assumed"] == pytest.approx(900 / 2 * constants["link_efficiency"])
    assert switched["assumed"] == constants["fabric_latency_seconds"]
    bridged, waiting = compared(con, tmp_path, reduced, waited, gpu="A100 PCIe 80GB")
    assert bridged["assumed"] == pytest.approx(constants["pcie_gbs"] * constants["link_efficiency"])
    assert waiting["assumed"] == constants["pcie_latency_seconds"]


@pytest.mark.parametrize("differs, reason", [
    ({"value": "", "reason": "no such units"}, "no such units"), ({"value": "-4"}, "no positive number"), ({"value": "fast"}, "no positive number"),
    ({"value": "inf"}, "no positive number"), ({"unit": "TB/s"}, "the unit must be GB/s"), ({"quantity": "kernel_launch", "unit": "s"}, "no such constant"),
])  # fmt: skip
def test_rows_that_compare_with_nothing_say_why(
    con: Connection, tmp_path: Path, differs: dict[str, object], reason: str
) -> None:
    (row,) = compared(con, tmp_path, differs)
    assert row["ratio"] is None and row["is_off"] is None and reason in row["reason"]


def test_scattered_samples_are_doubted(con: Connection, tmp_path: Path) -> None:
    steady, scattered = compared(con, tmp_path, {"spread": 0.19}, {"spread": 0.5})
    assert (
        steady["reason"] is None and "spread by 50 %" in scattered["reason"] and scattered["ratio"] == steady["ratio"]
    )


def test_what_the_script_writes_is_read(con: Connection, tmp_path: Path) -> None:
    outcome = measure.Outcome([3900.0, 4000.0, 4100.0])
    machine = {"device": "NVIDIA H200", "gpus": "8", "driver": "570.1", "runtime": "CUDA 12.9", "torch": "2.13.0"}
    jobs = measure.jobs_for("cuda", {"free": 140 << 30, "ranks": 8})
    made = [measure.row_of(job, outcome, machine, datetime(2026, 11, 29, tzinfo=UTC)) for job in jobs]
    measure.write_rows(tmp_path / "rows.csv", made)
    read_constants(con, [tmp_path / "rows.csv"])
    answers = [dict(zip(COLUMNS, row, strict=True)) for row in compare_constants(con)]
    assert [a["quantity"] for a in answers] == [job.quantity for job in jobs]
    without = {a["quantity"] for a in answers if a["ratio"] is None}
    assert without == {"kernel_launch"}, "each quantity that the model assumes has the unit that the model has"


@pytest.mark.parametrize("differs, reason", [
    ({"device": "cpu"}, "measured on a processor"), ({"device": "NVIDIA GH200 480GB"}, "name the chip with --gpu"), ({"device": ""}, "name the chip with --gpu"),
])  # fmt: skip
def test_a_chip_is_not_guessed(con: Connection, tmp_path: Path, differs: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        compared(con, tmp_path, {}, differs)
    if differs["device"] != "":
        assert {row["gpu_spec"] for row in compared(con, tmp_path, {}, differs, gpu="GH200 96GB")} == {"GH200 96GB"}


def test_foreign_and_endless_files_are_refused(con: Connection, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="no column quantity"):
        read_constants(con, [write(tmp_path / "other.csv", {"model": "llama"})])
    with pytest.raises(UnreadableFile, match="cannot be read"):
        read_constants(con, [tmp_path / "none.csv"])
    (tmp_path / "long.csv").write_text(
        "quantity,format,shape,value,unit,device\n" + "memory_read,,1,1,GB/s,H200\n" * 10_001
    )
    with pytest.raises(UnreadableFile, match="at most 10,000"):
        read_constants(con, [tmp_path / "long.csv"])


def test_the_command_prints_rows_and_counts_them(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "rows.csv", ROW, ROW | {"value": 400}, ROW | {"value": ""})
    result = run("cost", "check-constants", path, "--json")
    assert result.code == 0 and [r["is_off"] for r in result.records()] == [False, True, None]
    assert "2 of 3 rows compared, 1 more than 1.2x apart" in result.err
    done = run("cost", "check-constants", write(tmp_path / "cpu.csv", ROW | {"device": "cpu"}))
    assert done.code == 2 and "processor" in done.err and not done.out
    assert run("cost", "check-constants").code == 2

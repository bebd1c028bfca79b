"""Names of accelerators in a text, and how many of them it states."""

from __future__ import annotations

import pytest

from scrapers.reading.accelerator_names import is_singular, mentions, stated_count


@pytest.mark.parametrize(
    ("text", "key", "count"),
    [
        ("8x NVIDIA H100 SXM5 80GB", "H100", 8), ("H100 × 2", "H100", 2), ("NVIDIA H100 (8x)", "H100", 8), ("1xT4 (16 GB)", "T4", 1),
        ("h100_x1_production", "H100", 1), ("H100-SXM-80GB * 4卡", "H100", 4), ("gpu_8x_h100_sxm5", "H100", 8),
        ("4x NVIDIA® GeForce™ RTX 3080", "RTX3080", 4), ("Nvidia RTX™ 4000 SFF Ada Generation", "RTX4000SFFADA", None),
        ("GB200 NVL72", "GB200", None), ("AMD Instinct™ MI300X", "MI300X", None), ("Nvidia H100s", "H100", None), ("4090 24G", "RTX4090", None),
        ("8 NVIDIA H100 GPUs", "H100", 8), ("geforcertx4090-pcie-24gb", "RTX4090", None),
    ],
)  # fmt: skip
def test_name_and_number(text: str, key: str, count: int | None) -> None:
    (mention,) = mentions(text, is_label=True)
    assert (mention.key, mention.count) == (key, count)


@pytest.mark.parametrize(
    "text", ["AMD EPYC 7763", "L3 cache", "15X more", "a1.large", "4 vCPU / 16 GB RAM", "Alveo U50"]
)
def test_text_that_names_none(text: str) -> None:
    assert mentions(text) == ()


@pytest.mark.parametrize(
    ("text", "count"), [("GPUs: 8", 8), ("2 GPUs", 2), ("x4", 4), ("RTX 5000 GPUs", None), ("2 GPUs or 4 GPUs", None)]
)
def test_stated_number(text: str, count: int | None) -> None:
    assert stated_count(text) == count


def test_a_machine_type_is_not_one_gpu() -> None:
    assert (
        is_singular("NVIDIA H100 80GB")
        and not is_singular("Standard_ND96amsr_A100_v4")
        and not is_singular("v5litepod-8")
    )


@pytest.mark.parametrize(
    ("text", "names"), [("单卡4090", ["4090"]), ("4090单卡", ["4090"]), ("4090元", []), ("¥4090", [])]
)
def test_a_bare_card_beside_chinese_is_a_name_and_a_sum_is_not(text: str, names: list[str]) -> None:
    assert [m.name for m in mentions(text, is_label=True)] == names


@pytest.mark.parametrize(
    "text", ["t4g.micro", "A2 v2", "a2-highgpu-1g", "Standard_A2_v2", "L4 load balancer", "L4 firewall"]
)
def test_machines_and_network_layers_are_no_cards(text: str) -> None:
    assert not mentions(text, is_label=True)


@pytest.mark.parametrize(
    ("text", "count"),
    [("PCIe Gen4 x16", None), ("PCIe 5.0 x16", None), ("Up to 8 GPUs", None), ("112 GPUs available", None), ("8 GPUs", 8), ("available with 4 GPUs", 4)],
)  # fmt: skip
def test_lanes_and_stocks_count_no_gpus(text: str, count: int | None) -> None:
    assert stated_count(text) == count


def test_a_stock_beside_a_name_is_not_its_number() -> None:
    assert [m.count for m in mentions("H100 SXM 8 GPUs available")] == [None]

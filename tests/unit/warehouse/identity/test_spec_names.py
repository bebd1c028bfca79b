"""Specs by label, and the messages for labels that match none or several."""

from __future__ import annotations

import pytest

from warehouse.identity.spec_names import UnknownName, gpu_spec, model_spec


@pytest.mark.parametrize("label, expected", [
    ("H100", "H100 SXM"), ("h100 pcie", "H100 PCIe"), ("NVIDIA H100 80GB HBM3", "H100 SXM"), ("H100 NVL", "H100 NVL"),
    ("A100 80GB", "A100 SXM 80GB"), ("A100 PCIe 40GB", "A100 PCIe 40GB"), ("RTX PRO 6000", "RTX PRO 6000 Blackwell SE"),
    ("RTX PRO 6000 Blackwell WS", "RTX PRO 6000 Blackwell WS"), ("MI300X", "MI300X"), ("B300", "B300"), ("t4", "T4"),
    ("H20-3e 141GB", "H20-3e"), ("H20 96GB", "H20"), ("NVIDIA GB200 NVL4", "GB200"), ("GB200-NVL72_GB200-186GB", "GB200"),
    ("GB300 288GB", "GB300"), ("Vera Rubin NVL72", "VR200"), ("RTX PRO 4500", "RTX PRO 4500 Blackwell"), ("MI308X", "MI308X"),
    ("AMD Instinct MI350P", "MI350P"), ("RTX 4090D", "RTX 4090 D"), ("Intel(R) Arc(TM) Pro B70 Graphics", "Arc Pro B70"),
])  # fmt: skip
def test_gpus(label: str, expected: str) -> None:
    assert gpu_spec(label) == expected


@pytest.mark.parametrize("label, expected", [
    ("llama-3.1-70b", "llama-3.1-70b"), ("meta-llama/Meta-Llama-3.1-70B-Instruct", "llama-3.1-70b"),
    ("Llama 3.3 70B", "llama-3.3-70b"), ("Qwen/Qwen3-235B-A22B-Instruct-2507", "qwen3-235b-a22b"),
    ("nvidia/DeepSeek-R1-FP4", "deepseek-r1"), ("glm-4.7", "glm-4.5"), ("mistralai/Mistral-7B-v0.1", "mistral-7b"),
    ("mistralai/Mistral-7B-Instruct-v0.3", "mistral-7b-v0.3"), ("gptj", "gpt-j-6b"),
])  # fmt: skip
def test_models(label: str, expected: str) -> None:
    assert model_spec(label) == expected


@pytest.mark.parametrize("label, said", [
    ("A100", "may be A100 SXM 40GB or A100 SXM 80GB: say which"), ("H1000", "nearest: .*H100"), ("", "unknown GPU"),
    ("NVIDIA Jetson AGX Orin 64G", "unknown GPU"), ("RTX 4090 Laptop", "unknown GPU"),
    ("H20 141GB", "unknown GPU"), ("Vera Rubin NVL144", "unknown GPU"),
])  # fmt: skip
def test_gpu_is_not_guessed(label: str, said: str) -> None:
    with pytest.raises(UnknownName, match=said):
        gpu_spec(label)


@pytest.mark.parametrize("label, said", [
    ("llama-3.1-71b", "nearest: llama-3.1-70b"), ("DeepSeek-R1-Distill-Llama-70B", "unknown model"), ("", "unknown model"),
])  # fmt: skip
def test_model_is_not_guessed(label: str, said: str) -> None:
    with pytest.raises(UnknownName, match=said):
        model_spec(label)

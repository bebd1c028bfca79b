"""Specs by label, and the messages for labels that match none or several."""

from __future__ import annotations

import pytest

from warehouse.identity.spec_names import UnknownName, on_record


@pytest.mark.parametrize("label, expected", [
    ("H100", "H100 SXM"), ("h100 pcie", "H100 PCIe"), ("NVIDIA H100 80GB HBM3", "H100 SXM"), ("H100 NVL", "H100 NVL"),
    ("A100 80GB", "A100 SXM 80GB"), ("A100 PCIe 40GB", "A100 PCIe 40GB"), ("RTX PRO 6000", "RTX PRO 6000 Blackwell SE"),
    ("RTX PRO 6000 Blackwell WS", "RTX PRO 6000 Blackwell WS"), ("MI300X", "MI300X"), ("B300", "B300"), ("t4", "T4"),
    ("H20-3e 141GB", "H20-3e"), ("H20 96GB", "H20"), ("NVIDIA GB200 NVL4", "GB200"), ("GB200-NVL72_GB200-186GB", "GB200"),
    ("GB300 288GB", "GB300"), ("Vera Rubin NVL72", "VR200"), ("RTX PRO 4500", "RTX PRO 4500 Blackwell"), ("MI308X", "MI308X"),
    ("AMD Instinct MI350P", "MI350P"), ("RTX 4090D", "RTX 4090 D"), ("Intel(R) Arc(TM) Pro B70 Graphics", "Arc Pro B70"),
])  # fmt: skip
def test_gpus(label: str, expected: str) -> None:
    assert on_record().gpu(label) == expected


@pytest.mark.parametrize("label, expected", [
    ("llama-3.1-70b", "llama-3.1-70b"), ("meta-llama/Meta-Llama-3.1-70B-Instruct", "llama-3.1-70b"),
    ("Llama 3.3 70B", "llama-3.3-70b"), ("Qwen/Qwen3-235B-A22B-Instruct-2507", "qwen3-235b-a22b"),
    ("nvidia/DeepSeek-R1-FP4", "deepseek-r1"), ("glm-4.7", "glm-4.7"), ("mistralai/Mistral-7B-v0.1", "mistral-7b"),
    ("mistralai/Mistral-7B-Instruct-v0.3", "mistral-7b-v0.3"), ("gptj", "gpt-j-6b"),
    ("zai-org/GLM-4.6-FP8", "glm-4.6"), ("moonshotai/Kimi-K2-Instruct-0905", "kimi-k2-0905"), ("kimi-k2", "kimi-k2"),
    ("moonshotai/Kimi-K2-Thinking", "kimi-k2.5"), ("Kimi-K3", "kimi-k3"), ("deepseek-ai/DeepSeek-V3.2-Exp", "deepseek-v3.2"),
    ("DeepSeek-V4", "deepseek-v4-pro"), ("nvidia/DeepSeek-V4-Flash-NVFP4", "deepseek-v4-flash"), ("glm-5.1", "glm-5"),
    ("Qwen/Qwen3-14B", "qwen3-14b"), ("Qwen3-Coder-Next-80B-A3B", "qwen3-next-80b-a3b"), ("Qwen3.6-35B-A3B", "qwen3.5-35b-a3b"),
    ("google/gemma-4-E4B-it", "gemma-4-e4b"), ("gemma-4-26B-A4B-it", "gemma-4-26b-a4b"), ("baidu/ERNIE-4.5-21B-A3B-PT", "ernie-4.5-21b-a3b"),
    ("nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-FP8", "nemotron-3-super-120b-a12b"), ("Nemotron-3-Nano-30B-A3B", "nemotron-3-nano-30b-a3b"),
    ("mistralai/Mistral-Small-3.2-24B-Instruct-2506", "mistral-small-3.1-24b"), ("Ministral-3-14B-Instruct-2512", "ministral-3-14b"),
    ("Kimi-Linear-48B-A3B-Instruct", "kimi-linear-48b-a3b"), ("Step-3.5-Flash", "step-3.5-flash"), ("MiniMax-M3", "minimax-m3"),
    ("DeepSeek-R1-Distill-Llama-70B", "deepseek-r1-distill-llama-70b"), ("GLM-4.7-Flash", "glm-4.7-flash"),
    ("llama2-70b-99.9", "llama-2-70b"), ("llama3.1-405b", "llama-3.1-405b"), ("gpt-oss-120b", "gpt-oss-120b"), ("qwen3-vl-235b-a22b", "qwen3-vl-235b-a22b"),
    ("Qwen/Qwen3-235B-A22B-Thinking-2507-FP8", "qwen3-235b-a22b"), ("DeepSeek-V3.1-Terminus", "deepseek-v3"),
    ("llama2-70b-interactive-99.9", "llama-2-70b"), ("llama3.1-8b-edge", "llama-3.1-8b"), ("Qwen3-Next-80B", "qwen3-next-80b-a3b"),
    ("qwen3-vl-235b", "qwen3-vl-235b-a22b"), ("Qwen3.5-397B", "qwen3.5-397b-a17b"), ("qwen3-30b", "qwen3-30b-a3b"),
])  # fmt: skip
def test_models(label: str, expected: str) -> None:
    assert on_record().model(label) == expected


@pytest.mark.parametrize("label, said", [
    ("A100", "may be A100 SXM 40GB or A100 SXM 80GB: say which"), ("H1000", "nearest: .*H100"), ("", "unknown GPU"),
    ("NVIDIA Jetson AGX Orin 64G", "unknown GPU"), ("RTX 4090 Laptop", "unknown GPU"),
    ("H20 141GB", "unknown GPU"), ("Vera Rubin NVL144", "unknown GPU"),
])  # fmt: skip
def test_gpu_is_not_guessed(label: str, said: str) -> None:
    with pytest.raises(UnknownName, match=said):
        on_record().gpu(label)


@pytest.mark.parametrize("label, said", [
    ("llama-3.1-71b", "nearest: .*llama-3.1-70b"), ("DeepSeek-R1-Distill-Llama-71B", "unknown model"), ("", "unknown model"),
    ("openai/whisper-large-v3", "no language model but one of speech"), ("stable-diffusion-xl", "images or video"),
    ("wan-2.2-t2v-a14b", "images or video"), ("dlrm-v3", "recommendation"), ("qwen3-vl-30", "unknown model"),
])  # fmt: skip
def test_model_is_not_guessed(label: str, said: str) -> None:
    with pytest.raises(UnknownName, match=said):
        on_record().model(label)

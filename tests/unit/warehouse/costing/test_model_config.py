"""Shapes read from config.json: of every kind of model on record, of a field that is absent, and of hostile files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.worlds import rows
from warehouse.costing.config_fields import UnreadableConfig
from warehouse.costing.database import cost_model
from warehouse.costing.model_config import MOST_BYTES, read_config, shape_of

LLAMA = {
    "model_type": "llama", "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32, "num_attention_heads": 32,
    "num_key_value_heads": 8, "vocab_size": 128256, "max_position_embeddings": 131072, "torch_dtype": "bfloat16",
}  # fmt: skip
MLA = {"kv_lora_rank": 512, "qk_rope_head_dim": 64, "qk_nope_head_dim": 128, "v_head_dim": 128, "q_lora_rank": 1536}
FP8 = {"quantization_config": {"quant_method": "fp8", "fmt": "e4m3", "weight_block_size": [128, 128]}}
DEEPSEEK = MLA | FP8 | {
    "model_type": "deepseek_v3", "hidden_size": 7168, "intermediate_size": 18432, "num_hidden_layers": 61, "num_attention_heads": 128,
    "num_key_value_heads": 128, "vocab_size": 129280, "max_position_embeddings": 163840, "n_routed_experts": 256, "n_shared_experts": 1,
    "num_experts_per_tok": 8, "moe_intermediate_size": 2048, "first_k_dense_replace": 3, "moe_layer_freq": 1,
}  # fmt: skip
QWEN3 = LLAMA | {
    "model_type": "qwen3", "head_dim": 128, "intermediate_size": 12288, "num_hidden_layers": 36, "vocab_size": 151936,
    "max_position_embeddings": 40960,
}  # fmt: skip
KNOWN: dict[str, dict[str, Any]] = {  # of models on record: each must give the row that stands there
    "llama-3.1-8b": LLAMA,
    "llama-3.2-1b": LLAMA | {"hidden_size": 2048, "intermediate_size": 8192, "num_hidden_layers": 16, "head_dim": 64, "tie_word_embeddings": True},
    "mistral-7b": LLAMA | {"model_type": "mistral", "vocab_size": 32000, "max_position_embeddings": 32768, "sliding_window": 4096},
    "qwen2.5-7b": LLAMA | {
        "model_type": "qwen2", "hidden_size": 3584, "intermediate_size": 18944, "num_hidden_layers": 28, "num_attention_heads": 28,
        "num_key_value_heads": 4, "vocab_size": 152064, "sliding_window": 131072, "use_sliding_window": False, "max_window_layers": 28},
    "qwen3-8b": QWEN3,
    "qwen3-30b-a3b": QWEN3 | {
        "model_type": "qwen3_moe", "hidden_size": 2048, "num_hidden_layers": 48, "num_key_value_heads": 4, "num_experts": 128,
        "num_experts_per_tok": 8, "moe_intermediate_size": 768, "decoder_sparse_step": 1, "mlp_only_layers": []},
    "mixtral-8x7b": LLAMA | {
        "model_type": "mixtral", "vocab_size": 32000, "max_position_embeddings": 32768, "num_local_experts": 8, "num_experts_per_tok": 2},
    "deepseek-r1": DEEPSEEK,
    "kimi-k2": DEEPSEEK | {
        "num_attention_heads": 64, "first_k_dense_replace": 1, "n_routed_experts": 384, "vocab_size": 163840, "max_position_embeddings": 131072},
    "gemma-2-9b": {
        "model_type": "gemma2", "hidden_size": 3584, "intermediate_size": 14336, "num_hidden_layers": 42, "num_attention_heads": 16,
        "num_key_value_heads": 8, "head_dim": 256, "vocab_size": 256000, "max_position_embeddings": 8192, "sliding_window": 4096},
    "gpt-oss-20b": {
        "model_type": "gpt_oss", "hidden_size": 2880, "intermediate_size": 2880, "num_hidden_layers": 24, "num_attention_heads": 64,
        "num_key_value_heads": 8, "head_dim": 64, "vocab_size": 201088, "max_position_embeddings": 131072, "num_local_experts": 32,
        "num_experts_per_tok": 4, "sliding_window": 128, "layer_types": ["sliding_attention", "full_attention"] * 12,
        "quantization_config": {"quant_method": "mxfp4", "modules_to_not_convert": ["lm_head"]}},
    "glm-4.5-air": {
        "model_type": "glm4_moe", "hidden_size": 4096, "intermediate_size": 10944, "num_hidden_layers": 46, "num_attention_heads": 96,
        "num_key_value_heads": 8, "head_dim": 128, "vocab_size": 151552, "max_position_embeddings": 131072, "n_routed_experts": 128,
        "n_shared_experts": 1, "num_experts_per_tok": 8, "moe_intermediate_size": 1408, "first_k_dense_replace": 1},
    "gpt2-xl": {
        "model_type": "gpt2", "n_embd": 1600, "n_layer": 48, "n_head": 25, "vocab_size": 50257, "n_positions": 1024, "torch_dtype": "float32"},
    "falcon-7b": {
        "model_type": "falcon", "hidden_size": 4544, "num_hidden_layers": 32, "num_attention_heads": 71, "multi_query": True,
        "vocab_size": 65024, "max_position_embeddings": 2048, "torch_dtype": "bfloat16"},
    "qwen3.5-35b-a3b": {"model_type": "qwen3_5_moe", "text_config": {
        "model_type": "qwen3_5_moe_text", "hidden_size": 2048, "num_hidden_layers": 40, "num_attention_heads": 16, "num_key_value_heads": 2,
        "head_dim": 256, "vocab_size": 248320, "max_position_embeddings": 262144, "attn_output_gate": True, "full_attention_interval": 4,
        "linear_conv_kernel_dim": 4, "linear_key_head_dim": 128, "linear_num_key_heads": 16, "linear_num_value_heads": 32,
        "linear_value_head_dim": 128, "num_experts": 256, "num_experts_per_tok": 8, "moe_intermediate_size": 512,
        "shared_expert_intermediate_size": 512}},
    "nemotron-3-nano-30b-a3b": {
        "model_type": "nemotron_h", "hidden_size": 2688, "intermediate_size": 1856, "num_attention_heads": 32, "num_key_value_heads": 2,
        "head_dim": 128, "vocab_size": 131072, "max_position_embeddings": 262144, "mamba_num_heads": 64, "mamba_head_dim": 64,
        "ssm_state_size": 128, "n_groups": 8, "conv_kernel": 4, "n_routed_experts": 128, "n_shared_experts": 1, "num_experts_per_tok": 6,
        "moe_intermediate_size": 1856, "moe_shared_expert_intermediate_size": 3712, "num_hidden_layers": 52,
        "hybrid_override_pattern": "MEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEMEM*EMEMEMEME"},
}  # fmt: skip
DERIVED = (
    "attention_params", "dense_params", "expert_params", "moe_layers", "experts", "experts_per_token", "embedding_params", "embeddings",
    "rebuilt_params", "matmul_params", "kv_elements_per_token", "state_elements", "full_attention_layers", "sliding_window", "layers",
    "prefill_width", "decode_width", "has_mxfp4", "is_mla", "context_tokens", "published_as",
)  # fmt: skip


def write(folder: Path, config: object) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(config if isinstance(config, str) else json.dumps(config))
    return folder / "config.json"


def test_config_gives_the_shape_on_record(tmp_path: Path) -> None:
    read = [read_config(write(tmp_path / f"of {name}", config)) for name, config in KNOWN.items()]
    with cost_model(models=read) as con:
        for name in KNOWN:
            ours, theirs = (
                rows(con, "from marts.llm_specs where name = ?", label)[0] for label in (name, f"of {name}")
            )
            differing = {c: (ours[c], theirs[c]) for c in DERIVED if ours[c] != pytest.approx(theirs[c])}
            assert not differing, name
            assert theirs["total_params_b"] == pytest.approx(ours["total_params_b"], rel=0.011), name


@pytest.mark.parametrize("stored, said", [
    ({"torch_dtype": "float16"}, "FP16"), ({"dtype": "float32"}, "FP32"), ({"torch_dtype": "bfloat16"}, "BF16"), ({}, "BF16"),
    (FP8, "FP8-BLOCK"), ({"quantization_config": {"quant_method": "fp8"}}, "FP8"),
    ({"quantization_config": {"quant_method": "awq", "bits": 4}}, "INT4"),
    ({"quantization_config": {"quant_method": "modelopt", "quant_algo": "NVFP4"}}, "FP4"),
    ({"quantization_config": {"quant_method": "compressed-tensors", "config_groups": {"group_0": {
        "weights": {"num_bits": 4, "type": "int", "strategy": "group"}}}}}, "INT4"),
    ({"quantization_config": {"quant_method": "compressed-tensors", "config_groups": {"group_0": {
        "weights": {"num_bits": 8, "type": "int", "strategy": "channel"}}}}}, "INT8"),
    ({"quantization_config": {"quant_method": "mxfp4"}}, "MXFP4"),
])  # fmt: skip
def test_format_that_the_weights_come_in(stored: dict[str, Any], said: str) -> None:
    plain = {key: value for key, value in LLAMA.items() if key != "torch_dtype"}
    assert shape_of(plain | stored)["published_as"] == said


@pytest.mark.parametrize("absent", [
    "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "vocab_size", "max_position_embeddings",
])  # fmt: skip
def test_absent_field_is_named(tmp_path: Path, absent: str) -> None:
    file = write(tmp_path, {key: value for key, value in LLAMA.items() if key != absent})
    with pytest.raises(UnreadableConfig, match=f"config.json: no .*{absent}"):
        read_config(file)


@pytest.mark.parametrize("changed, said", [
    ({"hidden_size": -1}, "hidden_size is no count"), ({"num_hidden_layers": 1e300}, "is no count"), ({"vocab_size": 0}, "above 0"),
    ({"num_hidden_layers": 50_000}, "no model has so many"), ({"num_attention_heads": 0}, "heads"), ({"vocab_size": "many"}, "is no count"),
    ({"hidden_size": 4096.5}, "is no count"), ({"num_key_value_heads": True}, "is no count"), ({"layer_types": ["x"] * 100_000}, "so many"),
    ({"quantization_config": [1]}, "no object"), ({"kv_lora_rank": 512}, "qk_nope_head_dim"), ({"block_configs": [1]}, "without attention"),
    ({"num_experts": 8, "num_experts_per_tok": 2, "moe_intermediate_size": 0}, "above 0"),
])  # fmt: skip
def test_impossible_figures_are_refused(tmp_path: Path, changed: dict[str, Any], said: str) -> None:
    with pytest.raises(UnreadableConfig, match=said):
        read_config(write(tmp_path, LLAMA | changed))


@pytest.mark.parametrize("text, said", [
    ("", "is not JSON"), ("[1, 2]", "no object"), ("{" * 100_000, "is not JSON"), ('{"hidden_size": ' + "9" * 5000 + "}", "is not JSON"),
    ('{"a":' * 100_000 + "1" + "}" * 100_000, "is not JSON"), ('{"hidden_size": NaN}', "no"), ('{"hidden_size": Infinity}', "no"),
    ('{"text_config": ' * 400 + "{}" + "}" * 400, "no num_hidden_layers"), (" " * (MOST_BYTES + 1), "no config.json"),
])  # fmt: skip
def test_hostile_file_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UnreadableConfig, match=said):
        read_config(write(tmp_path, text))


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    for path, said in (
        (tmp_path, "is no file"),
        (tmp_path / "none.json", "cannot be read"),
        (Path("/dev/zero"), "is no file"),
    ):
        with pytest.raises(UnreadableConfig, match=said):
            read_config(path)


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 200), st.integers(), st.floats(), st.text(max_size=5), st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)  # fmt: skip


@settings(max_examples=300)
@given(st.sampled_from(sorted(KNOWN)), st.data())
def test_any_change_gives_a_shape_or_a_reason(name: str, data: st.DataObject) -> None:
    config = dict(KNOWN[name].get("text_config", KNOWN[name]))
    for key in data.draw(st.lists(st.sampled_from(sorted(config)), min_size=1, max_size=3)):
        config[key] = data.draw(VALUES)
    try:
        shape = shape_of(config)
    except UnreadableConfig:
        return
    assert (
        shape["layers"] > 0
        and shape["hidden"] > 0
        and all(v is None or not isinstance(v, float) or v >= 0 for v in shape.values())
    )

"""Reads a model's shape from its Hugging Face config.json, in the columns of seeds/llm_specs.csv."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from warehouse.costing.attention_config import attention_of, blocks_of, mixers_of
from warehouse.costing.config_fields import NAMES, Config, Spec, UnreadableConfig, count, entries, number

MOST_BYTES = 4_000_000  # the largest config.json on record has 60 kB

_PLAIN_FFN = (
    "gpt2",
    "gpt_neox",
    "gptj",
    "opt",
    "bloom",
    "falcon",
    "phi",
    "nemotron",
    "nemotron_h",
    "starcoder2",
    "bert",
)
_TIED = (
    "gemma",
    "gpt2",
    "opt",
    "bloom",
    "cohere",
    "ernie4_5",
    "bert",
)  # one embedding unless the config says otherwise


def read_config(file: Path) -> Spec:
    """Return a model's shape from its config.json: columns of seeds/llm_specs.csv, the file's folder as its name.

    The total of parameters is counted from the shape. Raises UnreadableConfig.
    """
    try:
        if file.exists() and not file.is_file():
            raise UnreadableConfig(f"{file} is no file")
        if file.stat().st_size > MOST_BYTES:
            raise UnreadableConfig(f"{file} has more than {MOST_BYTES // 1_000_000} MB: that is no config.json")
        config = json.loads(file.read_text(encoding="utf-8"))
    except OSError as failed:
        raise UnreadableConfig(f"{file} cannot be read: {failed.strerror or failed}") from failed
    except (ValueError, RecursionError) as failed:
        raise UnreadableConfig(f"{file} is not JSON: {str(failed) or 'nested too deeply'}") from failed
    if not isinstance(config, dict):
        raise UnreadableConfig(f"{file} holds no object with fields such as hidden_size")
    try:
        return {"name": file.resolve().parent.name or "config"} | shape_of(config)
    except UnreadableConfig as failed:
        raise UnreadableConfig(f"{file}: {failed}") from failed


def shape_of(config: Config) -> Spec:
    """Return the shape that a parsed config.json states. Raises UnreadableConfig, naming the field that is absent."""
    text = _text_part(config)
    family = str(text.get("model_type") or config.get("model_type") or "")
    mixers = mixers_of(text)
    spec: Spec = {name: number(text, name) for name in ("hidden", "vocab", "context_tokens")}
    if absent := [column for column in ("hidden", "vocab") if spec[column] < 1]:
        raise UnreadableConfig(f"{absent[0]} must be above 0")
    spec |= {"layers": len(mixers), "heads": number(text, "heads"), "ffn_matrices": 2 if family in _PLAIN_FFN else 3}
    spec["embeddings"] = 1 if _flag(text, config, "tie_word_embeddings", family.startswith(_TIED)) else 2
    spec |= attention_of(text, family, mixers, spec)
    spec |= _feed_forward(text, family, spec)
    spec |= _stored_as(text, config)
    spec["embeddings"] += _lookups(text, spec)
    return spec


def _text_part(config: Config) -> Config:
    """Return the object that describes the language model, where others describe an encoder of images beside it."""
    for _ in range(4):
        parts = [config.get(key) for key in ("text_config", "language_config", "llm_config", "thinker_config")]
        config = next((part for part in parts if isinstance(part, dict)), config)
    return config


def _flag(text: Config, config: Config, key: str, otherwise: bool) -> bool:
    return bool(text.get(key, config.get(key, otherwise)))


def _feed_forward(text: Config, family: str, spec: Spec) -> Spec:
    layers, experts = spec["layers"], number(text, "experts", 0)
    if blocks := blocks_of(text):
        return {"ffn_dim": sum(_narrowed(block, spec["hidden"]) for block in blocks) / layers}
    if not experts:
        ffn = number(text, "ffn_dim", 4 * spec["hidden"] if family in ("gpt2", "bloom", "gptj", "falcon") else None)
        if text.get("use_double_wide_mlp"):  # twice as wide where keys and values are shared
            ffn = ffn * (layers + count(text, "num_kv_shared_layers")) / layers
        return {"ffn_dim": ffn}
    got: Spec = {name: number(text, name) for name in ("experts", "experts_per_token", "expert_ffn_dim")}
    if got["expert_ffn_dim"] < 1:
        raise UnreadableConfig(f"{' or '.join(NAMES['expert_ffn_dim'])} must be above 0")
    parts = entries(text, "hybrid_override_pattern") or entries(text, "layers_block_type")
    got["moe_layers"] = sum(part in ("E", "moe") for part in parts) if parts else _moe_layers(text, layers)
    got["ffn_dim"] = 0 if parts or got["moe_layers"] == layers else number(text, "ffn_dim")
    shared = number(text, "shared_experts", 1 if number(text, "shared_ffn_dim", 0) else 0)
    if shared:
        got["shared_experts"] = shared * number(text, "shared_ffn_dim", got["expert_ffn_dim"]) / got["expert_ffn_dim"]
    if family.startswith("llama4"):
        got["shared_experts"] = 1
    if text.get("enable_moe_block"):  # beside the experts, every layer has a feed-forward of its own
        got["shared_experts"] = number(text, "ffn_dim") / got["expert_ffn_dim"]
    got["expert_hidden"] = number(text, "expert_hidden", 0) or None
    return got


def _narrowed(block: dict[str, Any], hidden: int) -> int:
    """Return the width of a feed-forward that is stated as a multiple, as Nemotron NAS rounds it: to 256."""
    ffn = block.get("ffn")
    times = ffn.get("ffn_mult") if isinstance(ffn, dict) else None
    if not isinstance(times, (int, float)) or not 0 <= times <= 100:
        return 0
    return -(-int(2 * times * hidden / 3) // 256) * 256


def _moe_layers(text: Config, layers: int) -> int:
    """Return how many layers have experts."""
    if kinds := entries(text, "mlp_layer_types"):
        return sum(kind != "dense" for kind in kinds)
    if isinstance(text.get("moe_layer_freq"), list):
        return sum(bool(part) for part in entries(text, "moe_layer_freq"))
    if text.get("moe_layer_start_index") is not None:
        first, last = (
            count(text, "moe_layer_start_index"),
            min(count(text, "moe_layer_end_index", layers), layers - 1),
        )
        return len(range(first, last + 1, max(1, count(text, "moe_layer_interval", 1))))
    every = max(1, count(text, "interleave_moe_layer_step", 1), count(text, "decoder_sparse_step", 1))
    return (layers - count(text, "first_k_dense_replace")) // every - len(entries(text, "mlp_only_layers"))


def _lookups(text: Config, spec: Spec) -> float:
    """Return the embeddings of each layer's own (Gemma's small models), in matrices of vocabulary by width."""
    per_layer = count(text, "hidden_size_per_layer_input") * count(text, "vocab_size_per_layer_input")
    return float(per_layer * spec["layers"] / (spec["vocab"] * spec["hidden"]))


def _stored_as(text: Config, config: Config) -> Spec:
    """Return the format that the weights come in."""
    stored = text.get("quantization_config") or config.get("quantization_config") or {}
    if not isinstance(stored, dict):
        raise UnreadableConfig("quantization_config is no object")
    wording = json.dumps(stored).lower()
    method = str(stored.get("quant_method", ""))
    if not stored:
        dtype = str(text.get("dtype") or text.get("torch_dtype") or config.get("dtype") or config.get("torch_dtype"))
        return {"published_as": {"float32": "FP32", "float16": "FP16"}.get(dtype, "BF16"), "experts_stored_as": None}
    if "mxfp4" in wording:
        return {"published_as": "MXFP4", "experts_stored_as": "MXFP4"}
    if text.get("expert_dtype") == "fp4":
        return {"published_as": "FP8-BLOCK", "experts_stored_as": "MXFP4"}
    if "nvfp4" in wording or ('"num_bits": 4' in wording and '"type": "float"' in wording):
        return {"published_as": "FP4", "experts_stored_as": None}
    if method in ("awq", "gptq") or '"num_bits": 4' in wording or '"bits": 4' in wording:
        return {"published_as": "INT4", "experts_stored_as": None}
    if stored.get("weight_block_size") or '"strategy": "block"' in wording:
        return {"published_as": "FP8-BLOCK", "experts_stored_as": None}
    return {"published_as": "INT8" if '"type": "int"' in wording else "FP8", "experts_stored_as": None}

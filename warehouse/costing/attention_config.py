"""Reads from a config.json how a model's layers attend: which keep a KV cache, of what size, and what others keep."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from warehouse.costing.config_fields import Config, Spec, UnreadableConfig, count, entries, number

_FULL, _WINDOW, _LINEAR = "full", "window", "linear"
_KINDS = {
    "full_attention": _FULL, "attention": _FULL, "indexed_attention": _FULL, "*": _FULL, "sliding_attention": _WINDOW,
    "chunked_attention": _WINDOW, "linear_attention": _LINEAR, "mamba": _LINEAR, "M": _LINEAR,
}  # fmt: skip

# Every how many layers one sees the whole context, where old configs leave it to the code.
_EVERY = {"gemma2": 2, "gpt_oss": 2, "cohere2": 4, "llama4_text": 4, "llama4": 4, "gemma3": 6, "gemma3_text": 6}


def mixers_of(text: Config) -> list[str]:
    """Return how each layer mixes tokens: full, window or linear (also Mamba). Feed-forwards alone are no layers."""
    blocks = entries(text, "hybrid_override_pattern") or entries(text, "layers_block_type")
    if blocks:
        return [_KINDS[str(block)] for block in blocks if str(block) in _KINDS]
    if searched := blocks_of(text):
        return [_LINEAR if block["attention"].get("no_op") else _FULL for block in searched]
    layers = number(text, "layers")
    if not 0 < layers <= 10_000:
        raise UnreadableConfig(f"{layers} layers: no model has so many")
    linear = text.get("linear_attn_config")
    if isinstance(linear, dict) and entries(linear, "full_attn_layers"):
        full = set(entries(linear, "full_attn_layers"))
        return [_FULL if layer in full else _LINEAR for layer in range(1, layers + 1)]
    window = text.get("sliding_window") or text.get("attention_chunk_size")
    kinds = [_KINDS.get(str(kind), _FULL) for kind in entries(text, "layer_types")][:layers]
    if not kinds and count(text, "full_attention_interval"):
        every = count(text, "full_attention_interval")
        kinds = [_LINEAR if (layer + 1) % every else _FULL for layer in range(layers)]
    if not kinds and entries(text, "hybrid_layer_pattern"):
        kinds = [_WINDOW if part else _FULL for part in entries(text, "hybrid_layer_pattern")][:layers]
    if not kinds and window and text.get("use_sliding_window", True):
        every = count(text, "sliding_window_pattern", _EVERY.get(str(text.get("model_type")), 0))
        kinds = [_FULL if every and (layer + 1) % every == 0 else _WINDOW for layer in range(layers)]
    kinds += [_FULL] * (layers - len(kinds))
    return kinds if window else [_FULL if kind == _WINDOW else kind for kind in kinds]


def blocks_of(text: Config) -> list[dict[str, Any]]:
    """Return the layers of a model whose layers a search left out or narrowed one by one (NVIDIA's Nemotron NAS)."""
    blocks = entries(text, "block_configs")
    if any(not isinstance(b, dict) or not isinstance(b.get("attention"), dict) for b in blocks):
        raise UnreadableConfig("block_configs has a layer without attention")
    return blocks


def attention_of(text: Config, family: str, mixers: Sequence[str], spec: Spec) -> Spec:
    layers, hidden, heads = len(mixers), spec["hidden"], spec["heads"]
    if heads < 1 or layers < 1:
        raise UnreadableConfig("a model has layers of attention, and heads in them")
    full, windows = mixers.count(_FULL), mixers.count(_WINDOW)
    got: Spec = {
        "attention": "mla" if text.get("kv_lora_rank") else "gqa",
        "full_attention_layers": full,
        "sliding_window": count(text, "sliding_window") or count(text, "attention_chunk_size") if windows else None,
        "kv_layers": full + windows if full + windows < layers else None,
    }
    if windows + full < layers:
        got |= _linear(text, hidden)
    if got["attention"] == "mla":
        return got | _latent(text, spec, full)
    default = 1 if text.get("multi_query") and not text.get("new_decoder_architecture") else heads
    groups = {count(block["attention"], "n_heads_in_group") for block in blocks_of(text)} - {0}
    if len(groups) == 1:
        default = heads // groups.pop()
    got["kv_heads"] = number(text, "kv_heads", default)
    got["head_dim"] = number(text, "head_dim", hidden // heads)
    if "compress_ratios" in text:
        return got | _compressed(text, spec, got)
    return got | _unusual_heads(text, family, mixers, spec | got)


def _linear(text: Config, hidden: int) -> Spec:
    """Return the parameters of a layer of linear attention or Mamba, and the elements of the state that it keeps."""
    if "mamba_num_heads" in text:
        heads, state, groups = (count(text, key) for key in ("mamba_num_heads", "ssm_state_size", "n_groups"))
        inner = heads * count(text, "mamba_head_dim")
        mixed = inner + 2 * groups * state
        params = hidden * (inner + mixed + heads) + mixed * count(text, "conv_kernel", 4) + inner * hidden
        return {"linear_layer_params": params, "linear_state": inner * state}
    if blocks_of(text):
        return {"linear_layer_params": 0, "linear_state": 0}
    if isinstance(own := text.get("linear_attn_config"), dict):  # Kimi's delta attention
        heads, size = count(own, "num_heads"), count(own, "head_dim")
    elif "linear_head_dim" in text:
        heads, size = count(text, "linear_num_heads"), count(text, "linear_head_dim")
    else:  # the gated delta net of Qwen
        keys = count(text, "linear_num_key_heads") * count(text, "linear_key_head_dim")
        heads = count(text, "linear_num_value_heads")
        values = heads * count(text, "linear_value_head_dim")
        params = hidden * (2 * keys + 2 * values + 2 * heads) + (2 * keys + values) * 4 + values * hidden
        return {"linear_layer_params": params, "linear_state": values * count(text, "linear_key_head_dim")}
    width = heads * size
    gates = hidden * size + size * width  # two of low rank: what is forgotten, and what comes out
    wide = hidden * width if (own or {}).get("use_full_rank_gate") else gates
    params = 4 * hidden * width + gates + wide + hidden * heads + 12 * width
    return {"linear_layer_params": params, "linear_state": width * size}


def _latent(text: Config, spec: Spec, full: int) -> Spec:
    """Return the columns of latent attention, with the index of sparse attention where there is one."""
    got: Spec = {name: count(text, key) for name, key in (
        ("kv_lora_rank", "kv_lora_rank"), ("rope_head_dim", "qk_rope_head_dim"), ("head_dim", "qk_nope_head_dim"),
        ("v_head_dim", "v_head_dim"))}  # fmt: skip
    if absent := [key for key in ("qk_nope_head_dim", "v_head_dim") if not text.get(key)]:
        raise UnreadableConfig(f"no {absent[0]}, which latent attention needs")
    got["q_lora_rank"] = count(text, "q_lora_rank") or None
    hidden, heads = spec["hidden"], spec["heads"]
    gate = heads * got["v_head_dim"] * hidden if text.get("mla_use_output_gate") else 0
    if not text.get("index_topk"):
        return got | ({"attention_layer_params": _latent_params(got, hidden, heads) + gate} if gate else {})
    width, queries = count(text, "index_head_dim"), count(text, "index_n_heads")
    indexers = entries(text, "indexer_types").count("full") or full
    index = (got["q_lora_rank"] or hidden) * queries * width + hidden * width + hidden * queries
    return got | {
        "attention_layer_params": _latent_params(got, hidden, heads) + gate + index * indexers // full,
        "kv_elements_full": full * (got["kv_lora_rank"] + got["rope_head_dim"]) + indexers * width,
        "attended_limit": count(text, "index_topk"),
    }


def _latent_params(got: Spec, hidden: int, heads: int) -> int:
    asked = heads * (got["head_dim"] + got["rope_head_dim"])
    queries = got["q_lora_rank"] * (hidden + asked) if got["q_lora_rank"] else hidden * asked
    rank = got["kv_lora_rank"]
    both = heads * (got["head_dim"] + got["v_head_dim"])
    return int(queries + hidden * (rank + got["rope_head_dim"]) + rank * both + heads * got["v_head_dim"] * hidden)


def _compressed(text: Config, spec: Spec, got: Spec) -> Spec:
    """Return the columns of DeepSeek V4: a window beside tokens that are compressed, some of them under an index."""
    hidden, heads, size = spec["hidden"], spec["heads"], got["head_dim"]
    ratios = [ratio for ratio in entries(text, "compress_ratios")[: spec["layers"]] if isinstance(ratio, int)]
    width, queries = count(text, "index_head_dim"), count(text, "index_n_heads")
    rank, out, groups = count(text, "q_lora_rank"), count(text, "o_lora_rank"), count(text, "o_groups")
    params = rank * (hidden + heads * size) + hidden * size + heads * size * out + groups * out * hidden
    indexed = [ratio for ratio in ratios if 0 < ratio < 32]
    compressors = len([ratio for ratio in ratios if ratio]) * 2 * hidden * size + len(indexed) * (
        2 * hidden * size + 4 * hidden * width + rank * queries * width + hidden * queries
    )
    layers = spec["layers"]
    return {
        "full_attention_layers": layers,
        "sliding_window": count(text, "sliding_window"),
        "attention_layer_params": params + compressors // layers,
        "kv_elements_full": round(sum(size / r for r in ratios if r) + sum(width / r for r in indexed)),
        "kv_elements_window": layers * size,
        "attended_limit": count(text, "sliding_window") + count(text, "index_topk"),
    }


def _unusual_heads(text: Config, family: str, mixers: Sequence[str], spec: Spec) -> Spec:
    """Return what differs from layers that are all alike: a gate on the output, other heads in some of the layers."""
    hidden, heads, kv, size = spec["hidden"], spec["heads"], spec["kv_heads"], spec["head_dim"]
    full, windows = mixers.count(_FULL), mixers.count(_WINDOW)
    if text.get("attn_output_gate") or family.startswith("qwen3_next"):
        return {"attention_layer_params": hidden * (3 * heads + 2 * kv) * size}
    other = text.get("attention_other_setting")
    window_heads = count(other, "num_attention_heads") if isinstance(other, dict) else 0
    window_heads = window_heads or count(text, "num_sliding_attention_heads") or heads
    size_full = count(text, "global_head_dim") or size
    kv_full = count(text, "num_global_key_value_heads") or kv
    shared = min(
        count(text, "num_kv_shared_layers"), len(mixers)
    )  # the last layers use the keys and values of earlier ones
    own = 3 * hidden * count(text, "hidden_size_per_layer_input")  # projections of each layer's own embeddings
    if not shared and not own and size_full == size and kv_full == kv and window_heads == heads:
        return {}
    projections = 1 if text.get("attention_k_eq_v") and kv_full != kv else 2
    full_params = hidden * size_full * (2 * heads + projections * kv_full)
    window_params = hidden * size * (2 * window_heads + 2 * kv)
    kept = mixers[: len(mixers) - shared]
    saved = sum(2 * hidden * (kv_full * size_full if m == _FULL else kv * size) for m in mixers[len(mixers) - shared :])
    return {
        "attention_layer_params": (full * full_params + windows * window_params - saved) // len(mixers) + own,
        "attention_width": (full * heads * size_full + windows * window_heads * size) / len(mixers),
        "kv_elements_full": kept.count(_FULL) * 2 * kv_full * size_full,
        "kv_elements_window": kept.count(_WINDOW) * 2 * kv * size,
    }

"""Reads fields of a Hugging Face config.json under their many names, within the bounds of what a model can have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Spec = dict[str, Any]
Config = Mapping[str, Any]

_MOST = 1e9  # layers, widths, tokens: no model has more of anything
NAMES = {  # column -> what configs call it
    "layers": ("num_hidden_layers", "n_layer", "n_layers", "num_layers"),
    "hidden": ("hidden_size", "n_embd", "d_model"),
    "heads": ("num_attention_heads", "n_head", "n_heads"),
    "kv_heads": ("num_key_value_heads", "num_attention_groups", "num_kv_heads", "n_head_kv"),
    "head_dim": ("head_dim", "attention_head_dim"),
    "vocab": ("vocab_size",),
    "ffn_dim": ("dense_intermediate_size", "intermediate_size_mlp", "intermediate_size", "ffn_dim", "n_inner"),
    "context_tokens": ("max_position_embeddings", "model_max_length", "max_seq_len", "n_positions", "seq_length"),
    "experts": ("n_routed_experts", "num_local_experts", "num_experts", "moe_num_experts"),
    "experts_per_token": (
        "num_experts_per_tok", "num_experts_per_token", "top_k_experts", "experts_per_token", "moe_k", "moe_top_k"),
    "shared_experts": ("n_shared_experts", "num_shared_experts", "moe_num_shared_experts"),
    "expert_ffn_dim": ("moe_intermediate_size", "intermediate_size"),
    "shared_ffn_dim": (
        "moe_shared_expert_intermediate_size", "shared_expert_intermediate_size", "share_expert_dim",
        "shared_intermediate_size"),
    "expert_hidden": ("moe_latent_size", "routed_expert_hidden_size"),
}  # fmt: skip


class UnreadableConfig(Exception):
    """The file is no config.json of a language model, or lacks a field; the message says which."""


def number(text: Config, column: str, otherwise: float | None = None) -> Any:
    """Return the first of a column's fields that is stated. Raises UnreadableConfig if none is, or it is no count."""
    for key in NAMES[column]:
        if text.get(key) is not None:
            return count(text, key)
    if otherwise is None:
        raise UnreadableConfig(f"no {' or '.join(NAMES[column])}, from which {column} would be read")
    return otherwise


def count(text: Config, key: str, otherwise: int = 0) -> int:
    """Return a whole number of a field, `otherwise` where it is absent. Raises UnreadableConfig for anything else."""
    value = text.get(key, otherwise)
    if value is None:
        return otherwise
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= _MOST or value != int(value):
        raise UnreadableConfig(f"{key} is no count: {str(value)[:40]}")
    return int(value)


def entries(text: Config, key: str) -> list[Any]:
    """Return the entries of a list (or the letters of a pattern), none where it is absent. Raises UnreadableConfig."""
    value = text.get(key)
    if not isinstance(value, (list, str)):
        return []
    if len(value) > 10_000:
        raise UnreadableConfig(f"{key} has {len(value)} entries: no model has so many layers")
    return list(value)

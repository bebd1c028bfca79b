"""Turns what a rule names of its series into a condition over their dimensions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warehouse.identity import resolve, states_memory
from warehouse.names import provider_slug

Dimensions = Mapping[str, tuple[str, ...]]
_NUMBERS = ("gpu_memory_gb", "gpu_count", "term_months")
COLUMNS = (
    "gpu", "vendor", "form_factor", "gpu_memory_gb", "gpu_count", "provider", "source", "instance", "region", "zone",
    "pricing_model", "term_months", "upfront", "market",
)  # fmt: skip


def condition(wanted: Dimensions) -> tuple[str, list[Any]]:
    """An SQL condition and its parameters: each dimension that is named must fit one of its values.

    A GPU is any label, and "A100" means every variant. Texts ignore case; `*` stands for anything.
    """
    terms, values = ["true"], []
    for column, words in wanted.items():
        if column not in COLUMNS:
            raise ValueError(f"no dimension of a series: {column}")
        fits = [_one(column, word) for word in words]
        terms.append("(" + " or ".join(sql for sql, _ in fits) + ")")
        values += [value for _, found in fits for value in found]
    return " and ".join(terms), values


def _one(column: str, word: str) -> tuple[str, list[Any]]:
    if column == "gpu":
        return _gpu(word)
    if column in _NUMBERS:
        return f"{column} = ?::decimal(18, 6)", [word]
    if column == "provider" and "*" not in word:
        # Imported rows keep the name as their file writes it.
        return "lower(provider) in (?, ?)", [word.lower(), provider_slug(word)]
    if "*" in word:
        return f"lower({column}) glob ?", [word.lower()]
    return f"lower({column}) = ?", [word.lower().replace("-", "_") if column == "pricing_model" else word.lower()]


def _gpu(label: str) -> tuple[str, list[Any]]:
    card = resolve(label)
    terms, values = ["gpu = ?"], [card.model or label]
    if card.form_factor:
        terms, values = [*terms, "form_factor = ?"], [*values, card.form_factor]
    if card.memory_gb is not None and states_memory(label):
        terms, values = [*terms, "gpu_memory_gb = ?::decimal(18, 6)"], [*values, str(card.memory_gb)]
    return "(" + " and ".join(terms) + ")", values

"""Turns what a rule names of its series into a condition over their dimensions."""

from __future__ import annotations

from collections.abc import Mapping

from warehouse.identity.gpus import resolve, states_memory
from warehouse.identity.providers import provider_slug
from warehouse.storage.connection import quoted

Dimensions = Mapping[str, tuple[str, ...]]
_NUMBERS = ("gpu_memory_gb", "gpu_count", "term_months")
COLUMNS = (
    "gpu", "vendor", "form_factor", "gpu_memory_gb", "gpu_count", "provider", "source", "instance", "region", "zone",
    "pricing_model", "term_months", "upfront", "market",
)  # fmt: skip


def condition(wanted: Dimensions) -> str:
    """An SQL condition: each dimension that is named must fit one of its values.

    A GPU is any label, and "A100" means every variant. Texts ignore case; `*` stands for anything. Values are quoted,
    not bound: for bound parameters DuckDB would first import pandas.
    """
    terms = ["true"]
    for column, words in wanted.items():
        if column not in COLUMNS:
            raise ValueError(f"no dimension of a series: {column}")
        terms.append("(" + " or ".join(_one(column, word) for word in words) + ")")
    return " and ".join(terms)


def _one(column: str, word: str) -> str:
    low = quoted(word.lower())
    if column == "gpu":
        return _gpu(word)
    if column in _NUMBERS:
        return f"{column} = '{low}'::decimal(18, 6)"
    if column == "provider" and "*" not in word:
        # Imported rows keep the name as their file writes it.
        return f"lower(provider) in ('{low}', '{quoted(provider_slug(word))}')"
    if "*" in word:
        return f"lower({column}) glob '{low}'"
    return f"lower({column}) = '{low.replace('-', '_') if column == 'pricing_model' else low}'"


def _gpu(label: str) -> str:
    card = resolve(label)
    terms = [f"gpu = '{quoted(card.model or label)}'"]
    if card.form_factor:
        terms.append(f"form_factor = '{quoted(card.form_factor)}'")
    if card.memory_gb is not None and states_memory(label):
        terms.append(f"gpu_memory_gb = '{card.memory_gb}'::decimal(18, 6)")
    return "(" + " and ".join(terms) + ")"

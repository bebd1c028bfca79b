"""Turns the scope of an alert rule into an SQL condition over the dimensions of series."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warehouse.identity.gpus import resolve, states_memory
from warehouse.identity.providers import provider_slug

Dimensions = Mapping[str, tuple[str, ...]]
_NUMBERS = ("gpu_memory_gb", "gpu_count", "term_months")
COLUMNS = (
    "gpu", "vendor", "form_factor", "gpu_memory_gb", "gpu_count", "provider", "source", "instance", "region",
    "region_id", "country", "continent", "zone", "pricing_model", "term_months", "upfront", "market", "price_scope",
)  # fmt: skip


class Parameters(dict[str, Any]):
    """Values that a statement binds, by the name it gives them."""

    def bind(self, value: Any) -> str:
        """Add a value and return what stands for it in the SQL."""
        name = f"p{len(self)}"
        self[name] = value
        return f"${name}"


def condition(scope: Dimensions, parameters: Parameters) -> str:
    """Return an SQL condition: each dimension that a scope names must match one of its values.

    A GPU is any label, and "A100" means every variant. Texts ignore case; `*` stands for anything.
    """
    terms = ["true"]
    for column, words in scope.items():
        if column not in COLUMNS:
            raise ValueError(f"no dimension of a series: {column}")
        terms.append("(" + " or ".join(_term(column, word, parameters) for word in words) + ")")
    return " and ".join(terms)


def _term(column: str, word: str, parameters: Parameters) -> str:
    bind = parameters.bind
    low = word.lower()
    if column == "gpu":
        return _gpu(word, parameters)
    if column in _NUMBERS:
        return f"{column} = {bind(low)}::decimal(18, 6)"
    if column == "provider" and "*" not in word:
        # Imported rows keep the file's spelling of the name.
        return f"lower(provider) in ({bind(low)}, {bind(provider_slug(word))})"
    if "*" in word:
        return f"lower({column}) glob {bind(low)}"
    return f"lower({column}) = {bind(low.replace('-', '_') if column == 'pricing_model' else low)}"


def _gpu(label: str, parameters: Parameters) -> str:
    bind = parameters.bind
    card = resolve(label)
    terms = [f"gpu = {bind(card.model or label)}"]
    if card.form_factor:
        terms.append(f"form_factor = {bind(card.form_factor)}")
    if card.memory_gb is not None and states_memory(label):
        terms.append(f"gpu_memory_gb = {bind(card.memory_gb)}::decimal(18, 6)")
    return "(" + " and ".join(terms) + ")"

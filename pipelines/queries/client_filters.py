"""Turns the filters of the Python client into conditions over the columns of v1, with their values bound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, TypedDict

from pipelines.queries.current_prices import in_region
from pipelines.queries.filters import place_name, pricing_model
from warehouse.identity import regions
from warehouse.identity.compute_capability import with_capability
from warehouse.identity.gpus import resolve, states_memory
from warehouse.identity.providers import provider_slug

Number = int | float | Decimal


class SeriesFilters(TypedDict, total=False):
    """Criteria of a priced thing. A bound leaves out what does not state the quantity."""

    gpu: str | Sequence[str]  # any label: "A100", "a100 80gb sxm"; of several, one must match
    vendor: str  # NVIDIA, AMD, Intel, Google, ...
    min_memory_gb: Number  # of one GPU
    max_memory_gb: Number
    min_count: Number  # GPUs of the machine
    max_count: Number
    min_total_memory_gb: Number  # of all its GPUs
    max_total_memory_gb: Number
    min_compute_capability: str  # CUDA: "8.0"
    max_compute_capability: str
    provider: str | Sequence[str]
    region: str  # a part of its name, or a country or continent by name
    country: str  # ISO code or English name
    continent: str
    spot: bool  # True: spot alone; False: on demand alone
    pricing_model: str  # on_demand, spot, reserved, ...
    term_months: int


class OfferFilters(SeriesFilters, total=False):
    """Criteria of an offer, those of its machine and price too."""

    min_vcpus: Number
    max_vcpus: Number
    min_ram_gb: Number
    max_ram_gb: Number
    min_disk_gb: Number
    max_disk_gb: Number
    min_usd_per_hour: Number  # of the whole machine
    max_usd_per_hour: Number
    min_usd_per_gpu_hour: Number
    max_usd_per_gpu_hour: Number
    interconnect: str  # a part of its name
    available: bool  # True: leave out what is sold out or on a waiting list


# Filter -> the condition on v1's columns.
_BOUNDS = {
    "memory_gb": "gpu_memory_gb", "count": "gpu_count", "total_memory_gb": "gpu_memory_gb * gpu_count",
    "vcpus": "vcpus", "ram_gb": "ram_gb", "disk_gb": "local_disk_gb", "usd_per_hour": "usd_per_gpu_hour * gpu_count",
    "usd_per_gpu_hour": "usd_per_gpu_hour",
}  # fmt: skip


def conditions(
    names: Mapping[str, Any], filters: Mapping[str, Any], price: str | None = "usd_per_gpu_hour"
) -> tuple[str, dict[str, Any]]:
    """Return a condition over v1's columns, and its values by name."""
    if unknown := filters.keys() - names.keys():
        raise TypeError(f"no filter {', '.join(sorted(unknown))}; there are {', '.join(sorted(names))}")
    wanted = {name: value for name, value in filters.items() if value is not None}
    terms = ["price_scope = 'instance'", *([f"{price} is not null"] if price else [])]
    values: dict[str, Any] = {}
    for name, value in wanted.items():
        term = _term(name, value, values)
        if term:
            terms.append(term)
    if "min_compute_capability" in wanted or "max_compute_capability" in wanted:
        values["capable"] = with_capability(wanted.get("min_compute_capability"), wanted.get("max_compute_capability"))
        terms.append("list_contains($capable, gpu)")
    return " and ".join(f"({term})" for term in terms), values


def _term(name: str, value: Any, values: dict[str, Any]) -> str:
    """Return the condition of one filter, and add its values; empty where it sets none of its own."""
    end, _, quantity = name.partition("_")
    if end in ("min", "max") and quantity in _BOUNDS:
        values[name] = str(value)
        return f"{_BOUNDS[quantity]} {'>=' if end == 'min' else '<='} ${name}::decimal(18, 6)"
    if name == "gpu":
        return " or ".join(_of_gpu(label, number, values) for number, label in enumerate(_several(value))) or "false"
    if name == "spot":
        return f"pricing_model = '{'spot' if value else 'on_demand'}'"
    if name == "available":
        return "not is_sold_out(availability)" if value else ""
    if name == "region":
        condition, values[name] = in_region(value)
        return condition.replace("?", "$region")
    if name == "interconnect":
        values[name] = value
        return "contains(lower(interconnect), lower($interconnect))"
    if name == "provider":
        values[name] = [provider_slug(one) for one in _several(value)]
        return "list_contains($provider, provider)"
    if name == "vendor":
        values[name] = value
        return "lower(vendor) = lower($vendor)"
    if name in ("min_compute_capability", "max_compute_capability"):
        return ""
    checked = {
        "country": lambda text: place_name(text, regions.country_code),
        "continent": lambda text: place_name(text, regions.continent_name),
        "pricing_model": pricing_model,
    }
    values[name] = checked[name](value) if name in checked else value
    return f"{name} = ${name}"


def _of_gpu(label: str, number: int, values: dict[str, Any]) -> str:
    """Return the condition of one label: "H100" is every H100, "H100 80GB" only that one."""
    card = resolve(label)
    values[f"gpu_{number}"] = card.model or label
    terms = [f"gpu = $gpu_{number}"]
    if card.form_factor:
        values[f"form_{number}"] = card.form_factor
        terms.append(f"form_factor = $form_{number}")
    if card.memory_gb is not None and states_memory(label):
        values[f"memory_{number}"] = str(card.memory_gb)
        terms.append(f"gpu_memory_gb = $memory_{number}::decimal(9, 3)")
    return f"({' and '.join(terms)})"


def _several(value: str | Sequence[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)

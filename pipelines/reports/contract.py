"""The contract v1 in terms that every catalog has: types, units, nullability, and what makes a row unique.

All of it is read from the published database, whose columns carry their meaning, and from the keys of the SQL models.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from pipelines.reports.site_data import SiteData, grouped
from warehouse.engine import model_graph

# A column's unit follows from its name; the first pattern that fits the whole name counts.
_UNITS = tuple(
    (re.compile(pattern), unit)
    for pattern, unit in (
        (r"(own_|hosted_|old_|new_|measured_|modelled_)?usd_per_m_\w*tokens\w*", "USD per million tokens"),
        (r"usd_per_fp\d+_tflops_hour", "USD per TFLOPS-hour"),
        (r"usd_per_gb_hour", "USD per GB-hour"),
        (r"usd_per_gbs_hour", "USD per hour and GB/s"),
        (r"\w*usd_per_gpu_hour\w*|x_UsdPerGpuHour", "USD per GPU-hour"),
        (r"level_median|basket_median|p25|p75|usd_before|usd_now", "USD per GPU-hour"),
        (r"usd_per_unit", "USD per unit of currency"),
        (r"\w*usd_per_day", "USD per day"),
        (r"usd_\w+", "USD"),
        (r"price|last_good", "currency per price_unit"),
        (r"upfront_price", "currency"),
        (r"ListUnitPrice|ContractedUnitPrice", "BillingCurrency per PricingUnit"),
        (r"UnitPrice", "PricingCurrency per PricingUnit"),
        (r"x_UpfrontPrice", "BillingCurrency"),
        (r"QuantityTier\w+", "PricingUnit"),
        (r"\w+_gb", "GB"),
        (r"term_months|x_CommitmentTermMonths", "months"),
        (r"age_days", "days"),
        (r"age_hours", "hours"),
        (r"output_tokens_per_s", "tokens per second and server"),
        (r"\w+_tokens_per_s_per_gpu", "tokens per second and GPU"),
        (r"ttft_s|tpot_s", "seconds"),
        (r"isl|osl", "tokens per request"),
        (r"\w+_tokens_per_day", "tokens per day"),
        (r"above_tokens|up_to_input_tokens|training_tokens", "tokens"),
        (r"pct", "percent"),
        (r"\w*utilisation|mfu\w*|weight|hit_rate", "share, 0 to 1"),
        (r"gpu_hours", "GPU-hours"),
        (r"flop", "floating-point operations"),
        (r"params|active_params", "parameters"),
        (r"(max_)?gpu_count|x_GpuCount|gpus_to_hold|tp|n_gpus|machine_gpus", "GPUs"),
        (r"vcpus", "vCPUs"),
        (r"batch|concurrency", "requests"),
        (r"chained_base100", "index points, 100 on chain_start"),
        (r"n_\w+", "count"),
    )
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the contract: its name, DuckDB's name of its type, and what it holds in words."""

    name: str
    type: str
    meaning: str

    @property
    def unit(self) -> str:
        """Return the unit of a quantity."""
        if self.type in ("VARCHAR", "BOOLEAN", "DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"):
            return ""
        return next((unit for pattern, unit in _UNITS if pattern.fullmatch(self.name)), "")

    @property
    def is_nullable(self) -> bool:
        """Whether the column may be NULL."""
        return "NULL" in self.meaning

    @property
    def may_be_empty(self) -> bool:
        """Whether the column may be an empty text."""
        return "empty" in self.meaning


@dataclass(frozen=True)
class Relation:
    """A table or view of the contract."""

    name: str
    about: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]  # columns whose values no two rows share; empty where rows have none

    @cached_property
    def has_primary_key(self) -> bool:
        """Whether the key identifies every row: none of its columns may be NULL or empty."""
        columns = [column for column in self.columns if column.name in self.key]
        return bool(columns) and not any(column.is_nullable or column.may_be_empty for column in columns)


def relations(data: SiteData) -> dict[str, Relation]:
    """Return the relations of v1, by name without the schema."""
    models = model_graph.load()
    described = {}
    for name, rows in grouped(data.rows("schema"), lambda row: row["relation"]).items():
        columns = tuple(Column(row["name"], row["type"], row["meaning"] or "") for row in rows)
        model = models.get(f"v1.{name}")
        described[name] = Relation(name, rows[0]["about"] or "", columns, model.head.key if model else ())
    return described

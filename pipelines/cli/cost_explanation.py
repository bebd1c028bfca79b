"""Explains the cost of a million tokens: answer, formula, speed, price with its receipt, measurements."""

from __future__ import annotations

import math
import shlex
from collections.abc import Mapping
from typing import Any

_SECTIONS = {
    "answer": ("model", "gpu_spec", "gpus", "precision", "usd_per_m_input_tokens", "usd_per_m_output_tokens",
               "operating_point", "in_scope", "class", "band_factor", "reason"),
    "speed": ("output_tokens_per_s_per_gpu", "isl", "osl", "batch", "ttft_s", "tpot_s", "tp", "pp", "dp_attn",
              "replicas", "kv_dtype", "utilisation", "method", "theta_version"),
    "price": ("usd_per_gpu_hour", "list_usd_per_gpu_hour", "discount_pct", "provider", "instance", "gpu_count",
              "region", "pricing_model", "term_months", "availability", "last_seen_on"),
    "receipt": ("source_url", "observed_at", "sha256", "origin"),
    "measured": ("measured_tokens_per_s_per_gpu", "measured_usd_per_m_tokens", "modelled_usd_per_m_tokens",
                 "model_to_measured", "is_apart", "measured_isl", "measured_osl", "measured_gpus", "measured_by",
                 "measured_software", "measured_on", "measurement_url"),
}  # fmt: skip
_SECONDS = 3600


def explained(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of `gpuhour cost` by what it rests on, and the formula that leads from the price to the cost."""
    sections = {title: {name: row.get(name) for name in names} for title, names in _SECTIONS.items()}
    return {"answer": sections["answer"], "formula": _formula(row)} | {
        title: sections[title] for title in ("speed", "price", "receipt", "measured")
    } | {"trace": _trace(row)}  # fmt: skip


def _formula(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the steps from a price to a million tokens of both kinds, and whether they give the answer."""
    speed, both = row["output_tokens_per_s_per_gpu"], row["isl"] + row["osl"]
    if not speed or row["usd_per_m_input_tokens"] is None:
        return {}
    usd, busy = float(row["usd_per_gpu_hour"]), row["utilisation"]
    result = usd / _SECONDS / (speed * both / row["osl"]) / busy * 1e6
    printed = (row["isl"] * row["usd_per_m_input_tokens"] + row["osl"] * row["usd_per_m_output_tokens"]) / both
    return {
        "steps": f"{usd:g} USD per GPU-hour / {_SECONDS} s / ({speed:g} output tokens per second and GPU x {both:g} / "
        f"{row['osl']:g} tokens of both kinds) / {busy:g} busy x 1,000,000 = {result:.4g} USD per million tokens "
        "of both kinds",
        "input_and_output": f"({row['isl']:g} x {row['usd_per_m_input_tokens']:.4g} + {row['osl']:g} x "
        f"{row['usd_per_m_output_tokens']:.4g}) / {both:g} = {printed:.4g}",
        "agree": math.isclose(result, printed, rel_tol=1e-3),
    }


def _trace(row: Mapping[str, Any]) -> str:
    """Return the command that traces the price itself; empty where it is the reader's own."""
    if not row.get("source_url"):
        return ""
    words = [
        "gpuhour",
        "explain",
        row["provider"],
        row["instance"] or row["gpu_spec"],
        "--pricing-model",
        row["pricing_model"],
    ]
    words += ["--region", row["region"]] if row["region"] else []
    return shlex.join(map(str, words))

"""Explains what the commands of `gpuhour cost` print: each answer with its formula, its price and the receipt.

`agree` in a formula says whether its steps give the printed number.
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Mapping
from typing import Any

from pipelines.queries.api_costs import Volume

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


def of_tokens(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of `gpuhour cost` by what it rests on, and the formula that leads from the price to the cost."""
    sections = {title: _chosen(row, *names) for title, names in _SECTIONS.items()}
    return {"answer": sections["answer"], "formula": _token_formula(row)} | {
        title: sections[title] for title in ("speed", "price", "receipt", "measured")
    } | {"trace": _trace(row)}  # fmt: skip


def of_training(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of `gpuhour cost train` by what it rests on, and the formula from parameters to USD."""
    return {
        "answer": _chosen(row, "usd", "gpu_hours", "days", "gpu_spec", "gpus", "nominal_usd", "reason"),
        "formula": _training_formula(row),
        "memory": _chosen(row, "full_gb", "lora_gb", "qlora_gb", "zero3_gb_per_gpu"),
        **_rent(row),
    }


def _training_formula(row: Mapping[str, Any]) -> dict[str, Any]:
    flop, tflops, mfu = (float(row[name]) for name in ("flop", "tflops", "mfu"))
    hours = flop / (tflops * 1e12 * mfu) / _SECONDS
    steps = {
        "work": f"6 x {float(row['params']):.4g} parameters x {float(row['tokens']):.4g} tokens = {flop:.4g} FLOP",
        "time": f"{flop:.4g} FLOP / ({tflops:g} TFLOPS of dense BF16 x {mfu:.0%} of it) / {_SECONDS} s = "
        f"{hours:,.1f} GPU-hours",
    }
    agree = math.isclose(hours, row["gpu_hours"], rel_tol=1e-6)
    if row["usd"] is not None:
        price = float(row["usd_per_gpu_hour"])
        steps["money"] = f"{hours:,.1f} GPU-hours x {price:g} USD = {hours * price:,.2f} USD"
        agree = agree and math.isclose(hours * price, float(row["usd"]), rel_tol=1e-6)
    return steps | {"agree": agree}


def of_job(row: Mapping[str, Any], hours: float, egress_tb: float, storage_tb: float) -> dict[str, Any]:
    """Return a row of `gpuhour cost job` by what it rests on, and the formula from its machines to USD."""
    return {
        "answer": _chosen(row, "total_usd", "at_least_usd", "unknown", "unverified", "gpu", "form_factor", "reason"),
        "formula": _job_formula(row, hours, egress_tb, storage_tb),
        **_rent(row),
    }


def _job_formula(row: Mapping[str, Any], hours: float, egress_tb: float, storage_tb: float) -> dict[str, Any]:
    price, billed = float(row["usd_per_gpu_hour"]), row["gpus_billed"]
    compute = billed * hours * price
    steps = {
        "machines": f"{row['n_machines']} x {float(row['gpu_count']):g} GPUs = {billed} GPUs billed",
        "compute": f"{billed} GPUs x {hours:g} h x {price:g} USD = {compute:.2f} USD",
    }
    for name, terabytes in (("egress", egress_tb), ("storage", storage_tb)):
        if terabytes:
            usd, note = row[f"{name}_usd"], row[f"{name}_note"]
            cost = "a rate that is not on record" if usd is None else f"{usd:.2f} USD"
            steps[name] = f"{terabytes:g} TB = {cost}" + (f" ({note})" if note else "")
    return steps | {"agree": abs(compute - float(row["compute_usd"])) <= 0.01}


def of_volume(row: Mapping[str, Any], load: Volume) -> dict[str, Any]:
    """Return a row of `gpuhour cost api` by what it rests on, and the formula from the load to USD a day."""
    is_hosted = row["kind"] == "api"
    answer = ("usd_per_day", "usd_per_m_tokens", "break_even_tokens_per_day", "kind", "seller", "what", "precision")
    return {
        "answer": _chosen(row, *answer),
        "formula": _hosted_formula(row, load) if is_hosted else _machine_formula(row),
        "receipt": _chosen(row, "source", "source_url", "sha256", "valid_from", "n_lists"),
    }


def _hosted_formula(row: Mapping[str, Any], load: Volume) -> dict[str, Any]:
    price, output_price = float(row["usd_per_m_input_tokens"]), float(row["usd_per_m_output_tokens"])
    cached_price = row["usd_per_m_cached_input_tokens"]
    cached = load.input_tokens * load.hit_rate
    terms = [(load.input_tokens - cached, price), (load.output_tokens, output_price)]
    if cached:  # a host without a price of its own for them charges them like the rest
        terms.insert(1, (cached, price if cached_price is None else float(cached_price)))
    usd = sum(tokens * each for tokens, each in terms) / 1e6
    steps = " + ".join(f"{tokens / 1e6:,g} M tokens x {each:g}" for tokens, each in terms if tokens)
    return {
        "steps": f"{steps} USD per million = {usd:.4g} USD a day",
        "agree": math.isclose(usd, float(row["usd_per_day"]), rel_tol=1e-6),
    }


def _machine_formula(row: Mapping[str, Any]) -> dict[str, Any]:
    count, gpus, price = row["n_machines"], row["gpu_count"], float(row["usd_per_gpu_hour"])
    usd = count * float(gpus) * price * 24
    return {
        "steps": f"{count} machines x {gpus:g} GPUs x {price:g} USD per GPU-hour x 24 h = {usd:.4g} USD a day; "
        f"the load keeps them {row['busy']:.0%} busy",
        "agree": math.isclose(usd, float(row["usd_per_day"]), rel_tol=1e-6),
    }


def _chosen(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: row.get(name) for name in names}


def _rent(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sections of a rented machine's price: the price, its receipt, and the command that traces it."""
    price = _chosen(row, *_SECTIONS["price"])
    return {"price": price, "receipt": _chosen(row, *_SECTIONS["receipt"]), "trace": _trace(row)}


def _token_formula(row: Mapping[str, Any]) -> dict[str, Any]:
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
        row["instance"] or row.get("gpu_spec") or row["gpu"],
        "--pricing-model",
        row["pricing_model"],
    ]
    words += ["--region", row["region"]] if row["region"] else []
    return shlex.join(map(str, words))

"""The cost of a million tokens: every model on every GPU, beside hosts' prices, measured beside modelled."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from pipelines.reports import charts, wording
from pipelines.reports.page_model import Download, SitePage
from pipelines.reports.query_runner import Row
from pipelines.reports.site_data import SiteData, grouped
from pipelines.timeseries import Segment

WORKLOADS = (("chat", "latency_bound"), ("rag", "latency_bound"), ("batch", "max_batch"))
LOAD = 100_000_000  # tokens per day, the default of a reader's own load
BOUND = 0.05  # seconds per token, the default: a chat's
_SERVERS = 12  # shown of a load
_MACHINE = ("provider", "spec", "gpu_count", "instance", "region", "operating_point")
_MEASURED, _HOSTS = 60, 30  # rows


def token_pages(data: SiteData) -> Iterator[SitePage]:
    """Yield the list of models, and each model's page."""
    best = [r for r in data.tokens_on_demand if r["place"] == 1]
    nominal = {r["model"]: r for r in data.rows("nominal")}
    popular = max(best, key=lambda r: (r["n_hosts"], r["model"]), default=None)
    answer = (
        _sentence(data, popular)
        if popular
        else "No GPU with a price in force can serve a model with known performance."
    )
    yield SitePage(
        "tokens.html",
        "tokens.html",
        "Cost per million tokens",
        answer,
        {
            "answer": answer,
            "rows": [r | {"nominal": nominal.get(r["model"]), "blended": _blended(r)} for r in best],
            "about": best[0] if best else None,
            "hosts": [hosts[0] for hosts in data.hosts.values()],
            "measured": [row for rows in data.measured.values() for row in rows][:_MEASURED],
            "n_measured": sum(map(len, data.measured.values())),
        },
        data.as_of,
        (
            Download("api/v1/tokens.json", "the cheapest servers"),
            Download("data/cost_per_token.parquet", "every row of the model"),
            Download("data/self_host_vs_api.parquet", "every host beside every machine"),
        ),
        "tokens.html",
        is_dataset=True,
    )
    on_demand = {r["model"]: r for r in best}
    for model, file in data.model_files.items():
        yield _page(data, model, file, on_demand.get(model), nominal.get(model))


def _page(data: SiteData, model: str, file: str, best: Row | None, nominal: Row | None) -> SitePage:
    tables = grouped(data.tokens[model], lambda r: (r["workload"], r["operating_point"]))
    hosts = data.hosts.get(model, [])
    answer = (
        _sentence(data, best)
        if best
        else f"No GPU with an on-demand price in force serves {model} in a chat at 50 ms per token."
    )
    return SitePage(
        f"tokens/{file}.html",
        "model.html",
        f"{model}: cost per million tokens",
        answer,
        {
            "model": model,
            "answer": answer,
            "tables": [(point[0], tables[point]) for point in WORKLOADS if point in tables],
            "nominal": nominal,
            "load": _load([row for point, rows in tables.items() if point[0] == "chat" for row in rows], hosts),
            "hosts": hosts[:_HOSTS],
            "n_hosts": len(hosts),
            "hosted_changes": data.hosted_changes.get(model, []),
            "hosted_chart": _hosted_chart(data.hosted_intervals.get(model, [])),
            "measured": data.measured.get(model, [])[:_MEASURED],
        },
        data.as_of,
        (Download(f"tokens/{file}.csv", "every server that serves a chat"),),
        "tokens.html",
        is_dataset=True,
    )


def _blended(row: Row) -> float:
    """Return the price of three parts of input and one of output, as hosts' prices are often compared."""
    return float(3 * row["usd_per_m_input_tokens"] + row["usd_per_m_output_tokens"]) / 4


def _load(servers: list[Row], hosts: list[Row]) -> dict[str, Any]:
    """Return the machines for a load in a chat, at the default bound and volume; a script has others from them.

    `day`: USD of a machine and day. `capacity`: tokens that it serves in a day, of both kinds.
    """
    best: dict[tuple[Any, ...], Row] = {}  # of one machine at one operating point, the format that serves most
    for row in sorted(servers, key=lambda r: r["place"]):
        if row["pricing_model"] == "on_demand" and row["usd_per_m_tokens"]:
            best.setdefault(tuple(row[name] for name in _MACHINE), row)
    machines = [_machine(row) for row in best.values()]
    machines.sort(key=lambda m: (m["tpot_s"] > BOUND, m["usd_per_day"], m["provider"], m["spec"], m["precision"]))
    for place, machine in enumerate(machines):
        machine["is_shown"] = place < _SERVERS and machine["tpot_s"] <= BOUND
    cheapest = min(hosts, key=lambda h: (h["mixed"], h["host"]), default=None)
    return {
        "tokens": LOAD,
        "bound_ms": round(1000 * BOUND),
        "most": _SERVERS,
        "machines": machines,
        "host": cheapest and cheapest | {"usd_per_day": float(cheapest["mixed"]) * LOAD / 1e6},
    }


def _machine(row: Row) -> dict[str, Any]:
    day = 24 * float(row["usd_per_gpu_hour"]) * float(row["gpu_count"])
    capacity = day / row["usd_per_m_tokens"] * 1e6
    n_machines = max(math.ceil(LOAD / capacity), 1)
    return row | {
        "day": day,
        "capacity": capacity,
        "n_machines": n_machines,
        "usd_per_day": n_machines * day,
        "at_load": n_machines * day / LOAD * 1e6,
    }


def _hosted_chart(stretches: list[Row]) -> dict[str, Any] | None:
    """Return lines of what each host charged for output tokens."""
    lines = grouped(stretches, lambda r: r["host"])
    named = [(host, [Segment(r["since"], r["until"], r["usd"]) for r in rows]) for host, rows in lines.items()]
    drawn = charts.steps(named, unit="USD per million output tokens")
    return drawn and drawn | {"title": "What hosts charge for output tokens"}


def _sentence(data: SiteData, row: Row) -> str:
    cost, busy = wording.usd(row["usd_per_m_tokens"]), wording.share(row["utilisation"])
    server = f"{row['tp']}\u00a0×\u00a0{row['spec']} at {data.provider_name(row['provider'])}"
    hosts = data.hosts.get(row["model"])
    api = min(hosts, key=lambda h: (h["mixed"], h["host"])) if hosts else None
    beside = f" A hosted API asks from {wording.usd(api['mixed'])} for the same mix, at {api['host']}." if api else ""
    return (
        f"On {data.today} a million tokens of {row['model']} in a chat cost {cost} on {server} in {row['precision']}, "
        f"on demand, with servers busy {busy} of the time. This is computed from a price and a performance model, not "
        f"measured.{beside}"
    )

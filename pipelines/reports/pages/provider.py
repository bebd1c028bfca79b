"""A page per provider: its offers, their changes, source health, and the sources of its prices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipelines.reports import wording
from pipelines.reports.health import sources, verdict
from pipelines.reports.page_model import Download, SitePage
from pipelines.reports.site_data import ProviderEntry, SiteData, gpu_name, key_of

ROWS = 90
ALL_ROWS = 90


def provider_pages(data: SiteData) -> Iterator[SitePage]:
    """Yield the list of providers, and each one's page."""
    health: dict[str, list[dict[str, Any]]] = {}
    for source in sources(data):
        health.setdefault(source["provider"], []).append(source | {"verdict": verdict(source)})
    yield SitePage(
        "providers.html",
        "providers.html",
        "Providers",
        "The tracked providers, the sources of their prices, and how well these are read.",
        {"rows": [_line(data, p, health.get(p.slug, [])) for p in data.providers.values()]},
        data.as_of,
        (Download("api/v1/providers.json", "this table"),),
        "providers.html",
        is_dataset=True,
    )
    for provider in data.providers.values():
        yield _page(data, provider, health.get(provider.slug, []))


def _line(data: SiteData, provider: ProviderEntry, health: list[dict[str, Any]]) -> dict[str, Any]:
    offers = data.offers_by_provider.get(provider.slug, [])
    return {
        "slug": provider.slug,
        "name": provider.name,
        "access": provider.access,
        "n_prices": provider.n_prices,
        "n_gpus": len({key_of(o) for o in offers if o["gpu"]}),
        "n_changes": provider.n_changes,
        "since": provider.since,
        "verdicts": sorted({s["verdict"] for s in health}),
        "read_on": max((s["read_on"] for s in health if s["read_on"]), default=None),
    }


def _page(data: SiteData, provider: ProviderEntry, health: list[dict[str, Any]]) -> SitePage:
    offers = data.offers_by_provider.get(provider.slug, [])
    best = [o for o in offers if o["place"] == 1]
    base = f"provider/{provider.file}"
    answer = _answer(data, provider, best, health)
    by_gpu = sorted(
        best,
        key=lambda o: (
            o["gpu"].lower(),
            o["gpu_memory_gb"] or 0,
            wording.pricing(o["pricing_model"]),
            o["term_months"] or 0,
        ),
    )
    facts = {
        "provider": {
            "name": provider.name,
            "slug": provider.slug,
            "access": provider.access,
            "publishes": provider.publishes,
            "units": provider.units,
            "note": provider.note,
            "urls": list(provider.urls),
            "since": provider.since,
        },
        "answer": answer,
        "best": [o | {"receipt": data.receipt(o)} for o in by_gpu[:ROWS]],
        "n_best": len(by_gpu),
        "all": [o | {"receipt": data.receipt(o)} for o in offers[:ALL_ROWS]],
        "total": provider.n_prices,
        "changes": [
            c | {"receipt": data.receipt(c)}
            for c in data.changes_by_provider.get(provider.slug, ())
            if not c["is_first_observation"]
        ],
        "announced": [c for c in data.announced if c["provider"] == provider.slug],
        "health": health,
        "quality_events": [d for d in data.quality_events if d["provider"] == provider.slug and d["status"] == "held"][
            :20
        ],
    }
    in_force = f"all {provider.n_prices:,} prices in force"
    return SitePage(
        f"{base}.html",
        "provider.html",
        f"{provider.name}: GPU prices",
        answer,
        facts,
        data.as_of,
        (
            Download(f"{base}.csv", in_force),
            Download(f"{base}.parquet", in_force),
            Download(f"{base}-history.parquet", "every price since the start"),
            Download(f"api/v1/{base}.json", "the numbers of this page"),
            Download(f"{base}.atom", "changes of these prices"),
        ),
        "providers.html",
        feed=f"{base}.atom",
        is_dataset=True,
    )


def _answer(data: SiteData, provider: ProviderEntry, best: list[dict[str, Any]], health: list[dict[str, Any]]) -> str:
    if not best:
        why = next((s["detail"] for s in health if s["detail"]), "")
        detail = f" Its last scrape attempt: {why}." if why else ""
        return f"{provider.name} has no price per GPU-hour in force on {data.today}.{detail}"
    on_demand = [o for o in best if o["pricing_model"] == "on_demand"] or best
    low, high = on_demand[0], on_demand[-1]
    gpus = {key_of(o) for o in best}
    kinds = sorted({wording.pricing(o["pricing_model"]) for o in best})
    return (
        f"On {data.today} {provider.name} lists {len(gpus)} GPUs ({wording.several(kinds, 6)}), from "
        f"{wording.usd(low['usd_per_gpu_hour'])} per GPU-hour for the {gpu_name(key_of(low))} to "
        f"{wording.usd(high['usd_per_gpu_hour'])} for the {gpu_name(key_of(high))}"
        f"{'' if on_demand is best else ', on demand'}."
    )

"""A page per provider: everything it lists, what changed, how well it is read, and where its prices are from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipelines.reports import wording
from pipelines.reports.health import sources, verdict
from pipelines.reports.page_model import Download, Page
from pipelines.reports.site_data import Provider, World, gpu_name, key_of

ROWS = 90
ALL_ROWS = 90


def provider_pages(world: World) -> Iterator[Page]:
    """The list of providers, and each one's page."""
    health: dict[str, list[dict[str, Any]]] = {}
    for source in sources(world):
        health.setdefault(source["provider"], []).append(source | {"verdict": verdict(source)})
    yield Page(
        "providers.html",
        "providers.html",
        "Providers",
        "Whose prices are watched, where they are from, and how well they are read.",
        {"rows": [_line(world, p, health.get(p.slug, [])) for p in world.providers.values()]},
        world.as_of,
        (Download("api/v1/providers.json", "this table"),),
        "providers.html",
        is_dataset=True,
    )
    for provider in world.providers.values():
        yield _page(world, provider, health.get(provider.slug, []))


def _line(world: World, provider: Provider, health: list[dict[str, Any]]) -> dict[str, Any]:
    offers = world.offers_by_provider.get(provider.slug, [])
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


def _page(world: World, provider: Provider, health: list[dict[str, Any]]) -> Page:
    offers = world.offers_by_provider.get(provider.slug, [])
    best = [o for o in offers if o["place"] == 1]
    base = f"provider/{provider.file}"
    answer = _answer(world, provider, best, health)
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
        "best": [o | {"receipt": world.receipt(o)} for o in by_gpu[:ROWS]],
        "n_best": len(by_gpu),
        "all": [o | {"receipt": world.receipt(o)} for o in offers[:ALL_ROWS]],
        "total": provider.n_prices,
        "changes": [
            c | {"receipt": world.receipt(c)}
            for c in world.changes_by_provider.get(provider.slug, ())
            if not c["is_first_look"]
        ],
        "health": health,
        "doubts": [d for d in world.doubts if d["provider"] == provider.slug and d["status"] == "held"][:20],
    }
    held = f"all {provider.n_prices:,} prices in force"
    return Page(
        f"{base}.html",
        "provider.html",
        f"{provider.name}: GPU prices",
        answer,
        facts,
        world.as_of,
        (
            Download(f"{base}.csv", held),
            Download(f"{base}.parquet", held),
            Download(f"{base}-history.parquet", "every price since the start"),
            Download(f"api/v1/{base}.json", "what stands on this page"),
            Download(f"{base}.atom", "changes of these prices"),
        ),
        "providers.html",
        feed=f"{base}.atom",
        is_dataset=True,
    )


def _answer(world: World, provider: Provider, best: list[dict[str, Any]], health: list[dict[str, Any]]) -> str:
    if not best:
        why = next((s["detail"] for s in health if s["detail"]), "")
        told = f" Its last try says: {why}." if why else ""
        return f"{provider.name} has no price per GPU-hour in force on {world.today}.{told}"
    on_demand = [o for o in best if o["pricing_model"] == "on_demand"] or best
    low, high = on_demand[0], on_demand[-1]
    gpus = {key_of(o) for o in best}
    kinds = sorted({wording.pricing(o["pricing_model"]) for o in best})
    return (
        f"On {world.today} {provider.name} lists {len(gpus)} kinds of GPU ({wording.several(kinds, 6)}), from "
        f"{wording.usd(low['usd_per_gpu_hour'])} per GPU-hour for the {gpu_name(key_of(low))} to "
        f"{wording.usd(high['usd_per_gpu_hour'])} for the {gpu_name(key_of(high))}"
        f"{'' if on_demand is best else ', on demand'}."
    )

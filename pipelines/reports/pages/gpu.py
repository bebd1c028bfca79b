"""A page per GPU: prices by provider, their history, and the cost per token."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from pipelines.queries.percent import change_pct
from pipelines.reports import charts, gpu_charts, wording
from pipelines.reports.page_model import Download, SitePage
from pipelines.reports.query_runner import Row
from pipelines.reports.site_data import GpuEntry, GpuKey, SiteData, grouped, key_of
from pipelines.reports.summaries import MONTH, cheapest, lowest_on

ROWS = 60  # in a table of one pricing model
ALL_ROWS = 100  # in the table of all prices; the files have the rest
_MODELS_SHOWN = 14
_OTHER = ("on_demand", "spot")


def gpu_pages(data: SiteData) -> Iterator[SitePage]:
    """Yield the list of GPUs, and each GPU's page."""
    yield SitePage(
        "gpus.html",
        "gpus.html",
        "GPUs",
        "The lowest on-demand and spot price per hour of every GPU, and its provider.",
        {"rows": [_line(data, gpu) for gpu in data.gpus.values()]},
        data.as_of,
        section="gpus.html",
        downloads=(Download("api/v1/gpus.json", "this table"), *_all_files()),
        is_dataset=True,
    )
    for gpu in data.gpus.values():
        yield _page(data, gpu)


def _all_files() -> tuple[Download, ...]:
    return (
        Download("data/offers_latest.csv", "all prices in force"),
        Download("data/offers_latest.parquet", "all prices in force"),
    )


def _line(data: SiteData, gpu: GpuEntry) -> dict[str, Any]:
    return {
        "key": list(gpu.key),
        "vendor": gpu.vendor,
        "on_demand": _lowest(data, gpu.key, "on_demand"),
        "spot": _lowest(data, gpu.key, "spot"),
        "level": data.level(gpu.key, "on_demand"),
        "n_providers": len({o["provider"] for o in data.offers_by_gpu.get(gpu.key, ()) if o["place"] == 1}),
        "change": change_pct(lowest_on(data, gpu.key, MONTH), lowest_on(data, gpu.key, 0)),
        "until": gpu.until,
    }


def _lowest(data: SiteData, gpu: GpuKey, pricing_model: str) -> Row | None:
    rows = data.lowest(gpu, pricing_model)
    return rows[0] | {"receipt": data.receipt(rows[0])} if rows else None


def _page(data: SiteData, gpu: GpuEntry) -> SitePage:
    offers = data.offers_by_gpu.get(gpu.key, [])
    total = sum(c["n"] for c in data.counts if key_of(c) == gpu.key)
    answer = cheapest(data, gpu.key)
    level = {model: data.level(gpu.key, model) for model in _OTHER}
    base = f"gpu/{gpu.slug}"
    facts = {
        "gpu": {
            "name": gpu.name,
            "key": list(gpu.key),
            "vendor": gpu.vendor,
            "since": gpu.since,
            "until": gpu.until,
            "slug": gpu.slug,
        },
        "answer": answer,
        "level": level,
        "tables": {
            model: [_row(data, r, level[model]) for r in data.lowest(gpu.key, model, fresh=False)][:ROWS]
            for model in _OTHER
        },
        "terms": [_row(data, r, None) for r in offers if r["place"] == 1 and r["pricing_model"] not in _OTHER][:ROWS],
        "forms": _forms(data, gpu.key),
        "charts_of": {model: gpu_charts.by_provider(data, gpu.key, model) for model in _OTHER},
        "history": f"history/{gpu.slug}.html" if gpu_charts.has_history(data, gpu.key) else "",
        "spread": _spread(data, gpu.key),
        "tokens": _tokens(data, gpu.key),
        "indices": [
            (i, data.index_files[i], days[-1]["pricing_model"], wording.provider_kind(days[-1]["provider_kind"]))
            for i, days in data.indices.items()
            if key_of(days[-1]) == gpu.key
        ],
        "changes": [
            c | {"receipt": data.receipt(c)}
            for c in data.changes_by_gpu.get(gpu.key, ())
            if not c["is_first_observation"]
        ],
        "announced": [c for c in data.announced if key_of(c) == gpu.key],
        "all": [_row(data, o, None) for o in offers[:ALL_ROWS]],
        "total": total,
    }
    return SitePage(
        f"{base}.html",
        "gpu.html",
        f"{gpu.name} price per hour",
        answer,
        facts,
        data.as_of,
        _files(base, total),
        "gpus.html",
        feed=f"{base}.atom",
        is_dataset=True,
    )


def _files(base: str, total: int) -> tuple[Download, ...]:
    held = f"all {total:,} prices in force" if total != 1 else "the price in force"
    return (
        Download(f"{base}.csv", held),
        Download(f"{base}.parquet", held),
        Download(f"{base}-history.csv", "every price since the start"),
        Download(f"{base}-history.parquet", "every price since the start"),
        Download(f"api/v1/{base}.json", "the numbers of this page"),
        Download(f"{base}.atom", "changes of these prices"),
    )


def _row(data: SiteData, offer: Row, level: Row | None) -> Row:
    """Return a price with its comparisons; `vs_median`: percent above the median of the providers."""
    usd = offer["usd_per_gpu_hour"]
    then = lowest_on(data, key_of(offer), MONTH, offer["provider"]) if offer["pricing_model"] == "on_demand" else None
    return offer | {
        "receipt": data.receipt(offer),
        "vs_median": change_pct(level["level_median"], usd) if level else None,
        "change": change_pct(then, usd) if offer["place"] == 1 else None,
    }


def _forms(data: SiteData, gpu: GpuKey) -> list[dict[str, Any]]:
    """Return the lowest on-demand price per form factor, where there are several: they are different products."""
    offers = [
        o
        for o in data.offers_by_gpu.get(gpu, ())
        if o["pricing_model"] == "on_demand"
        and o["is_preferred"]
        and o["price_scope"] == "instance"
        and o["usd_per_gpu_hour"] is not None
        and o["gpu_count"] >= 1
    ]
    forms = grouped(offers, lambda o: o["form_factor"] or "")
    if len(forms) < 2:
        return []
    return [
        {
            "form": form,
            "row": rows[0] | {"receipt": data.receipt(rows[0])},
            "n_providers": len({r["provider"] for r in rows}),
        }
        for form, rows in sorted(forms.items(), key=lambda item: (not item[0], item[0]))
    ]


def _spread(data: SiteData, gpu: GpuKey) -> dict[str, Any] | None:
    """Return a dot per provider for now and its range within a month; None for fewer than two providers."""
    rows = data.lowest(gpu, "on_demand")[:ROWS]
    if len(rows) < 2:
        return None
    since = data.as_of - timedelta(days=MONTH)
    reach = {}
    for row in rows:
        prices = [float(row["usd_per_gpu_hour"]), *data.course(gpu, row["provider"]).between(since, data.as_of)]
        reach[row["series_id"]] = (min(prices), max(prices))
    end, rungs = charts.scale([high for _, high in reach.values()])
    level = data.level(gpu, "on_demand")
    return {
        "rungs": rungs,
        "median": charts.at(level["level_median"], end) if level else None,
        "rows": [
            {
                "provider": r["provider"],
                "usd": r["usd_per_gpu_hour"],
                "at": charts.at(r["usd_per_gpu_hour"], end),
                "low": reach[r["series_id"]][0],
                "high": reach[r["series_id"]][1],
                "from": charts.at(reach[r["series_id"]][0], end),
                "width": charts.at(reach[r["series_id"]][1] - reach[r["series_id"]][0], end),
            }
            for r in rows
        ],
    }


def _tokens(data: SiteData, gpu: GpuKey) -> list[Row]:
    """Return the cost per million tokens on the GPU, for the models that most hosts offer."""
    rows: Sequence[Row] = [r for r in data.tokens_on_demand if key_of(r) == gpu]
    most = sorted(rows, key=lambda r: (-r["n_hosts"], r["model"]))[:_MODELS_SHOWN]
    return sorted(most, key=lambda r: (r["usd_per_m_tokens"], r["model"]))

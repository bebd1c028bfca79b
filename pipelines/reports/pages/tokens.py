"""The cost of a million tokens: every model on every GPU and provider, with each assumption as a column."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.reports import wording
from pipelines.reports.page_model import Download, SitePage
from pipelines.reports.query_runner import Row
from pipelines.reports.site_data import SiteData, grouped

WORKLOADS = ("chat", "rag", "batch")


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
            "rows": [r | {"nominal": nominal.get(r["model"])} for r in best],
            "about": best[0] if best else None,
        },
        data.as_of,
        (
            Download("api/v1/tokens.json", "this table"),
            Download("data/cost_per_token.parquet", "every row of the model"),
        ),
        "tokens.html",
        is_dataset=True,
    )
    on_demand = {r["model"]: r for r in best}
    for model, file in data.model_files.items():
        yield _page(data, model, file, on_demand.get(model), nominal.get(model))


def _page(data: SiteData, model: str, file: str, best: Row | None, nominal: Row | None) -> SitePage:
    tables = grouped(data.tokens[model], lambda r: r["workload"])
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
            "tables": [(w, tables[w]) for w in WORKLOADS if w in tables],
            "nominal": nominal,
            "per_gpu": [r for r in data.tokens_on_demand if r["model"] == model],
        },
        data.as_of,
        (Download(f"tokens/{file}.csv", "every server that serves a chat"),),
        "tokens.html",
        is_dataset=True,
    )


def _sentence(data: SiteData, row: Row) -> str:
    cost, busy = wording.usd(row["usd_per_m_tokens"]), wording.share(row["utilisation"])
    server = f"{row['tp']}\u00a0×\u00a0{row['spec']} at {data.provider_name(row['provider'])}"
    return (
        f"On {data.today} a million tokens of {row['model']} in a chat cost {cost} on {server} in {row['precision']}, "
        f"on demand, with servers busy {busy} of the time. This is computed from a price and a performance model, not "
        "measured."
    )

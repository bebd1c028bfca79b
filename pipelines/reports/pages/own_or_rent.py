"""Train or infer: the cost of a training run, and the break-even between self-hosting and a hosted API."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.reports import wording
from pipelines.reports.page_model import Download, SitePage
from pipelines.reports.query_runner import Row
from pipelines.reports.site_data import SiteData


def own_or_rent_pages(data: SiteData) -> Iterator[SitePage]:
    """Yield one page with both tables."""
    training, hosts = data.rows("training"), data.rows("own_or_rent")
    priced = [r for r in training if r["usd_low"] is not None]
    largest = max(priced, key=lambda r: (r["flop"], r["model"]), default=None)
    answer = _answer(data, largest) if largest else "No price in force is of a GPU suitable for a training run."
    yield SitePage(
        "train-or-infer.html",
        "own_or_rent.html",
        "Train or infer",
        answer,
        {"answer": answer, "training": training, "hosts": hosts},
        data.as_of,
        (
            Download("data/training_cost.parquet", "every model, GPU and method"),
            Download("data/self_host_vs_api.parquet", "every model, workload and host"),
        ),
        "train-or-infer.html",
        is_dataset=True,
    )


def _answer(data: SiteData, run: Row) -> str:
    hours = wording.large(run["gpu_hours"])
    low, widest_low, widest_high = (wording.usd(run[k]) for k in ("usd_low", "usd_widest_low", "usd_widest_high"))
    return (
        f"At the list prices of {data.today}, one training run of {run['model']} takes {hours} GPU-hours on "
        f"{run['spec']} and costs {low} at the cheapest provider, at the speed that published runs report; across "
        f"reported speeds and providers' prices it costs between {widest_low} and {widest_high}."
    )

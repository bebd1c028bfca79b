"""Train or infer: what a training run costs, and from when an own machine is cheaper than a host's tokens."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.reports import wording
from pipelines.reports.page_model import Download, SitePage
from pipelines.reports.query_runner import Row
from pipelines.reports.site_data import SiteData


def own_or_rent_pages(data: SiteData) -> Iterator[SitePage]:
    """One page with both tables."""
    training, hosts = data.rows("training"), data.rows("own_or_host")
    priced = [r for r in training if r["usd_low"] is not None]
    largest = max(priced, key=lambda r: (r["flop"], r["model"]), default=None)
    answer = _answer(data, largest) if largest else "No price in force is of a GPU to reckon a training run on."
    yield SitePage(
        "train-or-infer.html",
        "deciding.html",
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
        f"At the list prices of {data.today} training {run['model']} once takes {hours} hours of "
        f"{run['spec']} and costs {low} at the cheapest provider, at the speed that published runs report; between "
        f"{widest_low} and {widest_high} over what they report and what providers ask."
    )

"""Train or infer: what a training run costs, and from when an own machine is cheaper than a host's tokens."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.reports import words
from pipelines.reports.site import Download, Page
from pipelines.reports.world import World


def deciding_pages(world: World) -> Iterator[Page]:
    """One page with both tables."""
    training, hosts = world.rows("training"), world.rows("own_or_host")
    known = [r for r in training if r["usd_low"] is not None]
    largest = max(known, key=lambda r: (r["flop"], r["model"]), default=None)
    answer = (
        f"At the list prices of {words.long_day(world.as_of)} training {largest['model']} once takes "
        f"{words.large(largest['gpu_hours'])} hours of {largest['spec']} and costs {words.usd(largest['usd_low'])} at the cheapest "
        f"provider, at the speed that published runs report; between {words.usd(largest['usd_widest_low'])} and "
        f"{words.usd(largest['usd_widest_high'])} over what they report and what providers ask."
        if largest
        else "No price in force is of a GPU that a training run could be reckoned on."
    )
    yield Page(
        "train-or-infer.html", "deciding.html", "Train or infer", answer,
        {"answer": answer, "training": training, "hosts": hosts}, world.as_of,
        (Download("data/training_cost.parquet", "every model, GPU and method"),
         Download("data/self_host_vs_api.parquet", "every model, workload and host")),
        "train-or-infer.html", is_dataset=True,
    )  # fmt: skip

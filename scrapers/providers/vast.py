"""Vast.ai: an order book of hosts' asking prices: every ask is kept, medians and 10th percentiles are published."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from scrapers.model import Hints, LayoutError, Offer, Page, PricingModel, Provider, Request, clip
from scrapers.parsing.json_stream import amount, objects
from scrapers.parsing.machine_facts import machine_facts, positive

SOURCE = "order_book"
_LIMIT = 3000  # asks per answer that are asked for
_CAP = 64  # that many the host returns at most, whatever is asked for, without an account
_NEEDED = {"id", "gpu_name", "num_gpus", "dph_total"}


def parse(page: Page) -> Iterator[Offer]:
    """Yield two offers per free ask: the price of all its GPUs with their disk, and the least that a bid must be.

    Raises LayoutError without asks.
    """
    for ask in objects(page, "offers"):
        if missing := _NEEDED - ask.keys():
            raise LayoutError(page, f"ask fields {sorted(missing)}", str(ask))
        model: PricingModel = "spot" if ask.get("is_bid") else "on_demand"
        yield from _ask(page, ask, "dph_total", model)
        if model == "on_demand":
            yield from _ask(page, ask, "min_bid", "spot")


def _ask(page: Page, ask: dict[str, Any], key: str, model: PricingModel) -> Iterator[Offer]:
    price = amount(page, ask.get(key))
    if price is None or not ask["num_gpus"] or ask.get("resource_type", "gpu") != "gpu":
        return
    ram = positive(ask.get("cpu_ram"))  # in MB, of this ask's share of the machine
    kind = f"{ask.get('verification') or 'unverified'}{' hosting_type' if ask.get('hosting_type') else ''}"
    yield Offer(
        source=SOURCE,
        instance=f"{ask['id']} {kind}",
        gpu_label=str(ask["gpu_name"]),
        gpu_count=Decimal(str(ask["num_gpus"])),
        gpu_memory=f"{ask['gpu_ram']} MiB" if ask.get("gpu_ram") else "",  # of one GPU; gpu_frac is of the machine
        region=str(ask.get("geolocation") or "").strip(", "),
        pricing_model=model,
        price=price,
        price_unit="instance_hour",
        availability="sold_out" if ask.get("rented") or ask.get("rentable") is False else "available",
        text=clip(f"{ask['num_gpus']}x {ask['gpu_name']} machine {ask.get('machine_id')} {key} {ask[key]}"),
        **machine_facts(
            vcpus=ask.get("cpu_cores_effective"),
            ram_gb=ram / 1000 if ram else None,
            disk_gb=ask.get("disk_space"),
        ),
    )


def follow(page: Page) -> Iterator[Request]:
    """Yield the request for the asks from the last price on, where the answer is as long as the host lets it be.

    Asks at that price come again: they have the same number. Raises LayoutError for asks that are not in order.
    """
    prices = [amount(page, ask.get("dph_total")) or Decimal(0) for ask in objects(page, "offers")]
    if len(prices) not in (_CAP, _LIMIT):
        return
    if prices != sorted(prices) or prices[0] == prices[-1]:
        raise LayoutError(page, "asks in order of dph_total, to ask for those above the last", str(prices[-3:]))
    yield _request(prices[-1])


def _request(least: Decimal | None = None) -> Request:
    """Return the request for asks from a price on; its address names the price, since bodies are not part of it."""
    query: dict[str, Any] = {
        "rentable": {"eq": True},
        "rented": {"eq": False},
        "num_gpus": {"gte": 1},
        "order": [["dph_total", "asc"]],
        "type": "on-demand",
        "limit": _LIMIT,
    }
    if least is not None:
        query["dph_total"] = {"gte": float(least)}
    return Request(
        "https://console.vast.ai/api/v0/bundles/" + ("" if least is None else f"#dph_total>={least}"),
        SOURCE,
        method="POST",
        headers={"Content-Type": "application/json", "Accept": "application/json"},
        body=json.dumps(query),
        expect="json",
        ends_with="}",
    )


PROVIDER = Provider(
    slug="vast",
    name="Vast.ai",
    requests=(_request(),),
    parse=parse,
    follow=follow,
    page_sizes=(_CAP, _LIMIT),
    access="public API",
    publishes="an order book: every ask in `parse`, medians and 10th percentiles of the asks in the tables",
    units="per instance-hour, with the minimum disk",
    kind="marketplace",
    aliases=("vastai", "vast.ai"),
    expects=("H100", "RTX 4090"),
    hints=Hints(
        fields_left_out=(
            (r"\.(?:dph_base|gpuCostPerHour)=", "the ask without its disk, beside dph_total"),
            (r"\.avail_vol_dph=", "a price of a volume"),
            (r"\.(?:dph_total_adj|discountedTotalPerHour)=", "another total of the site's own, beside dph_total"),
        )
    ),
)

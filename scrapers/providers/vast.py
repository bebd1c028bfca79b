"""Vast.ai: an order book of hosts' asking prices: every ask is kept, medians and 10th percentiles are published."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from scrapers.model import Hints, LayoutError, Offer, Page, Provider, Request
from scrapers.parsing.json_stream import amount, objects
from scrapers.parsing.object_offers import ObjectLayout, object_offers

SOURCE = "order_book"
_LIMIT = 3000  # asks per answer that are asked for
_CAP = 64  # that many the host returns at most, whatever is asked for, without an account
_BOTH = ObjectLayout(
    source=SOURCE,
    needs=("id", "gpu_name", "num_gpus", "dph_total"),
    instance="",
    label="{gpu_name}",
    count="num_gpus",
    memory="{gpu_ram} MiB",  # of one GPU; gpu_frac is of the machine
    prices={"dph_total": "on_demand", "min_bid": "spot"},
    facts={"vcpus": "cpu_cores_effective", "ram_mb": "cpu_ram", "disk_gb": "disk_space"},
)
_BID = replace(_BOTH, prices={"dph_total": "spot"})


def parse(page: Page) -> Iterator[Offer]:
    """Yield two offers per free ask: the price of all its GPUs with their disk, and the least that a bid must be.

    Raises LayoutError without asks.
    """
    for ask in objects(page, "offers"):
        if ask.get("resource_type", "gpu") != "gpu":
            continue
        kind = f"{ask.get('verification') or 'unverified'}{' hosting_type' if ask.get('hosting_type') else ''}"
        yield from object_offers(
            page,
            ask,
            _BID if ask.get("is_bid") else _BOTH,
            instance=f"{ask.get('id')} {kind}",
            region=str(ask.get("geolocation") or "").strip(", "),
            availability="sold_out" if ask.get("rented") or ask.get("rentable") is False else "available",
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

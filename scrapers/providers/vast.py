"""Vast.ai: an order book of hosts' asking prices: every ask is kept, medians and 10th percentiles are published."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from scrapers.model import LayoutError, Offer, Page, Provider, Request, clip
from scrapers.parsing.json_stream import amount, objects
from scrapers.parsing.machine_facts import machine_facts, positive

SOURCE = "order_book"
_LIMIT = 3000  # asks per answer: without one the host returns 64
_NEEDED = {"id", "gpu_name", "num_gpus", "dph_total"}


def parse(page: Page) -> Iterator[Offer]:
    """Yield an offer per free ask, priced for all its GPUs together with the disk it comes with.

    Raises LayoutError without asks, and for a full answer, which has lost some.
    """
    count = 0
    for ask in objects(page, "offers"):
        count += 1
        if missing := _NEEDED - ask.keys():
            raise LayoutError(page, f"ask fields {sorted(missing)}", str(ask))
        yield from _ask(page, ask)
    if count >= _LIMIT:
        raise LayoutError(page, f"fewer asks than the limit of {_LIMIT}: some are missing", str(count))


def _ask(page: Page, ask: dict[str, Any]) -> Iterator[Offer]:
    price = amount(page, ask["dph_total"])
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
        pricing_model="spot" if ask.get("is_bid") else "on_demand",
        price=price,
        price_unit="instance_hour",
        availability="sold_out" if ask.get("rented") or ask.get("rentable") is False else "available",
        text=clip(f"{ask['num_gpus']}x {ask['gpu_name']} machine {ask.get('machine_id')} dph_total {ask['dph_total']}"),
        **machine_facts(
            vcpus=ask.get("cpu_cores_effective"),
            ram_gb=ram / 1000 if ram else None,
            disk_gb=ask.get("disk_space"),
        ),
    )


_QUERY = {
    "rentable": {"eq": True},
    "rented": {"eq": False},
    "num_gpus": {"gte": 1},
    "order": [["dph_total", "asc"]],
    "type": "on-demand",
    "limit": _LIMIT,
}
PROVIDER = Provider(
    slug="vast",
    name="Vast.ai",
    requests=(
        Request(
            f"https://console.vast.ai/api/v0/bundles/?q={quote(json.dumps(_QUERY, separators=(',', ':')))}",
            SOURCE,
            expect="json",
            ends_with="}",
        ),
    ),
    parse=parse,
    access="public API",
    publishes="an order book: every ask in `parse`, medians and 10th percentiles of the asks in the tables",
    units="per instance-hour, with the minimum disk",
    kind="marketplace",
    aliases=("vastai", "vast.ai"),
    expects=("H100", "RTX 4090"),
)

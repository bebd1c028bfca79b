"""Scaleway: the public list of server types of each zone, in euros."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

from scrapers.model import LayoutError, Offer, Page, Provider, Request
from scrapers.parsing.json_stream import members
from scrapers.parsing.object_offers import ObjectLayout, object_offers

_ZONE = re.compile(r"(?<![a-z])[a-z]{2}-[a-z]{3}-\d(?!\d)")
_NAME = re.compile(r"^(?:GPU-)?(?P<label>.+?)-(?P<n>\d+)-(?P<memory>\d+)G$")
_ZONES = ("fr-par-1", "fr-par-2", "pl-waw-2")  # those that hold GPUs, or held some in 2026
_PAGE = 100  # server types per answer


def parse(page: Page) -> Iterator[Offer]:
    """Yield an offer per server type with GPUs; none of an answer about availability.

    Raises LayoutError without servers.
    """
    servers = list(members(page, "servers"))
    if not servers:
        raise LayoutError(page, "an object `servers` with at least one complete server", page.text()[:200])
    for name, server in servers:
        if not isinstance(server, dict):
            raise LayoutError(page, "an object per server", f"{name}: {server}")
        if server.get("gpu"):
            yield from _offer(page, name, server)


_SERVER = ObjectLayout(
    source="servers",
    instance="{name}",
    count="gpu",
    prices={"hourly_price": "on_demand"},
    currency="EUR",
    unpriced="no_price_stated",
    facts={"vcpus": "ncpus", "ram_bytes": "ram", "disk_bytes": "scratch_storage_max_size"},
)


def _offer(page: Page, name: str, server: dict[str, Any]) -> Iterator[Offer]:
    info, parts, zone = server.get("gpu_info") or {}, _NAME.match(name), _ZONE.search(page.url)
    memory = f"{parts['memory']} GB" if parts else ""
    if info.get("gpu_memory"):
        memory = f"{Decimal(str(info['gpu_memory'])) / 2**30:f} GiB"
    label = str(info.get("gpu_name") or (parts["label"] if parts else ""))
    if server.get("mig_profile"):
        label += f" MIG {server['mig_profile']}"
    more = {"gpu_label": label, "gpu_memory": memory, "region": zone[0] if zone else ""}
    yield from object_offers(page, {**server, "name": name}, _SERVER, **more)


def follow(page: Page) -> Iterator[Request]:
    """Yield the zone's next page of server types, as long as X-Total-Count says that there are more."""
    zone, query = _ZONE.search(page.url), parse_qs(urlsplit(page.url).query)
    total = {k.lower(): v for k, v in page.headers.items()}.get("x-total-count", "0")
    number = int(query.get("page", ["1"])[0])
    if zone and total.isdigit() and number * _PAGE < int(total):
        yield _request(zone[0], number + 1)


def _request(zone: str, number: int = 1) -> Request:
    url = f"https://api.scaleway.com/instance/v1/zones/{zone}/products/servers?per_page={_PAGE}&page={number}"
    return Request(url, "servers", expect="json", ends_with="}")


PROVIDER = Provider(
    slug="scaleway",
    name="Scaleway",
    requests=tuple(_request(zone) for zone in _ZONES),
    parse=parse,
    follow=follow,
    access="public API",
    publishes="on-demand",
    units="per instance-hour, in EUR",
    expects=("H100", "L4", "L40S"),
)

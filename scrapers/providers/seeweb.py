"""Seeweb: plans of its API, which needs a key and names no currency: held until a person has confirmed the currency."""

from __future__ import annotations

from scrapers.model import Provider, Request
from scrapers.parsing.object_offers import ObjectLayout, list_parser

_PLAN = ObjectLayout(
    source="plans",
    needs=("name", "gpu", "hourly_price"),
    instance="{name}",
    label="{gpu_label}",
    count="gpu",
    places="available_regions",
    region="{place.location}",
    prices={"hourly_price": "on_demand"},
    currency="EUR",  # `available` says that a plan is sold, not that it is in stock
)
PROVIDER = Provider(
    slug="seeweb",
    name="Seeweb",
    requests=(
        Request(
            "https://api.seeweb.it/ecs/v2/plans",
            "plans",
            headers={"X-APITOKEN": "{GPUHOUR_SEEWEB_TOKEN}", "Accept": "application/json"},
            ends_with="}",
        ),
    ),
    parse=list_parser("plans", _PLAN),
    access="API with a key",
    publishes="on-demand by region",
    units="per instance-hour, presumably in EUR",
    note="the API names no currency",
    basis="unverified",
)

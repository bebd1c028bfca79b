"""Providers whose price page nobody has recorded yet: fetched and archived, never published before a person has looked.

Move a provider to a file of its own once its page is recorded (docs/adding-a-provider.md). The HTML parser is imported
on use, so that listing the providers stays instant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from scrapers.model import LayoutError, NoPublicPrice, Offer, Page, Provider, Request

_SALES = re.compile(
    r"contact (?:sales|us)|talk to (?:sales|us|an? )|request (?:a quote|pricing|access)|book a", re.IGNORECASE
)


def parse(page: Page) -> Iterator[Offer]:
    """Read rows of tables and boxes whose header names a GPU and a price, with the unit that the page states.

    Raises NoPublicPrice when the page names sales and no amount, and LayoutError, with the number of amounts on the
    page, when nothing reads like a row.
    """
    from scrapers.parsing.table_offers import TableLayout, page_offers
    from scrapers.parsing.text import count_amounts, soup, squash

    try:
        yield from page_offers(page, TableLayout(per="instance_hour"))
    except LayoutError:
        text = squash(soup(page).get_text(" "))
        sales, count = _SALES.search(text), count_amounts(text)
        if sales and not count:
            raise NoPublicPrice(page, sales[0]) from None
        raise LayoutError(page, "rows of a table with a GPU and a price", f"{count} amounts, none in a row") from None


def _probe(
    slug: str,
    name: str,
    url: str,
    publishes: str,
    units: str,
    kind: Literal["provider", "marketplace", "aggregator"] = "provider",
) -> Provider:
    return Provider(
        slug=slug,
        name=name,
        requests=(Request(url, "pricing_page", ends_with="</html>"),),
        parse=parse,
        access="HTML page (presence probe)",
        publishes=publishes,
        units=units,
        kind=kind,
        basis="unverified",
    )


_PROBES = (
    _probe(  # its price list is behind a calculator
        "alibaba", "Alibaba Cloud", "https://www.alibabacloud.com/product/ecs/gpu",
        "on-demand and subscription by region", "per instance-hour",
    ),
    _probe(
        "baseten", "Baseten", "https://www.baseten.co/pricing/",
        "on-demand dedicated GPUs", "per instance-minute",
    ),
    _probe(
        "fly", "Fly.io", "https://fly.io/docs/about/pricing/",
        "on-demand GPUs, deprecated", "per GPU-hour",
    ),
    _probe(
        "ibm", "IBM Cloud", "https://www.ibm.com/products/gpu-ai-accelerator/pricing",
        "on-demand by profile", "per instance-hour",
    ),
    _probe(
        "modal", "Modal", "https://modal.com/pricing",
        "on-demand serverless GPUs, CPU and memory priced separately", "per GPU-second",
    ),
    _probe(
        "replicate", "Replicate", "https://replicate.com/pricing",
        "on-demand hardware for models", "per GPU-second",
    ),
    _probe(  # a market for hours of clusters
        "sfcompute", "SF Compute", "https://sfcompute.com/prices",
        "market prices of clusters by the hour", "per GPU-hour", kind="marketplace",
    ),
    _probe(  # GPU machines in its docs
        "ubicloud", "Ubicloud", "https://www.ubicloud.com/docs/about/pricing",
        "on-demand GPU runners and machines", "per instance-minute or hour",
    ),
    _probe(
        "fireworks", "Fireworks AI", "https://fireworks.ai/pricing",
        "on-demand deployments of models on dedicated GPUs", "per GPU-hour",
    ),
    _probe(
        "gcore", "Gcore", "https://gcore.com/pricing/ai-gpu",
        "on-demand and reserved GPU servers, virtual machines", "per GPU-hour",
    ),
    _probe(  # machines of many owners
        "ionet", "io.net", "https://io.net/pricing",
        "on-demand clusters, containers and machines", "per GPU-hour", kind="marketplace",
    ),
    _probe(  # an auction, and reservations
        "mithril", "Mithril", "https://mithril.ai/pricing",
        "spot by auction, reservations", "per GPU-hour", kind="marketplace",
    ),
    _probe(
        "northflank", "Northflank", "https://northflank.com/pricing",
        "on-demand GPUs of services and jobs", "per GPU-hour",
    ),
    _probe(
        "novita", "Novita AI", "https://novita.ai/gpus-pricing",
        "on-demand and spot instances, serverless GPUs", "per GPU-hour",
    ),
    _probe(
        "nscale", "Nscale", "https://www.nscale.com/pricing",
        "on-demand nodes, reserved clusters", "per GPU-hour",
    ),
    _probe(
        "tensorpool", "TensorPool", "https://tensorpool.dev/pricing",
        "on-demand and reserved clusters, spot", "per GPU-hour",
    ),
)  # fmt: skip
PROVIDERS = {provider.slug: provider for provider in _PROBES}

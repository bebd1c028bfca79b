"""Providers whose price page nobody has recorded yet: fetched and archived, never published before a person has looked.

Their pages are read by meaning. Move a provider to a file of its own once its page is recorded
(docs/adding-a-provider.md).
"""

from __future__ import annotations

from typing import Literal

from scrapers.model import Provider, Request
from scrapers.reading.by_meaning import ByMeaning


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
        parse=ByMeaning(),
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

"""Alibaba Cloud: its price list is behind a calculator; the GPU page is probed until a page was recorded."""

from __future__ import annotations

from scrapers.parsing.probe import probe

PROVIDER = probe(
    "alibaba",
    "Alibaba Cloud",
    "https://www.alibabacloud.com/product/ecs/gpu",
    publishes="on-demand and subscription by region",
    units="per instance-hour",
)

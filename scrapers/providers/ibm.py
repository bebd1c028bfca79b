"""IBM Cloud: VPC profiles with GPUs; probed until a page was recorded."""

from __future__ import annotations

from scrapers.parsing.probe import probe

PROVIDER = probe(
    "ibm",
    "IBM Cloud",
    "https://www.ibm.com/products/gpu-ai-accelerator/pricing",
    publishes="on-demand by profile",
    units="per instance-hour",
)

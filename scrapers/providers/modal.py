"""Modal: serverless GPUs priced by the second, CPU and memory extra; probed until a page was recorded."""

from __future__ import annotations

from scrapers.parsing.probe import probe

PROVIDER = probe(
    "modal",
    "Modal",
    "https://modal.com/pricing",
    publishes="on-demand serverless GPUs, CPU and memory apart",
    units="per GPU-second",
)

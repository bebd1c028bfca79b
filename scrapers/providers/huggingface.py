"""Hugging Face Endpoints: a table of other clouds' machines in its docs; probed until a page was recorded."""

from __future__ import annotations

from scrapers.parsing.probe import probe

PROVIDER = probe(
    "huggingface",
    "Hugging Face Endpoints",
    "https://huggingface.co/docs/inference-endpoints/pricing",
    publishes="on-demand inference machines of other clouds",
    units="per instance-hour",
    kind="aggregator",
)

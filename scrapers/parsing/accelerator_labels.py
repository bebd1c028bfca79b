"""Distinguishes labels of accelerators from those of CPUs, disks and video cards, without knowing any model."""

from __future__ import annotations

import re

# Product lines rather than models, so that new cards match too; the warehouse identifies the model.
_ACCELERATOR = re.compile(
    r"\b(?:NVIDIA|Instinct|Tesla|Quadro|GeForce|Radeon|[RG]TX\s?[A-Z]?\d*|TITAN|Gaudi|TPU|Trainium\d?|Inferentia\d?|Tenstorrent"
    r"|GPUs?|G[BH]\d{3}|[BHR][1-4]00|[HB]20|[AL]\d{1,3}[GSX]?|A[2-8]0{3}|A[45]500|V100S?|T4G?|P40?|P100|K80"
    r"|[MP][456]000|MI\d{2,3}[AX]?)(?:x\d+)?\b",
    re.IGNORECASE,
)
_OTHER_CARD = re.compile(r"\b(?:FPGA|Alveo|Xilinx|VCK\d+|U\d{2,3}C?\s+media|video\s+card)\b", re.IGNORECASE)


def names_accelerator(label: str) -> bool:
    """Check that a label names a GPU, TPU or other AI chip: "HGX H100" does, "AMD EPYC Genoa" and FPGAs do not."""
    return _ACCELERATOR.search(label) is not None and _OTHER_CARD.search(label) is None

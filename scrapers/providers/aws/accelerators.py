"""Recognises AWS instance types with an accelerator by the name of their family."""

from __future__ import annotations

import re

# A family not listed in warehouse/seeds/instance_gpus/aws.csv still matches and shows up as unmapped.
# Deliberately not matched, none being a GPU in our tables: f1, f2 (FPGA), vt1 (video), dl2q (Qualcomm).
_FAMILY = re.compile(r"u-p\d[\w-]+(?:\.[\w-]+)?|(?:p\d|g\d|gr\d|inf\d|trn\d|dl1(?=\.))[\w-]*\.[\w-]+", re.IGNORECASE)


def is_accelerated(instance: str) -> bool:
    """Return True for "p5.48xlarge", "u-p6e-gb200x72", "g4dn.metal"; False for "m5.large", "f1.2xlarge"."""
    return _FAMILY.fullmatch(instance) is not None

"""Reads what an answer states of a machine beside its GPUs: vCPUs, memory, local disks, network between machines."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any, TypedDict

_SIZE = re.compile(r"([\d,.]+)\s*(tib|tb|gib|gb|mib|mb)?", re.IGNORECASE)
# Memory is printed in powers of two, whatever the unit is called; disks are printed in powers of ten.
_IN_GB = {"tib": Decimal(1024), "tb": Decimal(1000), "mib": 1 / Decimal(1024), "mb": 1 / Decimal(1024)}


class MachineFacts(TypedDict):
    """Fields of an Offer; None or empty where the answer does not state them."""

    vcpus: Decimal | None
    ram_gb: Decimal | None
    local_disk_gb: Decimal | None
    interconnect: str


def machine_facts(
    *,
    vcpus: object = None,
    ram_gb: object = None,
    ram_mib: object = None,
    ram_mb: object = None,
    ram_bytes: object = None,
    disk_gb: object = None,
    disk_mib: object = None,
    disk_bytes: object = None,
    interconnect: object = None,
) -> MachineFacts:
    """Return the facts of a machine with all its GPUs. What is no number above zero is not stated."""
    return {
        "vcpus": positive(vcpus),
        "ram_gb": _in_gb((ram_gb, 1), (ram_mib, 1024), (ram_mb, 1000), (ram_bytes, 2**30)),
        "local_disk_gb": _in_gb((disk_gb, 1), (disk_mib, 1024), (disk_bytes, 10**9)),
        "interconnect": str(interconnect or "").strip(),
    }


def _in_gb(*sizes: tuple[object, int]) -> Decimal | None:
    """Return the first size that is stated, divided by how many of its unit make a GB."""
    return next((size / divisor for value, divisor in sizes if (size := positive(value))), None)


def positive(value: object) -> Decimal | None:
    """Return a number above zero; None for anything else."""
    if not value:
        return None
    try:
        number = Decimal(str(value).replace(",", "").strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and number > 0 else None


def gigabytes(text: object) -> Decimal | None:
    """Convert a printed size ("1,152 GiB", "2 TiB", "512") to GB as printed; None where it is no size."""
    hit = _SIZE.fullmatch(str(text or "").strip())
    number = positive(hit[1]) if hit else None
    return None if hit is None or number is None else number * _IN_GB.get((hit[2] or "").lower(), Decimal(1))


def disks_gb(text: object) -> Decimal | None:
    """Add up printed local disks ("8 x 3840 NVMe SSD", "1 x 125 GB"); None where none is local ("EBS only")."""
    hit = re.match(r"(?:(\d+)\s*x\s*)?([\d,]+(?:\.\d+)?)\s*(TB)?(?:\s*GB)?\b", str(text or "").strip(), re.IGNORECASE)
    one = positive(hit[2]) if hit else None
    return None if hit is None or one is None else one * int(hit[1] or 1) * (1000 if hit[3] else 1)


def total(values: Iterable[Any]) -> Decimal | None:
    """Add up numbers; None where any is not stated."""
    numbers = [positive(value) for value in values]
    return sum((n for n in numbers if n is not None), Decimal(0)) if numbers and None not in numbers else None

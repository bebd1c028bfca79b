"""Classifies a row of a Google price table: a machine, a GPU that is added to one, or a TPU chip."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from scrapers.providers.gcp.cells import ACCELERATOR, column

Kind = Literal["machine", "gpu", "tpu"]
_MODEL = re.compile(r"(?:NVIDIA|AMD)\b", re.IGNORECASE)
_GPU_TITLES = frozenset({"MODEL", "GPU MODEL", "GPU", "GPU TYPE"})
TITLES = _GPU_TITLES | {"MACHINE TYPE"}  # titles of the first column in tables of accelerators
# A virtual workstation is the GPU with a licence on top.
_LICENSED = re.compile(r"virtual workstation|\bvws\b|grid", re.IGNORECASE)
_TPU = re.compile(r"(?:Cloud )?TPU\b|Trillium|Ironwood|v\d+[ep]?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PriceRow:
    """A priced row: region code (or empty), product, and every cell by its header (upper case)."""

    region: str
    kind: Kind
    name: str
    cells: dict[str, str]

    def get(self, header: str) -> str:
        """Return the cell under exactly this header; empty when the table has no such column."""
        return self.cells.get(header, "")

    @classmethod
    def of(cls, region: str, cells: dict[str, str]) -> PriceRow | None:
        """Classify a row; None when it is a section title or sells no accelerator (disks, plain VMs)."""
        headers = list(cells)
        if not headers or not any(column(h) for h in headers):
            return None
        if (name := cells.get("MACHINE TYPE")) is not None:
            holds_gpu = "GPUS:" in cells.get("COMPONENTS", "").upper() or ACCELERATOR.fullmatch(name)
            return cls(region, "machine", name, cells) if holds_gpu and re.fullmatch(r"[a-z0-9-]+", name) else None
        first, name = headers[0], cells[headers[0]]
        if first in _GPU_TITLES:
            one = cells.get("GPUS", "1").split()[:1] == ["1"]
            sold = _MODEL.match(name) and not _LICENSED.search(name) and one
            return cls(region, "gpu", name, cells) if sold else None
        # Older TPUs are sold by 8 cores: only what says "chip" is a chip's price.
        by_chip = "CHIP" in " ".join([*headers, *cells.values()]).upper()
        return cls(region, "tpu", name, cells) if "TPU" in first and by_chip and _TPU.match(name) else None

"""Options of `gpuhour prices` that choose machines: their size, memory, availability and price."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from cyclopts import Parameter

from pipelines.errors import UsageError
from pipelines.queries.filters import SOLD_OUT


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class MachineFilter:
    """Criteria that a machine and its price must meet; None matches all."""

    gpus: Annotated[int | None, Parameter(help="Only machines of exactly so many GPUs.")] = None
    max_price: Annotated[Decimal | None, Parameter(help="Only up to so many USD per GPU-hour.")] = None
    min_memory: Annotated[Decimal | None, Parameter(help="Only GPUs of at least so many GB each.")] = None
    available: Annotated[
        bool, Parameter(negative="", help="Leave out what its source says is sold out or on a waiting list.")
    ] = False

    def of(self, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """Return the rows of PRICE_COLUMNS that match. Raises UsageError for an impossible criterion."""
        from pipelines.queries.current_prices import PRICE_COLUMNS

        self._check()
        count, usd, memory, availability = (
            PRICE_COLUMNS.index(name) for name in ("gpu_count", "usd_per_gpu_hour", "gpu_memory_gb", "availability")
        )
        return [
            row
            for row in rows
            if (self.gpus is None or row[count] == self.gpus)
            and (self.max_price is None or row[usd] <= self.max_price)
            and (self.min_memory is None or (row[memory] is not None and row[memory] >= self.min_memory))
            and not (self.available and row[availability] in SOLD_OUT)
        ]

    def _check(self) -> None:
        if self.gpus is not None and self.gpus < 1:
            raise UsageError(f"--gpus must be at least 1, not {self.gpus}")
        for name, value in (("--max-price", self.max_price), ("--min-memory", self.min_memory)):
            if value is not None and not (value.is_finite() and value > 0):
                raise UsageError(f"{name} must be above 0, not {value}")


ANY_MACHINE = MachineFilter()

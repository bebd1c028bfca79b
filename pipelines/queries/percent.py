"""Changes in percent: each is worked out from its two prices and rounded once, the same wherever it is shown."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

_EXACT = Decimal("0.000001")  # finer than anything shown, and coarser than the noise of floating-point numbers


def change_pct(old: Any, new: Any) -> Decimal | None:
    """Return the change between two prices in percent of the old one, to a millionth; None where one is missing."""
    if not old or new is None:
        return None
    return (100 * (Decimal(str(new)) / Decimal(str(old)) - 1)).quantize(_EXACT, ROUND_HALF_UP)


def pct_number(change: Decimal | None) -> float | None:
    """Return a change as data hold it, with two decimals as in v1.price_changes."""
    return None if change is None else float(change.quantize(Decimal("0.01"), ROUND_HALF_UP))


def pct_text(change: Decimal | float | None) -> str:
    """Return a change as people read it: +3.2%, -14.7%, 0.0%; empty where there is none."""
    if change is None:
        return ""
    amount = Decimal(str(change)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{amount:+,f}%" if amount else "0.0%"

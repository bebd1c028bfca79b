"""Formats numbers, days and names for readers, the same everywhere on the site."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pipelines.queries.percent import change_pct, pct_text

MINUS = "\u2212"
_MODELS = {"on_demand": "on demand", "spot": "spot", "reserved": "reserved", "savings_plan": "savings plan"}
_PROVIDER_KINDS = {"hyperscaler": "hyperscalers", "neocloud": "specialised clouds", "marketplace": "marketplaces"}
_KINDS = {"drop": "fell", "rise": "rose", "new": "new", "gone": "removed", "back": "listed again"}


def usd(value: Any) -> str:
    """Format an amount in a sentence: $2.74, $0.0123, $560,000; a dash where there is none."""
    if value is None:
        return "–"
    amount = Decimal(str(value))
    places = 0 if abs(amount) >= 10_000 else 2 if abs(amount) >= Decimal("0.1") else 4
    return f"${_rounded(amount, places):,f}".replace("$-", f"{MINUS}$")


def price(value: Any) -> str:
    """Format USD per GPU-hour in a table, to a tenth of a cent, so that decimal points align."""
    return "–" if value is None else f"{_rounded(Decimal(str(value)), 3):,f}"


def small(value: Any, digits: int = 3) -> str:
    """Format a number to so many significant digits, never in powers of ten: 0.000244, 1.29, 560,000."""
    if value is None:
        return "–"
    amount = Decimal(str(value))
    if not amount:
        return "0"
    places = max(digits - 1 - amount.adjusted(), 0)
    whole = amount if places else amount.quantize(Decimal(1).scaleb(max(amount.adjusted() - digits + 1, 0)))
    return f"{_rounded(whole, places):,f}".replace("-", MINUS)


def large(value: Any) -> str:
    """Format a large number as people do: 1.3 B, 15 T; FLOP as 3.1e23."""
    if value is None:
        return "–"
    amount = float(value)
    for size, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        if size <= amount < size * 1e4:
            return f"{amount / size:.3g} {letter}"
    return f"{amount:.3g}".replace("e+", "e")


def count(value: Any) -> str:
    """Format a whole number with separators."""
    return f"{int(value):,}"


def pct(value: Any) -> str:
    """Format a change in percent with its sign: +3.2 %, −14.7 %; a dash where there is none."""
    return "–" if value is None else pct_text(value).replace("-", MINUS).replace("%", "\u00a0%")


def moved(change: Mapping[str, Any]) -> str:
    """Format by how much a row of v1.price_changes moved, from its prices: its `pct` is rounded already."""
    return pct(change_pct(change["old_usd_per_gpu_hour"], change["new_usd_per_gpu_hour"]))


def share(value: Any) -> str:
    """Format a share of 0 to 1 in percent."""
    return "–" if value is None else f"{_rounded(Decimal(str(100 * value)), 0):,f}\u00a0%"


def day(value: date | None) -> str:
    """Format a day: 20 Sep 2026."""
    return "–" if value is None else f"{value.day} {value:%b %Y}"


def long_day(value: date) -> str:
    """Format a day in a sentence: 20 September 2026."""
    return f"{value.day} {value:%B %Y}"


def age(days: int | None) -> str:
    """Format an age in days: same day, 1 day before."""
    if days is None:
        return "–"
    return "same day" if days == 0 else f"{days} day{'s' if days != 1 else ''} before"


def pricing(model: str, months: int | None = None) -> str:
    """Format a pricing model with its term: reserved, 1 year."""
    name = _MODELS.get(model, model.replace("_", " "))
    if not months:
        return name
    years, rest = divmod(months, 12)
    return f"{name}, {months} months" if rest else f"{name}, {years} year{'s' if years > 1 else ''}"


def kind(value: str) -> str:
    """Format the kind of a change: fell, rose, new, gone, back."""
    return _KINDS.get(value, value)


def will(pct: Any) -> str:
    """Format an announced change by its percentage: will fall, will rise; without one, will be listed."""
    return "will be listed" if not pct else "will fall" if pct < 0 else "will rise"


def stock(value: str | None) -> str:
    """Format an availability as the source states it: available, limited, sold out, waiting list; a dash if unknown."""
    return {"waitlist": "waiting list", "unknown": "–"}.get(value or "unknown", (value or "").replace("_", " "))


def provider_kind(value: str) -> str:
    """Format a kind of provider: hyperscalers, specialised clouds, marketplaces."""
    return _PROVIDER_KINDS.get(value, value)


def memory(value: Decimal | None) -> str:
    """Format a memory size: 80 GB."""
    return "" if value is None else f"{number(value)}\u00a0GB"


def number(value: Any) -> str:
    """Format a number without needless zeros, to six places at most: 8, 0.5, 262.5."""
    if value is None:
        return "–"
    text = f"{round(Decimal(str(value)), 6):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def several(values: list[str], most: int = 4) -> str:
    """Join names: a, b and c; of more than `most` only the first ones and the number of the rest."""
    if len(values) > most:
        return f"{', '.join(values[: most - 1])} and {len(values) - most + 1} more"
    return " and ".join(filter(None, (", ".join(values[:-1]), *values[-1:])))


def _rounded(amount: Decimal, places: int) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)

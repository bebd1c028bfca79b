"""`gpuhour explain`: trace one number back to its page."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

from pipelines import settings
from pipelines.cli.console import OK, USAGE, current_day, known_slug, published_database, say
from pipelines.cli.detail_view import detail_text
from pipelines.cli.options import DayOption, HomeOption, JsonOption
from pipelines.cli.table_output import show
from pipelines.errors import UsageError
from pipelines.queries.filters import ALL, MAX_AGE, PriceFilter
from pipelines.serialize import printable

LIST = ("provider", "instance", "gpu", "gpu_memory_gb", "gpu_count", "region", "zone", "pricing_model",
         "term_months", "upfront", "source", "usd_per_gpu_hour", "series_id")  # fmt: skip


def explain(
    provider: str,
    sku: str,
    /,
    *,
    date: DayOption = None,
    filters: PriceFilter = ALL,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Trace a price back to its page: interval, formula, text, hash, parser, and what other sources state.

    Parameters
    ----------
    provider
        The provider; `gpuhour providers` lists them.
    sku
        The instance type, part of its name, a GPU, or a series id.
    date
        UTC day on which the price was in force (default: today).
    """
    with published_database(home) as con:
        explanation = traced(con, home, provider, sku, filters, date or current_day(con))
    if isinstance(explanation, list):
        show(LIST, [tuple(row[k] for k in LIST) for row in explanation], "json" if as_json else "table")
        return USAGE
    if as_json:
        show(list(explanation), [tuple(explanation.values())], "json")
    else:
        print(explanation_text(explanation), end="")
    return OK


def traced(
    con: Any, home: HomeOption, provider: str, sku: str, filters: PriceFilter, day: datetime.date
) -> dict[str, Any] | list[dict[str, Any]]:
    """Return all that is known of the price that is meant, or the series (LIST) it may mean where that is not one.

    Raises UsageError where there is none.
    """
    from pipelines.queries.provenance import candidates, in_force, trace

    series = candidates(con, sku, replace(filters, provider=provider))
    if not series:
        _complain(con, provider, sku)
    prices = in_force(con, series, day)
    if len(prices) > 1 or (len(series) > 1 and not prices):
        say(
            f"{len(prices or series)} series match{'' if prices else f', none in force on {day}'}: narrow with "
            "--region, --pricing-model or --source, or use a series_id as the SKU"
        )
        return prices or [one | {"usd_per_gpu_hour": None} for one in series]
    price = prices[0] if prices else None
    one = next(s for s in series if price is None or s["series_id"] == price["series_id"])
    return trace(con, settings.home(home), one, price, day)


def _complain(con: Any, provider: str, sku: str) -> None:
    """Raise UsageError: the provider is unknown, or it has no such SKU."""
    from warehouse.identity.providers import provider_slug

    skus = con.execute(
        "select distinct coalesce(nullif(instance, ''), gpu) from v1.series where provider in (?, ?) "
        "order by 1 limit 12",
        [provider, provider_slug(provider)],
    ).fetchall()
    if not skus:
        known_slug(provider)
    hint = f"; it has {', '.join(str(s) for (s,) in skus)} ..." if skus else ""
    raise UsageError(f"{provider} has no SKU {sku!r} under these filters{hint}")


def explanation_text(explanation: dict[str, Any]) -> str:
    """Return an explanation as text: a sentence, then what it rests on."""
    return f"{printable(headline(explanation))}\n\n{detail_text(explanation)}"


def headline(explanation: dict[str, Any]) -> str:
    series, price, day = explanation["series"], explanation["price"], explanation["on"]
    name = " ".join(str(series[k]) for k in ("provider", "instance", "region", "zone", "pricing_model") if series[k])
    if not price:
        return f"{name}: no price in force on {day}"
    usd = price["usd_per_gpu_hour"]
    amount = f"{usd.normalize():f} USD per GPU-hour" if usd is not None else "no price per GPU-hour"
    age = price["age_days"]
    age_text = f", last observed {age} days earlier" if age > 1 else ""
    age_text += " (too long ago to count)" if age > MAX_AGE else ""
    sample = " (sample page: do not quote)" if explanation["receipt"]["origin"] == "sample" else ""
    return f"{name}: {amount} on {day}, in force since {price['valid_from']}{age_text}{sample}"

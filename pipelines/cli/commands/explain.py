"""The command that answers "how do you know?" of one number."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

from pipelines import settings
from pipelines.cli.console import OK, USAGE, known_slug, published_database, say
from pipelines.cli.detail_view import sheet
from pipelines.cli.options import HomeOption, JsonOption
from pipelines.cli.table_output import show
from pipelines.errors import UsageError
from pipelines.queries.filters import ALL, MAX_AGE, Filter
from pipelines.serialize import printable

_LIST = ("provider", "instance", "gpu", "gpu_memory_gb", "gpu_count", "region", "zone", "pricing_model",
         "term_months", "upfront", "source", "usd_per_gpu_hour", "series_id")  # fmt: skip


def explain(
    provider: str,
    sku: str,
    /,
    *,
    date: datetime.date | None = None,
    wanted: Filter = ALL,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Walk from a price back to the page: interval, formula, text, hash, parser, and what else was stated.

    Parameters
    ----------
    provider
        Whose price; `gpuhour providers` lists them.
    sku
        The instance type, part of its name, a GPU, or the id of a series.
    date
        The UTC day that the price was in force (default: today).
    """
    from pipelines.queries import current_prices
    from pipelines.queries.provenance import candidates, in_force, trace

    with published_database(home) as con:
        day = date or current_prices.today(con)
        series = candidates(con, sku, replace(wanted, provider=provider))
        if not series:
            _complain(con, provider, sku)
        prices = in_force(con, series, day)
        if len(prices) > 1 or (len(series) > 1 and not prices):
            _list(series, prices, day, as_json)
            return USAGE
        price = prices[0] if prices else None
        one = next(s for s in series if price is None or s["series_id"] == price["series_id"])
        told = trace(con, settings.home(home), one, price, day)
    if as_json:
        show(list(told), [tuple(told.values())], "json")
    else:
        print(f"{printable(_headline(told))}\n\n{sheet(told)}", end="")
    return OK


def _complain(con: Any, provider: str, sku: str) -> None:
    """Nothing matches: because of the provider, or because of the SKU."""
    from warehouse.identity.providers import provider_slug

    sold = con.execute(
        "select distinct coalesce(nullif(instance, ''), gpu) from v1.series where provider in (?, ?) "
        "order by 1 limit 12",
        [provider, provider_slug(provider)],
    ).fetchall()
    if not sold:
        known_slug(provider)
    known = f"; it has {', '.join(str(s) for (s,) in sold)} ..." if sold else ""
    raise UsageError(f"nothing of {provider} is called {sku!r} under these filters{known}")


def _list(series: list[dict[str, Any]], prices: list[dict[str, Any]], day: datetime.date, as_json: bool) -> None:
    found = prices or [s | {"usd_per_gpu_hour": None} for s in series]
    show(_LIST, [tuple(f[k] for k in _LIST) for f in found], "json" if as_json else "table")
    say(
        f"{len(found)} series match{'' if prices else f', none in force on {day}'}: narrow with --region, "
        "--pricing-model or --source, or give a series_id in place of the SKU"
    )


def _headline(told: dict[str, Any]) -> str:
    series, price, day = told["series"], told["price"], told["on"]
    name = " ".join(str(series[k]) for k in ("provider", "instance", "region", "zone", "pricing_model") if series[k])
    if not price:
        return f"{name}: no price in force on {day}"
    usd = price["usd_per_gpu_hour"]
    amount = f"{usd.normalize():f} USD per GPU-hour" if usd is not None else "no price per GPU-hour"
    age = price["age_days"]
    seen = f", last seen {age} days before" if age > 1 else ""
    seen += " (too long ago to count)" if age > MAX_AGE else ""
    return f"{name}: {amount} on {day}, in force since {price['valid_from']}{seen}"

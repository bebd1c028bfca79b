"""`gpuhour prices`: the prices in force, cheapest first."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from pipelines.cli.console import OK, STALE, known_slug, published_database, say
from pipelines.cli.options import FormatOption, HomeOption, JsonOption, output_format
from pipelines.cli.price_table import show_prices
from pipelines.queries.filters import ALL, MAX_AGE, PriceFilter


def prices(
    gpu: str | None = None,
    /,
    *,
    wanted: PriceFilter = ALL,
    as_of: date | None = None,
    max_age: int = MAX_AGE,
    style: FormatOption = "table",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Print the prices in force, cheapest first, with the source of each.

    Parameters
    ----------
    gpu
        GPU name: A100, "A100 80GB", "H100 SXM", "RTX A6000".
    as_of
        Prices in force on this UTC day (default: today).
    max_age
        Days after which a price that was not observed again no longer counts.
    """
    from pipelines.queries import current_prices

    wanted = replace(wanted, gpu=gpu)
    with published_database(home) as con:
        day = as_of or current_prices.today(con)
        rows = current_prices.prices(con, wanted, day, max_age)
        older = [] if rows else current_prices.prices(con, wanted, day, 36_500)
    if wanted.provider and not rows:
        known_slug(wanted.provider)  # an unknown name is an error, not an empty answer
    show_prices(rows, output_format(style, as_json))
    if older:
        newest = max(row[current_prices.PRICE_COLUMNS.index("last_seen_on")] for row in older)
        say(f"nothing newer than {max_age} days on {day}; the newest is of {newest:%Y-%m-%d}")
        return STALE
    if not rows:
        say(f'no price matches on {day}; gpuhour sql "from marts.available_gpus" lists all GPUs')
    return OK

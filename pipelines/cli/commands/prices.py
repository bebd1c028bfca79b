"""`gpuhour prices`: the prices in force, cheapest first."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from cyclopts import Parameter

from pipelines.cli.commands.explain import explanation_text, traced
from pipelines.cli.console import OK, STALE, current_day, published_database, say
from pipelines.cli.machine_filter import ANY_MACHINE, MachineFilter
from pipelines.cli.options import DayOption, ExplainOption, FormatOption, HomeOption, JsonOption, output_format
from pipelines.cli.price_table import show_prices
from pipelines.cli.table_output import Format, show
from pipelines.errors import UsageError
from pipelines.queries.filters import ALL, MAX_AGE, PriceFilter, Sort

_ANY_AGE = 36_500


def prices(
    gpu: str | None = None,
    /,
    *,
    wanted: PriceFilter = ALL,
    machine: MachineFilter = ANY_MACHINE,
    sort: Annotated[Sort, Parameter(help="Order; within it the cheapest comes first, and what is sold out last.")] = (
        "price"
    ),
    limit: Annotated[int | None, Parameter(help="Only so many prices.")] = None,
    as_of: DayOption = None,
    max_age: int = MAX_AGE,
    explain: ExplainOption = False,
    style: FormatOption = "table",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Print the prices in force, cheapest first, what is sold out last; --json and --format csv add the sources.

    Parameters
    ----------
    gpu
        GPU name: A100, "A100 80GB", "H100 SXM", "RTX A6000".
    as_of
        Prices in force on this UTC day (default: today).
    max_age
        Days after which a price that was not observed again no longer counts.
    """
    if limit is not None and limit < 1:
        raise UsageError(f"--limit must be at least 1, not {limit}")
    with published_database(home) as con:
        day = as_of or current_day(con)
        rows, is_stale = matching(con, replace(wanted, gpu=gpu), machine, day, max_age, sort)
        style = output_format(style, as_json)
        shown = rows[: limit or (1 if explain else None)]
        if explain:
            _explain(con, home, shown, day, style)
    if not explain:
        show_prices(shown, style)
    if is_stale:
        return STALE
    if rows and style == "table":
        _say_what_to_mind(shown, len(rows) - len(shown))
    return OK


def _explain(con: Any, home: HomeOption, rows: list[tuple[Any, ...]], day: date, style: Format) -> None:
    """Print where each price comes from: its page, text, formula, interval and what other sources state."""
    from pipelines.queries.current_prices import PRICE_COLUMNS

    if style == "csv":
        raise UsageError("--explain prints text, or JSON with --json; CSV has no room for what explains a number")
    provider, series = PRICE_COLUMNS.index("provider"), PRICE_COLUMNS.index("series_id")
    answers = [traced(con, home, row[provider], row[series], ALL, day) for row in rows]
    explanations = [one for one in answers if isinstance(one, dict)]  # an id names one series
    if style == "json":
        columns = list(explanations[0]) if explanations else []
        show(columns, [tuple(one[name] for name in columns) for one in explanations], "json")
    else:
        print("\n".join(map(explanation_text, explanations)), end="")


def matching(
    con: Any, wanted: PriceFilter, machine: MachineFilter, day: date, max_age: int = MAX_AGE, sort: Sort = "price"
) -> tuple[list[tuple[Any, ...]], bool]:
    """Return rows of PRICE_COLUMNS in force on a day, and whether all of them are older than `max_age` days.

    Says where there is none. Raises UsageError for an impossible age and for a name that nobody has.
    """
    from pipelines.queries import current_prices
    from pipelines.queries.unmatched import refuse_unknown

    if max_age < 0:
        raise UsageError(f"--max-age must be at least 0 days, not {max_age}")
    rows = machine.of(current_prices.prices(con, wanted, day, max_age, sort))
    if rows:
        return rows, False
    older = _newest(machine.of(current_prices.prices(con, wanted, day, _ANY_AGE, sort)), max_age)
    refuse_unknown(con, wanted)
    if not older:
        say(f'no price matches on {day}; gpuhour sql "from marts.available_gpus" lists all GPUs')
        return [], False
    newest = max(row[current_prices.PRICE_COLUMNS.index("last_seen_on")] for row in older)
    say(f"nothing was seen in the {max_age} days before {day}; these are the newest prices, of {newest} and before")
    return older, True


def _say_what_to_mind(rows: list[tuple[Any, ...]], n_more: int) -> None:
    from pipelines.queries.current_prices import PRICE_COLUMNS

    n_samples = sum(row[PRICE_COLUMNS.index("origin")] == "sample" for row in rows)
    if n_samples:
        say(f"{n_samples} of these are of sample pages, rebuilt by hand from published prices: do not quote them")
    models = sorted({row[PRICE_COLUMNS.index("pricing_model")] for row in rows})
    if n_more:
        say(f"{n_more} more prices; --limit {len(rows) + n_more} shows all")
    if len(models) > 1:
        say(f"{', '.join(models)} prices together; --pricing-model {models[0]} shows only those")


def _newest(rows: list[tuple[Any, ...]], max_age: int) -> list[tuple[Any, ...]]:
    """Return the rows that were in force when the newest of them was seen."""
    from pipelines.queries.current_prices import PRICE_COLUMNS

    age = PRICE_COLUMNS.index("age_days")
    youngest = min((row[age] for row in rows), default=0)
    return [row for row in rows if row[age] <= youngest + max_age]

"""`gpuhour bill`: the GPU lines of a cloud bill, against list prices and the cheapest equal offer of their days."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from pipelines import settings
from pipelines.cli.console import OK, PARTIAL, explained_errors, say
from pipelines.cli.options import FormatOption, HomeOption, JsonOption, output_format
from pipelines.cli.table_output import Format, show
from pipelines.errors import CommandError, UsageError

if TYPE_CHECKING:
    from pipelines.queries.bills import Answer
    from warehouse.storage.state_dir import Home

_SHOWN = 20  # of what could not be mapped, in a table


def bill(
    *files: str,
    by: Annotated[str, Parameter(help="gpu, provider, resource, month, tag:KEY, class, commitment or unmapped.")] = (
        "gpu"
    ),
    lines: Annotated[bool, Parameter(negative="", help="Print every line of the bill as CSV instead.")] = False,
    keep: Annotated[bool, Parameter(negative="", help="Keep every line as Parquet in bills/ of the state folder.")] = (
        False
    ),
    page: Annotated[bool, Parameter(negative="", help="Write a page of the bill into bills/ of the state folder.")] = (
        False
    ),
    term: Annotated[int | None, Parameter(help="Months of commitments whose bill does not state them.")] = None,
    style: FormatOption = "table",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Compare the GPU lines of a bill with list prices and with the cheapest equal offer of the same days.

    Reads FOCUS 1.0 to 1.4 as AWS, Azure and Google export it. Nothing leaves this machine, and nothing is kept but by
    --keep and --page. Exits 3 when GPU lines could not be mapped or have no list price. See docs/bill.md.

    Parameters
    ----------
    files
        Files of the bill, CSV (also .csv.gz) or Parquet; patterns in quotes are expanded.
    """
    from pipelines.cli.progress import waiting
    from pipelines.queries import bills
    from warehouse.billing.bill import opened_bill
    from warehouse.billing.bill_files import UnreadableBill

    view = bills.check_view(by)
    if term is not None and not 1 <= term <= 120:
        raise UsageError(f"--term must be between 1 and 120 months, not {term}")
    paths = expanded(files)
    state = settings.home(home)
    try:
        with explained_errors(f"cannot compare the bill with {state.published}"), ExitStack() as stack:
            with waiting("comparing the bill with list prices"):
                con = stack.enter_context(opened_bill(state, paths, term))
            if lines:
                columns, rows = bills.lines(con)
                show(columns, list(rows) if as_json else rows, "json" if as_json else "csv")
            else:
                _print(con, view, output_format(style, as_json))
            if keep:
                say(f"{bills.keep(con, state)} has every line; it is no part of what is published")
            if page:
                _write_page(con, state, paths)
            return _say_what_is_missing(bills.unpriced(con))
    except UnreadableBill as wrong:
        raise CommandError(str(wrong)) from wrong


def _write_page(con: Any, state: Home, paths: Sequence[Path]) -> None:
    from pipelines.queries import bills
    from pipelines.reports.bill_page import bill_page

    (as_of,) = con.execute("select newest_on from v1.meta").fetchall()[0]
    file = bills.keep_text(state, "bill.html", bill_page(con, paths, as_of))
    say(f"{file} shows it in a browser; it is no part of the report")


def expanded(files: Sequence[str]) -> list[Path]:
    """Return the files that names and patterns stand for, each once. Raises UsageError for none, and for one twice."""
    if not files:
        raise UsageError("give the files of the bill: FOCUS, CSV or Parquet")
    paths: list[Path] = []
    for name in files:
        hits = [name] if Path(name).exists() or not glob.has_magic(name) else _matches(name)
        if not hits:
            raise UsageError(f"no file matches {name}")
        paths += map(Path, hits)
    places = [path.resolve() for path in paths]
    twice = sorted({str(path) for path, place in zip(paths, places, strict=True) if places.count(place) > 1})
    if twice:
        raise UsageError(f"{', '.join(twice)}: given twice, so that its costs would count twice")
    return paths


def _matches(pattern: str) -> list[str]:
    path = Path(pattern)
    anchor = Path(path.anchor)
    return sorted(str(hit) for hit in anchor.glob(str(path.relative_to(anchor))) if hit.is_file())


def _print(con: Any, view: str, style: Format) -> None:
    from pipelines.queries import bills

    answer = bills.view(con, view)
    if style != "table":
        show(answer.columns, answer.rows, style)
        return
    if view not in bills.OTHER_VIEWS:
        _table("The bill", bills.view(con, "class"))
        _table(f"GPUs by {view}, USD", answer)
        _table("Commitments that GPUs use", bills.view(con, "commitment"))
        _table("Looks like a GPU, not mapped", bills.view(con, "unmapped"))
    else:
        _table("", answer, limit=None)


def _table(title: str, answer: Answer, limit: int | None = _SHOWN) -> None:
    """Print rows under a title, money in cents; nothing where there are none."""
    if not answer.rows and title:
        return
    shown = answer.rows if limit is None or title.startswith("GPUs") else answer.rows[:limit]
    if title:
        print(f"\n{title}" if title != "The bill" else title)
    show(answer.columns, [tuple(_in_cents(value) for value in row) for row in shown], "table")
    if len(shown) < len(answer.rows):
        say(f"{len(answer.rows) - len(shown)} more; --by {_view_of(title)} shows all")


def _view_of(title: str) -> str:
    return "commitment" if title.startswith("Commitments") else "unmapped"


def _in_cents(value: Any) -> Any:
    from pipelines.queries.bills import in_cents

    return in_cents(value) if isinstance(value, Decimal) else value


def _say_what_is_missing(missing: Any) -> int:
    for currency in missing.converted:
        say(f"{currency} is converted at the European Central Bank's last rate before each day")
    if missing.oldest_rate_days is not None and missing.oldest_rate_days > 7:
        say(f"the newest exchange rate is {missing.oldest_rate_days} days older than a charge; a refresh brings newer")
    for currency in missing.unconverted:
        say(f"no exchange rate of {currency} is known: its lines have no amount in USD")
    if missing.unmapped_lines:
        say(f"{missing.unmapped_lines} lines look like GPUs and could not be mapped; --by unmapped lists them")
    if missing.unlisted_lines:
        say(f"{missing.unlisted_lines} lines have no list price on some of their days:")
        for reason in missing.reasons:
            say(f"  {reason}")
    return PARTIAL if missing.unmapped_lines or missing.unlisted_lines or missing.unconverted else OK

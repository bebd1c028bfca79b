"""A bill as one page for its owner: it is no part of the site, loads nothing, and links to nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipelines.queries import bills
from pipelines.serialize import printable
from warehouse.storage.connection import Connection

_HERE = Path(__file__).parent
_ROWS = 200  # of a table; `gpuhour bill --by` has all
_TITLES = {
    "class": "The bill",
    "gpu": "GPUs",
    "provider": "By provider",
    "month": "By month",
    "resource": "By resource",
    "commitment": "Commitments that GPUs use",
    "unmapped": "Looks like a GPU, not mapped",
}


@dataclass(frozen=True, slots=True)
class BillTable:
    """One view of the bill as texts: a cell and whether it is a number."""

    title: str
    view: str
    columns: tuple[str, ...]
    rows: list[list[tuple[str, bool]]]
    n_rows: int


def bill_page(con: Connection, files: Sequence[Path], as_of: date) -> str:
    """Return the page of an opened bill as HTML. `as_of`: the day of the price history."""
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = (_HERE / "static" / "style.css").read_text(encoding="utf-8")
    names = [printable(path.name) for path in files]
    tables = list(_tables(con))
    return environment.get_template("bill.html").render(style=style, files=names, as_of=as_of, tables=tables, n=_ROWS)


def _tables(con: Connection) -> Iterator[BillTable]:
    for view, title in _TITLES.items():
        answer = bills.view(con, view)
        if answer.rows:
            rows = [[(_text(value), isinstance(value, Decimal | int)) for value in row] for row in answer.rows[:_ROWS]]
            columns = tuple(column.replace("_", " ") for column in answer.columns)
            yield BillTable(title, view, columns, rows, len(answer.rows))


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{bills.in_cents(value):,f}"
    return "" if value is None else printable(str(value))

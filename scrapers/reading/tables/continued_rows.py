"""Gives rows without a name that of the row above, where they price another number of its GPUs or another term."""

from __future__ import annotations

from scrapers.reading import words
from scrapers.reading.accelerator_names import names_one
from scrapers.reading.field_kinds import is_priced_title
from scrapers.reading.records import AS_ABOVE
from scrapers.reading.tables.grids import DECIMALS, MOST_COLUMNS, Cell, has_money
from scrapers.reading.units import pricing_model, term_months


def continued(titles: list[str], body: list[list[Cell]]) -> list[list[Cell]]:
    """Return rows with the name of the row above in place of an empty first cell, where they differ in number or term.

    Others may be of machines without a GPU: they get a sign that says "as above, perhaps".
    """
    rows: list[list[Cell]] = []
    columns = [*titles, *[""] * MOST_COLUMNS]
    name: Cell | None = None
    for row in body:
        is_below = (
            name is not None and len(row) == len(rows[-1]) and not row[0].text and any(map(_is_priced, columns, row))
        )
        if name is None or not is_below or any(names_one(cell.text) for cell in row):
            name = row[0] if row and names_one(row[0].text) and not has_money(row[0].text) else None
            rows.append(row)
        else:
            is_variant = any(map(_is_variant, columns, row, rows[-1]))
            rows.append([name if is_variant else Cell(AS_ABOVE), *row[1:]])
    return rows


def _is_priced(title: str, cell: Cell) -> bool:
    return has_money(cell.text) or (is_priced_title(title) and DECIMALS.fullmatch(cell.text) is not None)


def _is_variant(title: str, cell: Cell, above: Cell) -> bool:
    """Return whether a cell has another number of GPUs than the one above it, or another pricing model or term."""
    if not cell.text or not above.text or cell.text == above.text or has_money(cell.text):
        return False
    counts = words.COUNT.search(title) or words.BARE_COUNT.fullmatch(title)
    is_count = counts is not None and all(one.text.strip("x× ").isdigit() for one in (cell, above))
    return is_count or (pricing_model(cell.text) or term_months(cell.text)) is not None

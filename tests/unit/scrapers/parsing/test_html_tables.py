"""The one reader of HTML tables: headers, spans, nested tables and what is left out."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from scrapers.parsing.html_tables import rows, table_rows

HEAD = "<tr><th>GPU</th><th>Price</th></tr>"


def read(html: str) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    return [(row.header, row.texts) for row in table_rows(BeautifulSoup(html, "lxml"))]


def tr(*cells: str) -> str:
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (f"<table>{HEAD}{tr('H100', '$2')}</table>", [(("GPU", "PRICE"), ("H100", "$2"))]),
        # A first row with an amount is data, but not in a thead.
        (f"<table>{tr('H100', '$2')}{tr('A100', '$1')}</table>", [((), ("H100", "$2")), ((), ("A100", "$1"))]),
        (f"<table><thead>{tr('GPU', 'vCPU ($1)')}</thead>{tr('H100', '$2')}</table>",
         [(("GPU", "VCPU ($1)"), ("H100", "$2"))]),
        # A cell that spans columns or rows stands in each; one that spans the whole table is a title.
        (f"<table>{HEAD}<tr><td colspan=2>NVIDIA GPUs</td></tr>{tr('H100', '$2')}</table>",
         [(("GPU", "PRICE"), ("H100", "$2"))]),
        (f"<table>{HEAD}<tr><td rowspan=2>H100</td><td>$2</td></tr><tr><td>$3</td></tr></table>",
         [(("GPU", "PRICE"), ("H100", "$2")), (("GPU", "PRICE"), ("H100", "$3"))]),
        ("<table><thead><tr><th>GPU</th><th colspan=2>Price</th></tr><tr><th></th><th>hour</th><th>month</th></tr></thead>"
         f"{tr('H100', '$2', '$3')}</table>", [(("GPU", "PRICE HOUR", "PRICE MONTH"), ("H100", "$2", "$3"))]),
        # Cells that cannot be assigned to columns are no row.
        (f"<table>{HEAD}{tr('H100')}{tr('H100', '8', '$2')}</table>", []),
        # A recording that begins amid a table.
        (f"{HEAD}{tr('H100', '$2')}", [(("GPU", "PRICE"), ("H100", "$2"))]),
        (f"{tr('H100', '$2')}{tr('A100', '$1')}", [((), ("H100", "$2")), ((), ("A100", "$1"))]),
    ],
)  # fmt: skip
def test_table_rows(html: str, expected: list[object]) -> None:
    assert read(html) == expected


def test_nested_table_is_a_table_of_its_own() -> None:
    inner = f"<table>{HEAD}{tr('A100', '$1')}</table>"
    html = f"<table><tr><th>GPU</th><th>Notes</th></tr>{tr('H100', inner)}</table>"
    assert [row for row in read(html) if row[0] == ("GPU", "PRICE")] == [(("GPU", "PRICE"), ("A100", "$1"))]


def test_grids_of_boxes_are_rows_too() -> None:
    html = "<div><p>GPU</p><p>Price per hour</p></div><div><p>NVIDIA H100</p><p>$2.00</p></div>"
    tree = BeautifulSoup(html, "lxml")
    assert [row.texts for row in rows(tree)] == [("NVIDIA H100", "$2.00")] and not list(table_rows(tree))

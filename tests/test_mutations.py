"""Recorded pages, changed as pages change: what is read stays right, or the page is refused; a wrong row never comes.

The mutations are made from the captures themselves, so a new capture is mutated without a line here.
"""

from __future__ import annotations

import copy
import csv
import io
import json
import random
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
import yaml
from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

from scrapers import registry
from scrapers.model import NoPublicPrice, ScrapeError
from tests.golden import Capture, captures
from tests.test_providers import name, page_of
from warehouse.identity import identify

Row = tuple[object, ...]
PAGES = [c for c in captures() if not c.meta.get("is_index") and json.loads(c.golden.read_text())]
CUTS = 60  # places where each page is cut
REGION, PRICE = 6, 9


def read(capture: Capture, content: str | bytes) -> set[Row]:
    """Priced rows of a changed page, with their GPU known. Raises ScrapeError where the page is refused."""
    raw = content.encode() if isinstance(content, str) else content
    rows: set[Row] = set()
    for o in registry.get(capture.slug).parse(replace(page_of(capture), content=raw)):
        who = identify(capture.slug, o.instance, o.gpu_label, o.gpu_memory, o.gpu_memory_is_total, o.gpu_count)
        gpu = (who.gpu.model, who.gpu.form_factor, who.gpu.memory_gb, who.gpu_count)
        sold = (o.region, o.pricing_model, o.term_months, o.price, o.upfront_price, o.price_unit, o.currency)
        if o.price is not None:
            rows.add((o.source, o.instance, *gpu, *sold, o.upfront, o.price_scope))
    return rows


@cache
def original(capture: Capture) -> set[Row]:
    return read(capture, capture.page.read_bytes())


def without_region(rows: set[Row]) -> set[Row]:
    """The same rows as a page states them whose region was cut away."""
    return {(*row[:REGION], "", *row[REGION + 1 :]) for row in rows}


@pytest.mark.parametrize("capture", PAGES, ids=name)
def test_a_cut_page_gives_only_rows_of_the_whole_one(capture: Capture) -> None:
    content = capture.page.read_bytes()
    right = original(capture) | without_region(original(capture))
    survived = 0
    for cut in sorted(random.Random(capture.folder.name).sample(range(len(content)), min(CUTS, len(content)))):
        try:
            rows = read(capture, content[:cut])
        except ScrapeError:
            continue
        assert rows <= right, (cut, content[cut - 60 : cut], rows - right)
        survived += bool(rows)
    assert survived or len(right) < 4, "no cut left a row"


@pytest.mark.parametrize("capture", PAGES, ids=name)
def test_noise_never_makes_anything_but_a_refusal_or_rows(capture: Capture) -> None:
    """Bytes lost and doubled: whatever happens, no exception escapes but the two that say so."""
    content, chance = capture.page.read_bytes(), random.Random(capture.folder.name)
    for _ in range(12):
        at = chance.randrange(len(content))
        for changed in (content[:at] + content[at + 3 :], content[:at] + content[at : at + 40] + content[at:]):
            try:
                read(capture, changed)
            except (ScrapeError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError):
                continue  # the callers turn each of these into a changed layout


# --- pages of HTML

HTML = [c for c in PAGES if c.page.suffix == ".html"]
Change = Callable[[BeautifulSoup], None]


def tables(tree: BeautifulSoup) -> list[list[list[Tag]]]:
    """Cells by row by table, headers first: tables, and the grids of boxes that stand in for them."""
    found = [[tr.find_all(["td", "th"], recursive=False) for tr in t.find_all("tr")] for t in tree.find_all("table")]
    grids = [t.select(".table-grid") for t in tree.select(".table-v2")]
    found += [[g.find_all(class_="table-v2-cell", recursive=False) for g in grid] for grid in grids]
    return [[row for row in table if len(row) == max(map(len, table))] for table in found]


def reverse(tags: list[Tag]) -> None:
    for old, new in zip(tags, [copy.copy(tag) for tag in reversed(tags)], strict=True):
        old.replace_with(new)


def rows_reversed(tree: BeautifulSoup) -> None:
    for table in tables(tree):
        reverse([row[0].parent for row in table[1:] if row[0].parent])
    boxes = tree.select(".table-body-row") or [r for r in tree.select(".pricing-row") if "$" in r.get_text()]
    reverse([box for box in boxes if not box.select(".pricing__top-headline")])


def columns_reversed(tree: BeautifulSoup) -> None:
    for table in tables(tree):
        for row in table:
            reverse(row[1:])


def column_added(tree: BeautifulSoup) -> None:
    for table in tables(tree):
        for i, row in enumerate(table):
            new = copy.copy(row[1])
            new.clear()
            new.append("8" if i else "Nodes")
            row[1].insert_before(new)


def classes_renamed(tree: BeautifulSoup) -> None:
    for tag in tree.find_all(True):
        tag["class"] = " ".join(f"x-{c}" for c in tag.get("class") or ())


def all_twice(tree: BeautifulSoup) -> None:
    assert tree.body
    for tag in [copy.copy(t) for t in tree.body.contents if not isinstance(t, Tag) or t.name != "script"]:
        tree.body.append(tag)


def retold(pattern: str, words: str, at_most: int = 0) -> Change:
    """Every (or the first few) visible text that matches says something else."""

    def change(tree: BeautifulSoup) -> None:
        left = at_most or -1
        for text in tree.find_all(string=re.compile(pattern)):
            if type(text) is NavigableString and text.parent and text.parent.name != "script" and left:
                text.replace_with(re.sub(pattern, words, text))
                left -= 1

    return change


def changed(capture: Capture, change: Change) -> set[Row] | None:
    """Rows of the changed page; None when it was refused."""
    tree = BeautifulSoup(capture.page.read_bytes(), "lxml")
    before = str(tree)
    change(tree)
    assert str(tree) != before or change is columns_reversed or change is column_added
    try:
        return read(capture, str(tree))
    except NoPublicPrice:
        raise AssertionError("a page full of prices is said to have none") from None
    except ScrapeError:
        return None


SAME = {
    "rows in another order": rows_reversed,
    "columns in another order, with their headers": columns_reversed,
    "a new column": column_added,
    "other class names": classes_renamed,
    "the sign behind": retold(r"\$(\d[\d.,]*\d)", r"\1 $"),
    "the code before": retold(r"\$(\d[\d.,]*\d)", r"USD \1"),
    "non-breaking spaces": retold(" ", "\u00a0"),
    "every block twice": all_twice,
}


@pytest.mark.parametrize("change", SAME.values(), ids=SAME)
@pytest.mark.parametrize("capture", HTML, ids=name)
def test_another_look_has_the_same_rows_or_is_refused(capture: Capture, change: Change) -> None:
    rows = changed(capture, change)
    assert rows is None or rows == original(capture)


FEWER = {
    "contact sales": retold(r"^\s*\$\d.*", "Contact sales", 2),
    "zero": retold(r"^\s*\$\d[\d.,]*", "$0.00", 2),
    "from": retold(r"^\s*\$(\d)", r"from $\1", 2),
    "a span": retold(r"^\s*\$(\d[\d.,]*)", r"$\1 - $99.99", 2),
}


@pytest.mark.parametrize("change", FEWER.values(), ids=FEWER)
@pytest.mark.parametrize("capture", HTML, ids=name)
def test_a_cell_without_a_price_has_no_row(capture: Capture, change: Change) -> None:
    rows = changed(capture, change)
    if rows is not None:
        assert rows <= original(capture)
        # Google's inline list still states what its table does not; a bound is read by Google's own cells as a price.
        assert rows < original(capture) or capture.slug == "gcp"
    assert all(row[PRICE] for row in rows or ())


@pytest.mark.parametrize("unit", ["month", "day", "minute"])
# Capacity blocks' columns are called hourly rates; no unit follows an amount.
@pytest.mark.parametrize("capture", [c for c in HTML if "capacity_blocks" not in name(c)], ids=name)
def test_another_unit_is_read_or_refused(capture: Capture, unit: str) -> None:
    rows = changed(capture, retold(r"(?i)\b(hours?|hr)\b", unit))
    assert rows is None or (unit == "month" and {row[PRICE + 2] for row in rows} == {"month"})


@pytest.mark.parametrize("capture", [c for c in HTML if c.slug in ("coreweave", "lambda", "fluidstack")], ids=name)
def test_thousands_are_grouped(capture: Capture) -> None:
    rows = changed(capture, retold(r"\$(\d+)\.(\d\d)\b", r"$\1,0\2.50"))
    assert rows is not None and len(rows) == len(original(capture))
    assert {row[PRICE] for row in rows} == {Decimal(f"{int(p)}0{p % 1 * 100:02.0f}.50") for p in prices(capture)}


def prices(capture: Capture) -> set[Decimal]:
    return {Decimal(str(row[PRICE])) for row in original(capture)}


# --- feeds of JSON, CSV and YAML


def walk(value: Any, change: Callable[[Any], Any]) -> Any:
    """The tree with `change` applied to every list and object, leaves first."""
    if isinstance(value, dict):
        return change({k: walk(v, change) for k, v in value.items()})
    return change([walk(v, change) for v in value]) if isinstance(value, list) else value


OBJECTS: dict[str, Callable[[Any], Any]] = {
    "lists reversed": lambda x: x[::-1] if isinstance(x, list) else x,
    "keys reversed": lambda x: dict(reversed(x.items())) if isinstance(x, dict) else x,
    "lists twice": lambda x: x + x if isinstance(x, list) and x and isinstance(x[0], dict) else x,
    "a new key": lambda x: (
        [{**o, "isNew": True} if isinstance(o, dict) else o for o in x] if isinstance(x, list) else x
    ),
}


@pytest.mark.parametrize("change", OBJECTS.values(), ids=OBJECTS)
@pytest.mark.parametrize("capture", [c for c in PAGES if c.page.suffix == ".json"], ids=name)
def test_json_in_another_order_has_the_same_rows(capture: Capture, change: Callable[[Any], Any]) -> None:
    text = json.dumps(walk(json.loads(capture.page.read_text()), change))
    assert read(capture, text) == original(capture)


@pytest.mark.parametrize("capture", [c for c in PAGES if c.page.suffix == ".json"], ids=name)
def test_a_zero_in_json_is_no_price(capture: Capture) -> None:
    text = re.sub(r'("(?:retailPrice|value|price|SpotPrice|USD)": "?)[\d.]+', r"\g<1>0.0", capture.page.read_text())
    text = re.sub(r'("(?:nanos)": )\d+', r"\g<1>0", re.sub(r'("units": ")\d+', r"\g<1>0", text))
    assert read(capture, text) == set()


def sheet(rows: list[list[str]]) -> str:
    """As AWS writes CSV: every cell quoted that is not empty."""
    return "".join(",".join(f'"{c}"' if c else "" for c in row) + "\n" for row in rows)


@pytest.mark.parametrize("capture", [c for c in PAGES if c.page.suffix == ".csv"], ids=name)
def test_csv_in_another_order_has_the_same_rows(capture: Capture) -> None:
    cells = list(csv.reader(io.StringIO(capture.page.read_text())))
    head = next(i for i, row in enumerate(cells) if "SKU" in row)
    before, header, body = cells[:head], cells[head], cells[head + 1 :]
    for rows in (
        [*before, header, *reversed(body)],
        [*before, header, *body, *body],
        [*before, *([*reversed(r)] for r in [header, *body])],
        [*before, [*header[:4], "New", *header[4:]], *([*r[:4], "1", *r[4:]] for r in body)],
        [header, *body],
    ):
        assert read(capture, sheet(rows)) == original(capture)


@pytest.mark.parametrize("capture", [c for c in PAGES if c.page.suffix == ".yml"], ids=name)
def test_yaml_in_another_order_has_the_same_rows(capture: Capture) -> None:
    tree = yaml.load(capture.page.read_text(), Loader=yaml.CBaseLoader)
    text = yaml.dump(walk(tree, OBJECTS["keys reversed"]), sort_keys=False)
    assert read(capture, text) == original(capture)

"""Recorded pages, changed as providers change them: rows stay right, or the page is refused; no row is wrong.

The mutations are made from the captures themselves, so a new capture is mutated without a line here.
"""

from __future__ import annotations

import csv
import io
import json
import os
import random
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
import yaml
from bs4 import BeautifulSoup

from scrapers import registry
from scrapers.model import Page, ScrapeError
from tests.chaos import mutating
from tests.support.golden import Capture, captures
from tests.unit.scrapers.providers.test_golden import name, page_of
from warehouse.identity.gpus import identify_offer

Row = tuple[object, ...]
PAGES = [c for c in captures() if not c.meta.get("is_index") and json.loads(c.golden.read_text())]
# Changes per capture and kind; `make mutations` tries many more.
MUTATIONS = int(os.environ.get("GPUHOUR_TEST_MUTATIONS", "10"))
CUTS = MUTATIONS * 4  # places where each page is cut
REGION, PRICE = 6, 9


def read(capture: Capture, content: str | bytes) -> set[Row]:
    """Return the priced rows of a changed page, with their GPU. Raises ScrapeError where the page is refused."""
    raw = content.encode() if isinstance(content, str) else content
    return rows_of(replace(page_of(capture), content=raw))


def rows_of(page: Page) -> set[Row]:
    """Return the same rows of any page."""
    rows: set[Row] = set()
    for o in registry.get(page.provider).parse(page):
        identity = identify_offer(page.provider, o)
        gpu = (identity.gpu.model, identity.gpu.form_factor, identity.gpu.memory_gb, identity.gpu_count)
        if o.is_floor:
            continue  # "from $2" is printed as a floor and no price
        # What an endpoint is told from is another section, which a cut may lose.
        model = "on_demand" if o.pricing_model == "inference" else o.pricing_model
        sold = (o.region, model, o.term_months, o.price, o.upfront_price, o.price_unit, o.currency)
        if o.price is not None:
            rows.add((o.source, o.instance, *gpu, *sold, o.upfront, o.price_scope))
    return rows


@cache
def original(capture: Capture) -> set[Row]:
    return read(capture, capture.page.read_bytes())


def without_region(rows: set[Row]) -> set[Row]:
    """Return the same rows as a page would state them without its region."""
    return {(*row[:REGION], "", *row[REGION + 1 :]) for row in rows}


@pytest.mark.parametrize("capture", PAGES, ids=name)
def test_cut_page_yields_only_rows_of_the_complete_one(capture: Capture) -> None:
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
def test_noise_yields_rows_or_a_scrape_error(capture: Capture) -> None:
    """Bytes are lost and doubled: only the two expected exceptions may escape."""
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


def parsed_tree(capture: Capture) -> BeautifulSoup:
    return BeautifulSoup(capture.page.read_bytes(), "lxml")


def rows_unless_refused(capture: Capture, content: str) -> set[Row] | None:
    """Return the rows of the changed page; None when it was refused."""
    try:
        return read(capture, content)
    except (ScrapeError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError):
        return None  # the callers turn each of these into a changed layout


def prices(capture: Capture) -> set[Decimal]:
    return {Decimal(str(row[PRICE])) for row in original(capture)}


def is_visible(capture: Capture) -> bool:
    """Check that the prices are in the page's text; else they are data, in scripts or attributes."""
    shown = " ".join(tag.get_text(" ") for tag in mutating.price_boxes(parsed_tree(capture)))
    figures = {Decimal(hit.replace(",", "")) for hit in re.findall(r"\d[\d,]*(?:\.\d+)?", shown)}
    return bool(figures & prices(capture))


# Google's pages state each price twice, in a table and in an inline list.
VISIBLE = [c for c in HTML if is_visible(c)]


@pytest.mark.parametrize("capture", HTML, ids=name)
def test_changed_markup_yields_the_same_rows_or_an_error(capture: Capture) -> None:
    """Rows, columns, classes, signs and spaces change as in a new release of the page, alone and together."""
    chance = random.Random(capture.folder.name)
    kept = 0
    plans = [[change] for change in mutating.SAME]
    plans += [chance.sample(list(mutating.SAME), 3) for _ in range(MUTATIONS - len(plans))]
    for plan in plans:
        tree = parsed_tree(capture)
        for change in plan:
            mutating.SAME[change](tree, chance)
        rows = rows_unless_refused(capture, str(tree))
        assert rows is None or rows <= original(capture), (plan, rows - original(capture))
        kept += rows == original(capture)
    assert kept >= len(plans) // 3, f"only {kept} of {len(plans)} kept all rows"


@pytest.mark.parametrize("capture", VISIBLE, ids=name)
def test_cell_without_price_yields_no_row(capture: Capture) -> None:
    chance = random.Random(capture.folder.name)
    count = len(mutating.price_boxes(parsed_tree(capture)))
    lost = 0
    for _ in range(max(MUTATIONS // 2, len(mutating.LOST))):
        tree = parsed_tree(capture)
        words = chance.choice(list(mutating.LOST))
        box = mutating.price_boxes(tree)[chance.randrange(count)]
        mutating.replace_text(box, *mutating.LOST[words])
        rows = rows_unless_refused(capture, str(tree))
        # The row that went may have been the only one to state the memory of its GPU.
        allowed = original(capture) | {(*row[:4], None, *row[5:]) for row in original(capture)}
        assert rows is None or rows <= allowed, (words, rows - allowed)
        lost += rows is None or rows < original(capture)
    assert lost or capture.slug == "gcp", "no price was ever missed: the changes hit nothing that is read"


@pytest.mark.parametrize("capture", VISIBLE, ids=name)
def test_bound_is_not_a_price_except_for_commitments(capture: Capture) -> None:
    for i in range(len(mutating.price_boxes(parsed_tree(capture)))):
        tree = parsed_tree(capture)
        mutating.replace_text(mutating.price_boxes(tree)[i], *mutating.LOST["contact sales"])
        if rows_unless_refused(capture, str(tree)) == original(capture):
            continue  # nothing is read from it
        tree = parsed_tree(capture)
        mutating.replace_text(mutating.price_boxes(tree)[i], r"^\s*([$€£₹]\s*\d)", r"from \1")
        rows = rows_unless_refused(capture, str(tree))
        assert rows is None or rows <= original(capture)
        committed = {row for row in original(capture) if row[PRICE - 2] not in ("on_demand", "spot")}
        before = parsed_tree(capture).get_text(" ").lower()
        if rows is not None and " from " not in before and capture.slug not in ("gcp", "aws"):
            assert rows < original(capture) or rows & committed, i


HOURLY = ("capacity_blocks", "pricing-us")


@pytest.mark.parametrize("unit", ["month", "day", "minute"])
# Capacity blocks' columns are called hourly rates, and one of E2E's "Hourly"; no unit follows an amount.
@pytest.mark.parametrize("capture", [c for c in HTML if not any(part in name(c) for part in HOURLY)], ids=name)
def test_other_unit_is_converted_or_refused(capture: Capture, unit: str) -> None:
    page = capture.page.read_text()
    text = re.sub(r"(?i)\b(?:hours?|hr)\b|(?<=[/\d] )h\b|(?<=/)h\b", unit, page)
    rows = rows_unless_refused(capture, text)
    if text != page:  # data may state no unit in words
        units = {str(row[PRICE + 2]) for row in rows or ()}
        assert rows is None or rows < original(capture) or all(u.rpartition("_")[2] == unit for u in units), units


@pytest.mark.parametrize("capture", VISIBLE, ids=name)
def test_thousands_and_decimals_in_any_locale(capture: Capture) -> None:
    """$3.99 as $3,99 is the same; $3.99 as $3,039.90 and as $3.039,90 is the same other amount."""
    if capture.slug in ("gcp", "aws"):  # their own readers of numbers have tests of their own
        return
    page = capture.page.read_text()
    same = rows_unless_refused(capture, re.sub(r"\$(\d+)\.(\d\d)(?![\d.,])", r"$\1,\2", page))
    assert same is None or same <= original(capture)
    larger = set(prices(capture))
    larger |= {Decimal(f"{int(p)}0{p % 1 * 100:02.0f}.50") for p in prices(capture)}
    for pattern in (r"$\1,0\2.50", r"$\1.0\2,50"):
        rows = rows_unless_refused(capture, re.sub(r"\$(\d+)\.(\d\d)(?![\d.,])", pattern, page))
        assert rows is None or {row[PRICE] for row in rows} <= larger, pattern


# --- feeds of JSON, CSV and YAML


def walk(value: Any, change: Callable[[Any], Any]) -> Any:
    """Apply `change` to every list and object of a tree, leaves first."""
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
def test_reordered_json_yields_the_same_rows(capture: Capture, change: Callable[[Any], Any]) -> None:
    text = json.dumps(walk(json.loads(capture.page.read_text()), change))
    assert read(capture, text) == original(capture)


@pytest.mark.parametrize("capture", [c for c in PAGES if c.page.suffix == ".json"], ids=name)
def test_zero_in_json_is_not_a_price(capture: Capture) -> None:
    priced = r'(?i)("(?:[a-z_]*(?:price|cost|rate|bid)[a-z_]*|[a-z0-9]+_x\d+_[a-z]+|a100xl|value|dph_[a-z]+|USD|nanos|units|hour(?:ly)?|month|year|onDemand)": "?)[\d.]+'
    rows = rows_unless_refused(capture, re.sub(priced, r"\g<1>0", capture.page.read_text()))
    assert not rows, "a price of zero"


def as_csv(rows: list[list[str]]) -> str:
    """Format CSV like AWS: every cell that is not empty is quoted."""
    return "".join(",".join(f'"{c}"' if c else "" for c in row) + "\n" for row in rows)


@pytest.mark.parametrize("capture", [c for c in PAGES if c.page.suffix == ".csv"], ids=name)
def test_reordered_csv_yields_the_same_rows(capture: Capture) -> None:
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
        assert read(capture, as_csv(rows)) == original(capture)


@pytest.mark.parametrize("capture", [c for c in PAGES if c.page.suffix == ".yml"], ids=name)
def test_reordered_yaml_yields_the_same_rows(capture: Capture) -> None:
    tree = yaml.load(capture.page.read_text(), Loader=yaml.CBaseLoader)
    text = yaml.dump(walk(tree, OBJECTS["keys reversed"]), sort_keys=False)
    assert read(capture, text) == original(capture)

"""Rows that are alike are read once, and each means what it would mean alone."""

from __future__ import annotations

import json

import pytest

from scrapers.model import Offer
from scrapers.reading.meaning.alike import Readings
from scrapers.reading.meaning.drafts import Reading
from scrapers.reading.meaning.interpret import interpret
from scrapers.reading.page_facts import page_facts
from scrapers.reading.page_records import records
from scrapers.reading.page_tree import parse_tree
from tests.unit.scrapers.reading.test_reader import page, read, table

HEAD = "Instance|GPU|vCPU|Region|Price"
ROWS = (
    "g1.large|NVIDIA L4|8|eu-west-1|$0.80/hr",
    "g2.large|NVIDIA L4|8|eu-west-1|$0.95/hr",
    "h100.8|NVIDIA H100|128|eu-west-1|$24.00/hr",
    "gx.spot|NVIDIA L4|8|eu-west-1|$0.31/hr",
    "g4.x4gpu|NVIDIA L4|32|eu-west-1|$3.20/hr",
    "g5.large|NVIDIA L4|8|eu-west-1|$0/hr",
    "g6.large|NVIDIA L4|8|eu-west-1|Contact us",
    "g7.large|NVIDIA L4|8|us-east-2|$0.80/hr",
)


def says(offer: Offer) -> tuple[object, ...]:
    facts = (offer.gpu_label, offer.gpu_count, offer.pricing_model, str(offer.price), offer.price_unit, offer.currency)
    return (offer.instance, *facts, offer.region, offer.vcpus)


def test_each_row_says_what_it_says_alone() -> None:
    """Twice the same rows with other numbers: the second half is read by the shapes of the first."""
    again = [row.replace("|$", "|$1").replace("g", "k", 1) for row in ROWS]
    top, _ = parse_tree(page(table(HEAD, *ROWS, *again)))
    lines = list(top.lines())
    facts = page_facts("en", [line.text for line in lines])
    readings = Readings(facts)
    for record in records(top, lines):
        alone = [shown(one) for one in interpret(record, facts)]
        assert [shown(one) for one in readings.of(record)[0]] == alone


def shown(one: Reading) -> list[object]:
    """Return all that a reading says, as a list: readings are not compared."""
    names = type(one).__slots__
    return [getattr(one, name) for name in names if name != "record"]


def test_the_evidence_is_each_row_s_own() -> None:
    offers = read(page(table(HEAD, ROWS[0], ROWS[1]))).offers
    assert [o.text.rpartition(" at ")[2] for o in offers] == [
        "/html/body/table/tr[2]/td[5]]", "/html/body/table/tr[3]/td[5]]",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["a.spot", "a-preemptible", "reserved-1y", "a.soldout"])
def test_a_name_that_says_something_is_read(name: str) -> None:
    plain, named = read(page(table(HEAD, ROWS[0], ROWS[1].replace("g2.large", name)))).offers
    alone = read(page(table(HEAD, ROWS[1].replace("g2.large", name)))).offers
    assert says(named) == says(alone[0]) and plain.pricing_model == "on_demand"


def test_objects_of_one_shape() -> None:
    items = [
        {"id": f"g{n}.x", "gpu": "NVIDIA L4", "gpu_count": n, "price_per_hour": n / 2, "spot_price_per_hour": n / 4}
        for n in (1, 2, 2, 4)
    ]
    offers = read(json.dumps({"currency": "USD", "data": items})).offers
    assert [f"{o.gpu_count} {o.pricing_model} {o.price}" for o in offers] == [
        "1 on_demand 0.5", "1 spot 0.25", "2 on_demand 1.0", "2 spot 0.5", "4 on_demand 2.0", "4 spot 1.0",
    ]  # fmt: skip

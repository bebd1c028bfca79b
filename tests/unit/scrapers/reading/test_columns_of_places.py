"""Tables whose columns are places, choices of numbers, and units in other languages. The samples are made up."""

from __future__ import annotations

import pytest

from tests.unit.scrapers.reading.test_reader import page, read, table


def test_numbers_below_places_are_in_the_unit_of_the_heading() -> None:
    cards = table("GPU|EU-N1|GOV|US-E2", "Nvidia T4|0.410|0.520|0", "Nvidia A100-80|3.100|3.900|3.300")
    cores = table("Perf|EU-N1|GOV|US-E2", "high|0.031|0.042|0.037")
    account = read(page(f"<h3>Cores (€/vCore/h)</h3>{cores}<h3>Cartes (€/GPU/h)</h3>{cards}", "fr"))
    assert [(o.gpu_label, str(o.price), o.currency, o.price_unit, o.region) for o in account.offers] == [
        ("Nvidia T4", "0.410", "EUR", "gpu_hour", "EU-N1"),
        ("Nvidia T4", "0.520", "EUR", "gpu_hour", "GOV"),
        ("Nvidia A100-80", "3.100", "EUR", "gpu_hour", "EU-N1"),
        ("Nvidia A100-80", "3.900", "EUR", "gpu_hour", "GOV"),
        ("Nvidia A100-80", "3.300", "EUR", "gpu_hour", "US-E2"),
    ]
    assert account.is_whole


def test_numbers_below_other_titles_are_not() -> None:
    sizes = table("GPU|VRAM|TFLOPS|Release", "Nvidia T4|16|8.1|2018", "Nvidia A10|24|31.2|2021")
    assert not read(page(f"<h3>Cards (€/GPU/h)</h3>{sizes}")).offers


def test_a_closed_list_of_numbers_shows_the_chosen_one() -> None:
    card = (
        "<div><h4>GPU {0}</h4><p>12 CPU core</p><label>GPU</label><select><option value=1>1</option>"
        "<option value=2>2</option><option value=4>4</option></select><p>On demand <span>{1}</span> €/hr</p>"
        "<p>6 months <span>{2}</span> €/hr</p></div>"
    )
    account = read(page(card.format("A30", "0.81", "0.70") + card.format("L4", "0.50", "0.42")))
    assert [(o.gpu_label, str(o.price), o.pricing_model, o.term_months) for o in account.offers] == [
        ("GPU A30", "0.81", "on_demand", None),
        ("GPU A30", "0.70", "reserved", 6),
        ("GPU L4", "0.50", "on_demand", None),
        ("GPU L4", "0.42", "reserved", 6),
    ]


def test_a_month_of_one_sign_heads_a_column_of_boxes() -> None:
    def row(*cells: str) -> str:
        return "<div class=r>" + "".join(f"<div class=c><div>{cell}</div></div>" for cell in cells) + "</div>"

    rows = row("A プラン", "NVIDIA A30 24GB ×1", "6vCPU / 64GB", "410円", "240,000円") + row(
        "T プラン", "NVIDIA T4 16GB ×2", "8vCPU / 64GB", "260円", "151,000円"
    )
    account = read(page(f"<div>{row('プラン', 'GPU', 'vCPU / メモリ', '時間', '月')}<div>{rows}</div></div>", "ja"))
    assert [
        (str(o.gpu_count), str(o.price), o.price_unit[-4:]) for o in account.offers if o.term_months in (0, None)
    ] == [("1", "410", "hour"), ("2", "260", "hour")]


@pytest.mark.parametrize(
    ("unit", "what"), [("1 godzina GPU", "Jednostka"), ("heure GPU", "Unité"), ("1 hora de GPU", "Unidade")]
)
def test_a_unit_names_the_hour_of_a_gpu(unit: str, what: str) -> None:
    offers = read(
        page(table(f"Usługa|{what}|Cena netto", f"NVIDIA V100|{unit}|3,90 zł", "CPU|1 rdzeń|0,10 zł"), "pl")
    ).offers
    assert [(str(o.price), o.price_unit) for o in offers] == [("3.90", "gpu_hour")]


def test_costs_beside_revenue_are_an_owners() -> None:
    rows = ("70 %|910.00|55.10|610.20", "80 %|1,040.00|60.30|618.40")
    heading = "<h2>A server with 4x A100 80GB</h2>"
    assert not read(page(heading + table("Use|Revenue (EUR/mo)|Energy (EUR/mo)|Total Costs (EUR/mo)", *rows))).offers

"""Words and sizes that tell what an amount is of: caps, fees paid once, parts of a currency, months below "Annual"."""

from __future__ import annotations

import json

import pytest

from tests.unit.scrapers.reading.test_reader import facts, page, read, table


def test_a_cap_and_a_fee_paid_once_are_explained() -> None:
    card = "<h3>NVIDIA L4 24 GB</h3><p>from € 150.00 max. per month</p><p>€ 0.24 per hour</p><p>+ € 79.00 setup</p>"
    account = read(page(f"<div>{card}</div><p>Einrichtungsgebühr einmalig 99,00 €.</p>"))
    assert [(str(o.price), o.pricing_model) for o in account.offers] == [("0.24", "on_demand")]
    assert account.is_whole


def test_an_annual_price_below_the_months_is_a_months() -> None:
    rows = table("GPUs|Monthly|Annual", "8x NVIDIA H100 80GB|$24,999|$19,999")
    assert [facts(o)[2:] for o in read(page(rows)).offers] == [
        ("on_demand", None, "24999", "month"),
        ("reserved", 12, "19999", "month"),
    ]


def test_a_card_behind_the_word_gpu_needs_no_line() -> None:
    (offer,) = read(
        page(f"<h2>GPU 3080 Ti</h2>{table('Size|GPU cards|CPU cores|USD / hour', 'Small|1|12|0.83')}")
    ).offers
    assert "3080 Ti" in offer.gpu_label


def test_a_machine_with_gpus_of_no_known_name_is_not_passed_over() -> None:
    body = f"<h2>Zephyr 9 machines</h2>{table('Size|GPU cards|CPU cores|USD / hour', 'Small|1|12|0.83')}"
    assert [e.reason for e in read(page(body)).unexplained] == ["an accelerator of an unknown name"]


@pytest.mark.parametrize(
    ("price", "right"),
    [
        ({"price_per_gpu_hour_microusd": 2_190_000}, "2.19"),
        ({"hourly_price_millis": 2190}, "2.19"),
        ({"pricing": {"expression": {"rates": [{"unitPrice": {"currencyCode": "USD", "units": "2", "nanos": 190_000_000}}], "usageUnit": "h"}}}, "2.19"),
    ],
    ids=["micro", "milli", "units and nanos"],
)  # fmt: skip
def test_data_that_counts_in_parts_of_a_dollar(price: dict[str, object], right: str) -> None:
    account = read(json.dumps([{"gpu_model": "H100", "gpu_count": 1, **price}]))
    assert [f"{o.price:.2f}" for o in account.offers] == [right]
    assert account.is_whole


def test_components_of_a_machine_are_no_gpus_and_a_long_label_may_say_spot() -> None:
    items = [
        {"description": "A2 Instance Core running in Oslo", "unit": "h", "price": 0.0316},
        {
            "description": "Nvidia B200 attached to Spot Preemptible machines running in Oslo",
            "unit": "h",
            "price": 4.95,
        },
    ]
    assert [(o.pricing_model, str(o.price)) for o in read(json.dumps({"items": items})).offers] == [("spot", "4.95")]


def test_a_comma_before_the_memory_keeps_it() -> None:
    lines = "".join(
        f"<div><span>Nvidia A100, {n} GB</span><span>${p} / sec</span></div>"
        for n, p in ((80, "0.0007"), (40, "0.0006"))
    )
    assert [o.gpu_label for o in read(page(f"<div>{lines}</div>")).offers] == [
        "A100, 80 GB",
        "A100, 40 GB",
    ]


def test_a_number_before_a_maker_and_a_dash_counts() -> None:
    rows = table("GPU type|Per hour", "nvidia-l4|$0.58", "2x nvidia-h100|$10.80")
    assert [(facts(o)[1], o.price_unit) for o in read(page(rows)).offers][1] == (2, "instance_hour")


def test_a_nodes_price_is_that_of_its_gpus_in_brackets() -> None:
    card = "<li><h3>NVIDIA HGX B200</h3><p>Starting at $31.92 per node hour ($3.99/GPU/hr)</p></li>"
    account = read(page(f"<ul>{card}</ul>"))
    assert [(str(o.price), o.price_unit) for o in account.offers] == [("3.99", "gpu_hour")]
    assert account.is_whole


@pytest.mark.parametrize(
    ("title", "lang"),
    [("Cena netto / mies.", "pl"), ("Aylık Ücret", "tr"), ("Měsíční cena", "cs"), ("Hinta / kuukausi", "fi")],
)
def test_months_of_further_languages(title: str, lang: str) -> None:
    (offer,) = read(page(table(f"GPU|{title}", "1x NVIDIA L4|1.299,00 €"), lang)).offers
    assert (str(offer.price), offer.price_unit) == ("1299.00", "month")


@pytest.mark.parametrize(
    "panels",
    [
        '<div role="tabpanel" aria-label="On-Demand">{a}</div><div role="tabpanel" hidden aria-label="Spot">{b}</div>',
        '<a href="#od">On-demand</a><a href="#sp">Spot</a><div class="tab-pane" id="od">{a}</div><div class="tab-pane" id="sp">{b}</div>',
        '<button aria-controls="od">On-demand</button><button aria-controls="sp">Spot</button><div role="tabpanel" id="od">{a}</div><div role="tabpanel" id="sp">{b}</div>',
        '<a data-w-tab="A">On-demand</a><a data-w-tab="B">Spot</a><div class="w-tab-pane" data-w-tab="A">{a}</div><div class="w-tab-pane" data-w-tab="B">{b}</div>',
    ],
    ids=["label", "link", "controls", "webflow"],
)  # fmt: skip
def test_a_panel_is_headed_by_its_tab_however_that_is_wired(panels: str) -> None:
    items = {one: f"<div><b>H100 SXM</b><i>${p} /hr</i></div>" for one, p in (("a", "2.85"), ("b", "1.35"))}
    after = "<div><b>L4</b><i>$0.60 /hr</i></div>"
    read_models = [(str(o.price), o.pricing_model) for o in read(page(panels.format(**items) + after)).offers]
    assert read_models == [("2.85", "on_demand"), ("1.35", "spot"), ("0.60", "on_demand")]


PLANS = (
    "<tr><td></td><th>Start</th><th>Scale</th></tr><tr><td>GPU</td><td>1x L4</td><td>4x L40S</td></tr>"
    "<tr><td>vCPU</td><td>8</td><td>64</td></tr>{hourly}<tr><td></td><td>Order</td><td>Order</td></tr>"
)


def test_plans_side_by_side_may_have_an_empty_corner_and_a_row_of_buttons() -> None:
    hourly = "<tr><td>Hourly</td><td>$0.72</td><td>$5.80</td></tr><tr><td>Monthly (save 20%)</td><td>$420</td><td>$3,387</td></tr>"
    account = read(page(f"<table>{PLANS.format(hourly=hourly)}</table>"))
    assert [facts(o)[2:] for o in account.offers] == [
        ("on_demand", None, "0.72", "instance_hour"), ("reserved", 1, "420", "month"),
        ("on_demand", None, "5.80", "instance_hour"), ("reserved", 1, "3387", "month"),
    ]  # fmt: skip
    assert account.is_whole


def test_prices_and_accelerators_in_rows_of_their_own_make_a_page_partial() -> None:
    rows = table("Plan|A|B|C", "GPU|1x L4|1x L40S|4x L40S", "Price per hour|$0.72|$1.45") + "<p>H100: $2.50/hr</p>"
    account = read(page(rows))
    assert [str(o.price) for o in account.offers] == ["2.50"]
    assert not account.is_whole


def test_rents_by_the_day_month_and_year() -> None:
    rows = table("型号|日租|月租|年租", "RTX4090 24G*8|¥480|¥9,800|¥108,000")
    assert [facts(o)[1:] for o in read(page(rows, "zh")).offers] == [
        (8, "on_demand", None, "480", "day"), (8, "reserved", 1, "9800", "month"), (8, "reserved", 12, "108000", "year"),
    ]  # fmt: skip


def test_a_former_price_in_a_block_of_its_own_is_struck_out() -> None:
    card = '<div><h3>VPS A4000</h3><div class="old">$179.00</div><div>$129.00<small>/mo</small></div></div>'
    account = read(page(card))
    assert [str(o.price) for o in account.offers] == ["129.00"]
    assert account.is_whole


def test_a_price_per_gpu_in_brackets_has_the_unit_of_the_machines() -> None:
    rows = table("Configuration|On-demand|Reserved (1 yr)", "8×H100|$19.92/hr ($2.49/GPU)|$15.92/hr ($1.99/GPU)")
    assert [facts(o)[2:] for o in read(page(rows)).offers] == [
        ("on_demand", None, "2.49", "gpu_hour"), ("reserved", 12, "1.99", "gpu_hour"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("printed", "currency"),
    [("3,20 US$", "USD"), ("3,20 $US", "USD"), ("3,20 $ US", "USD"), ("3,20 $ CA", "CAD"), ("3,20 $CA", "CAD")],
)
def test_a_dollar_behind_its_amount(printed: str, currency: str) -> None:
    (offer,) = read(page(table("GPU|Prix par heure", f"NVIDIA H100|{printed}"), "fr")).offers
    assert (str(offer.price), offer.currency) == ("3.20", currency)


@pytest.mark.parametrize(("flag", "unit"), [(True, "gpu_hour"), (False, "instance_hour")])
def test_a_flag_of_the_data_says_whether_a_price_is_per_gpu(flag: bool, unit: str) -> None:
    node = {
        "gpuName": "A100 SXM4 80GB",
        "hourlyPriceUsd": 1.65 if flag else 13.2,
        "gpusPerNode": 8,
        "priceIsPerGpu": flag,
    }
    (offer,) = read(json.dumps([node])).offers
    assert (str(offer.price_unit), str(offer.gpu_count)) == (unit, "8")


ROWS = [["NVIDIA A100 PCIe", "80 GB", "$1.35/hr"], ["NVIDIA L40", "48 GB", "$1.00/hr"]]


@pytest.mark.parametrize(
    "data",
    [
        {"columns": ["GPU", "VRAM", "Price"], "rows": [{"cells": row} for row in ROWS]},
        {"table": {"rows": [{"_key": "a", "cells": row} for row in [["GPU", "VRAM", "Price"], *ROWS]]}},
        {"values": [["GPU", "VRAM", "Price"], *ROWS]},
    ],
    ids=["titles beside", "titles first", "lists"],
)
def test_tables_in_data(data: dict[str, object]) -> None:
    account = read(json.dumps({"blocks": [{"type": "hero", "title": "Pricing"}, data]}))
    assert [(o.gpu_label, str(o.price)) for o in account.offers] == [
        ("NVIDIA A100 PCIe", "1.35"),
        ("NVIDIA L40", "1.00"),
    ]
    assert account.is_whole


def test_texts_in_lists_are_accounted_for() -> None:
    account = read(json.dumps({"offers": [{"gpu": "L4", "hourly": 0.6}], "lines": ["NVIDIA H100", "$2.50/hr"]}))
    assert [e.text for e in account.unexplained] == ["lines: $2.50/hr"]

"""What a title, a footnote or a billing cycle says of the amounts below it, and what it does not."""

from __future__ import annotations

import json

import pytest

from tests.unit.scrapers.reading.test_reader import facts, page, read, table


def test_a_cards_own_foot_is_no_foot_of_the_page() -> None:
    card = '<div class="card"><h5>NVIDIA H100</h5><div class="card-footer"><b>$2.69</b> / hour</div></div>'
    foot = '<div class="site-footer">H100 rental $9.99 / month</div>'
    assert [str(o.price) for o in read(page(card + foot)).offers] == ["2.69"]


def test_an_hours_price_in_a_menu_is_not_passed_over() -> None:
    menu = '<div class="gpu-menu"><span>NVIDIA H100</span><p>$2.69 / hour</p></div>'
    account = read(page(f"<h1>GPUs</h1>{menu}<p>NVIDIA L4: $0.60/hr</p>"))
    assert [e.reason for e in account.unexplained] == ["a price in what looks like a menu or a banner"]


def test_a_headlines_bound_that_the_page_prices_is_no_offer_of_its_own() -> None:
    body = "<h1>NVIDIA H100 from $1.95/hr</h1>" + table("GPU|Price/hr", "NVIDIA H100 PCIe|$1.95", "NVIDIA L40|$0.90")
    assert [str(o.price) for o in read(page(body)).offers] == ["1.95", "0.90"]


def test_one_price_for_either_of_two_accelerators_is_none() -> None:
    rows = table("Node|GPUs|Per node-hour", "G5|8x H100 or 8x H200|$18.40", "G4|8x A100|$10.32")
    assert [str(o.price) for o in read(page(rows)).offers] == ["10.32"]


def test_a_plans_number_counts_no_gpus_and_a_tax_makes_no_bound() -> None:
    rows = table("Modello|GPU|Canone mensile|Attivazione", "GPU 100|NVIDIA RTX A5000|€ 389,00 + IVA|€ 99,00")
    (offer,) = read(page(rows, "it")).offers
    assert [*map(str, (offer.gpu_count, offer.price, offer.price_unit))] == ["1", "389.00", "gpu_month"]
    assert not offer.is_floor


def test_a_column_of_an_unknown_title_lends_no_unit_from_another() -> None:
    account = read(page(table("GPU|Price per month|Zubehör", "1x L4|€ 389.00|€ 299.00")))
    assert [str(o.price) for o in account.offers] == ["389.00"]
    assert len(account.unexplained) == 1


def test_a_footnote_may_say_the_unit() -> None:
    rows = "<table><tr><th>GPU</th><th>Price<sup>1</sup></th></tr><tr><td>A100 40GB</td><td>$2.00</td></tr></table>"
    note = "<p><sup>1</sup> Per GPU per hour. Billed per second with a one-minute minimum.</p>"
    assert [o.price_unit for o in read(page(rows + note)).offers] == ["gpu_hour"]


def test_months_in_one_letter() -> None:
    rows = table("GPU|PAYG|1M|12M", "H100|2.60|2.40|1.90")
    account = read(page(f"<h1>Rate card (USD / GPU / hour)</h1>{rows}"))
    assert [facts(o)[2:5] for o in account.offers] == [
        ("on_demand", None, "2.60"), ("reserved", 1, "2.40"), ("reserved", 12, "1.90"),
    ]  # fmt: skip


def test_keys_that_name_the_accelerator_say_the_unit_and_the_model() -> None:
    prices = {"gpu_1x_a100_hourly": "1.40", "gpu_8x_h100_hourly": "22.00", "gpu_8x_h100_hourly_spot": "9.00"}
    assert [facts(o)[1:] for o in read(json.dumps({"prices": prices, "currency": "USD"})).offers] == [
        (1, "on_demand", None, "1.40", "instance_hour"), (8, "on_demand", None, "22.00", "instance_hour"),
        (8, "spot", None, "9.00", "instance_hour"),
    ]  # fmt: skip


def test_options_at_an_extra_charge_are_no_rents() -> None:
    body = "<p>Base: 249,00 € / Monat</p><ul><li>1x NVIDIA L4 24 GB <span>+ 199,00 €</span></li></ul>"
    assert not read(page(body, "de")).offers


@pytest.mark.parametrize(
    ("rows", "right"),
    [
        (["Monthly|$1,199/mo", "Quarterly|$1,139/mo", "Annually|$999/mo"], [("on_demand", None, "1199", "month"), ("reserved", 3, "1139", "month"), ("reserved", 12, "999", "month")]),
        (["Monthly|$1,199", "Quarterly|$3,417", "Annually|$11,988"], [("on_demand", None, "1199", "month"), ("reserved", 3, "3417", "term_total"), ("reserved", 12, "11988", "term_total")]),
        (["Monthly|$1,199", "Annually|$999"], [("on_demand", None, "1199", "month"), ("reserved", 12, "999", "month")]),
    ],
    ids=["by the month", "sums", "by its size"],
)  # fmt: skip
def test_billing_cycles(rows: list[str], right: list[object]) -> None:
    body = f"<h2>1x NVIDIA A100 80GB server</h2>{table('Billing|Price', *rows)}"
    assert [facts(o)[2:] for o in read(page(body)).offers] == right


def sizes(names: str) -> str:
    cells = zip(names.split(), ("2.99", "5.98", "23.92"), strict=True)
    return "<h2>H100</h2>" + table("Machine|vCPU|Price", *(f"{name}|{26}|${price}/hr" for name, price in cells))


def test_machines_whose_names_end_with_their_number_of_gpus() -> None:
    rows = [facts(o)[1:2] + facts(o)[4:] for o in read(page(sizes("h100.1 h100.2 h100.8"))).offers]
    assert rows == [(1, "2.99", "instance_hour"), (2, "5.98", "instance_hour"), (8, "23.92", "instance_hour")]


def test_multiples_of_a_price_may_be_of_as_many_gpus() -> None:
    account = read(page(sizes("small medium large")))
    assert not account.offers
    assert len(account.unexplained) == 3


def test_a_count_leads_each_amount_of_a_cell() -> None:
    rows = table("GPU|VM prices", "H100 SXM|1x $2.99/hr<br>2x $5.98/hr<br>8x $23.92/hr")
    assert [(facts(o)[1], str(o.price)) for o in read(page(rows)).offers] == [(1, "2.99"), (2, "5.98"), (8, "23.92")]


def test_places_may_name_their_city() -> None:
    rows = table("GPU|EU (Frankfurt)|US (Dallas)|Tokyo", "H100|$2.60|$2.40|$2.95")
    offers = read(page(f"<p>Hourly, per GPU.</p>{rows}")).offers
    assert [(o.region, str(o.price)) for o in offers] == [
        ("EU Frankfurt", "2.60"),
        ("US Dallas", "2.40"),
        ("Tokyo", "2.95"),
    ]


def test_cycles_behind_their_amounts() -> None:
    options = "".join(
        f"<option>${p} USD {name}</option>"
        for p, name in (("899.00", "Monthly"), ("2,562.15", "Quarterly"), ("9,169.80", "Annually"))
    )
    body = f"<h1>GPU-L40S-1</h1><p>1x NVIDIA L40S, 24 cores</p><select>{options}</select>"
    assert [facts(o)[2:] for o in read(page(body)).offers] == [
        ("on_demand", None, "899.00", "month"), ("reserved", 3, "2562.15", "term_total"), ("reserved", 12, "9169.80", "term_total"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "item",
    [
        {"hardware": "NVIDIA H100", "minute": 0.0415, "hour": 2.49},
        {"gpu": "NVIDIA H100", "price": {"amount": 249, "scale": 2, "currency": "USD"}, "interval": "HOUR"},
        {
            "displayName": "GPU - H100",
            "metricName": "GPU Per Hour",
            "prices": [{"model": "PAY_AS_YOU_GO", "value": 2.49}],
        },
    ],
    ids=["keys of times", "digits and places", "a metric"],
)
def test_units_and_digits_that_data_keeps_apart(item: dict[str, object]) -> None:
    other = {key: value for key, value in item.items() if "NVIDIA" not in str(value)}
    other |= {key: "NVIDIA L4" for key in ("hardware", "gpu", "displayName") if key in item}
    account = read(json.dumps({"list": [item, other]}))
    assert [f"{o.price:.2f}" for o in account.offers] == ["2.49", "2.49"]


def test_a_sign_and_its_number_may_stand_in_boxes_of_their_own() -> None:
    card = "<div><h3>NVIDIA H100</h3><div><div>€</div><div>1.60</div><div>/h per GPU</div></div></div>"
    (offer,) = read(page(card)).offers
    assert (str(offer.price), offer.currency, offer.price_unit) == ("1.60", "EUR", "gpu_hour")


def test_a_place_for_the_customers_own_machine_is_no_rent() -> None:
    rows = table("Density|Price", "1 HGX H100 node (10.2 kW)|$1,950/month")
    assert not read(page(f"<h1>GPU colocation</h1>{rows}")).offers


def test_tabs_of_terms() -> None:
    tabs = "".join(
        f'<li><a data-bs-toggle="tab" data-bs-target="#{i}">{t}</a></li>'
        for i, t in (("a", "1 Month"), ("b", "12 Months (-15%)"))
    )
    panels = "".join(
        f'<div class="tab-pane" id="{i}">{table("GPU|Price", f"1x RTX A5000|${p}/mo")}</div>'
        for i, p in (("a", 399), ("b", 339))
    )
    rows = [facts(o)[2:5] for o in read(page(f"<ul>{tabs}</ul>{panels}")).offers]
    assert rows == [("reserved", 1, "399"), ("reserved", 12, "339")]


def test_a_new_price_behind_an_arrow() -> None:
    assert [str(o.price) for o in read(page("<ul><li>H100: $2.69/hr → $2.29/hr</li></ul>")).offers] == ["2.29"]


def test_a_footnote_may_begin_with_its_amount() -> None:
    card = "<div><h3>A100-80G</h3><p>$1.15**</p><p>/ hour</p></div>"
    note = "<p>**$1.15/hour pricing is for a 3-year commitment. On-demand pricing is $3.18/hour.</p>"
    assert next(facts(o)[2:5] for o in read(page(card + note)).offers) == ("reserved", 36, "1.15")


def test_a_hidden_price_beside_a_shown_one_is_another_state_of_it() -> None:
    prices = '<div class="price hide">$3.09 /hour</div><div class="price">$2.24 /hour</div><div class="hide">$1,400 /month</div>'
    account = read(page(f"<div><h3>1x H100</h3>{prices}</div>"))
    assert [str(o.price) for o in account.offers] == ["2.24", "1400"]
    assert [e.reason for e in account.unexplained] == ["hidden beside a price that is shown"]


@pytest.mark.parametrize(
    ("printed", "term"),
    [
        ("$1.50/GPU/hour with 1 year commit", 12),
        ("$1.50/GPU/hour billed annually", 12),
        ("$1.50/GPU/hour paid quarterly", 3),
    ],
)
def test_terms_behind_a_price(printed: str, term: int) -> None:
    card = f"<div><h2>MI300X</h2><p>$1.99/GPU/hour on demand</p><p>{printed}</p></div>"
    rows = [facts(o)[2:5] for o in read(page(card)).offers]
    assert rows == [("on_demand", None, "1.99"), ("reserved", term, "1.50")]


@pytest.mark.parametrize(
    ("printed", "right"),
    [
        ("$0.99/hr (spot), $1.39/hr (on-demand)", [("spot", None), ("on_demand", None)]),
        ("$0.99/hr spot, $1.39/hr on-demand", [("spot", None), ("on_demand", None)]),
        ("spot $0.99/hr, on-demand $1.39/hr", [("spot", None), ("on_demand", None)]),
        ("$1.39/hr (on-demand) / $0.99/hr (12-month reserved)", [("on_demand", None), ("reserved", 12)]),
        ("From $0.99/hr (spot), $1.39/hr (on-demand) or $1.05/hr (6-month reserved).", [("spot", None), ("on_demand", None), ("reserved", 6)]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("shape", ["<div><h3>NVIDIA A100</h3><p>{}</p></div>", "<table><tr><th>GPU</th><th>Price</th></tr><tr><td>A100</td><td>{}</td></tr></table>"])  # fmt: skip
def test_words_between_two_amounts_are_of_the_one_that_they_stand_with(
    printed: str, right: list[object], shape: str
) -> None:
    offers = read(page(shape.format(printed))).offers
    assert [(o.pricing_model, o.term_months) for o in offers] == right


def test_signs_in_their_traditional_form() -> None:
    rows = table("GPU 型號|數量|每小時 (NT$)", "NVIDIA H100|1|98", "NVIDIA H100|8|784")
    assert [(facts(o)[1], str(o.price), o.currency) for o in read(page(rows, "zh-TW")).offers] == [
        (1, "98", "TWD"),
        (8, "784", "TWD"),
    ]


def test_a_price_that_one_gpu_cannot_cost_is_of_the_cluster() -> None:
    rows = table("Cluster|Price", "32x H200|$64,000/month", "64x H100|$2.20/hour")
    account = read(page(rows))
    assert [(facts(o)[1], o.price_unit) for o in account.offers] == [(32, "month")]
    assert len(account.unexplained) == 1


def test_a_sentence_above_a_table_that_names_several_models_says_none() -> None:
    intro = "<p>Looking for spot or reserved prices? Ask sales. The prices below are on-demand.</p>"
    offers = read(page(intro + table("GPU|Price/GPU/h", "B200|$4.60"))).offers
    assert [o.pricing_model for o in offers] == ["on_demand"]


def test_a_name_leads_a_list_of_models_and_a_sentence_may_follow_it() -> None:
    lines = ["H100: $2.49/hr on-demand | $1.49/hr spot", "Price: $2.49/hr (spot $1.49/hr). 16 GB of memory."]
    for line in lines:
        offers = read(page(f"<h3>H100</h3><ul><li>{line}</li></ul>")).offers
        assert [(str(o.price), o.pricing_model) for o in offers] == [("2.49", "on_demand"), ("1.49", "spot")]


def test_prices_for_days_grow_with_them() -> None:
    rows = table("GPU|1 day|7 days|30 days", "1 × RTX 3090|$9|$56|$189", "4 × RTX 3090|$34|$215|$720")
    units = [(o.pricing_model, str(o.price), o.price_unit) for o in read(page(rows)).offers][:3]
    assert units == [("on_demand", "9", "day"), ("reserved", "56", "week"), ("reserved", "189", "month")]


def test_one_price_for_a_family_of_like_names_is_none() -> None:
    card = "<div><h3>Ada family</h3><p>L4, L40, L40S</p><p>From $0.49 per GPU-hour</p></div>"
    assert not read(page(card)).offers


def test_columns_of_tiers_and_of_numbers_of_an_accelerator() -> None:
    tiers = table("GPU|Standard|Priority", "T4|0.40|0.60") + "<p>Prices in USD per GPU hour.</p>"
    assert [str(o.price) for o in read(page(tiers)).offers] == ["0.40", "0.60"]
    numbers = table("Size|H100s|Price/hr", "Pod|8|$18.00", "Half|4|$9.00")
    assert [(facts(o)[1], str(o.price)) for o in read(page(numbers)).offers] == [(8, "18.00"), (4, "9.00")]

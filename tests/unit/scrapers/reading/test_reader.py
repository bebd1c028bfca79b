"""Pages of every shape, read by meaning: what each says is what its words mean, whatever its tags."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from scrapers.model import Hints, Offer, Page
from scrapers.reading.account import Account
from scrapers.reading.reader import read_page


def read(content: str, hints: Hints = Hints()) -> Account:  # noqa: B008 -- frozen
    return read_page(Page("", "https://x", datetime(2026, 11, 1, tzinfo=UTC), content=content.encode()), hints)


def page(body: str, lang: str = "en") -> str:
    return f'<html lang="{lang}"><body>{body}</body></html>'


def table(*rows: str) -> str:
    cells = [row.split("|") for row in rows]
    head = "".join(f"<th>{cell}</th>" for cell in cells[0])
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in cells[1:])
    return f"<table><tr>{head}</tr>{body}</table>"


def facts(offer: Offer) -> tuple[object, ...]:
    return (
        offer.gpu_label,
        offer.gpu_count,
        offer.pricing_model,
        offer.term_months,
        str(offer.price),
        offer.price_unit,
    )


def test_columns_say_model_and_term() -> None:
    account = read(
        page(
            table(
                "GPU|VRAM|On-demand|Spot|1 year|3 years",
                "NVIDIA H100|80 GB|$2.99/GPU/hr|$1.20/GPU/hr|$2.10/GPU/hr|$1.80/GPU/hr",
            )
        )
    )
    assert [facts(o)[2:] for o in account.offers] == [
        ("on_demand", None, "2.99", "gpu_hour"), ("spot", None, "1.20", "gpu_hour"),
        ("reserved", 12, "2.10", "gpu_hour"), ("reserved", 36, "1.80", "gpu_hour"),
    ]  # fmt: skip
    assert account.is_whole and {e.verdict for e in account.entries} == {"emitted"}


@pytest.mark.parametrize(
    ("body", "lang", "price", "unit", "currency"),
    [
        (table("GPU|Preis pro Stunde", "1x H100|2,49 €"), "de", "2.49", "instance_hour", "EUR"),
        (table("GPU|Prix", "1x H100|2,49 € / heure"), "fr", "2.49", "instance_hour", "EUR"),
        (table("GPU型号|价格", "1x H100|21.54元/小时"), "zh-CN", "21.54", "instance_hour", "CNY"),
        (table("GPU|月額料金", "1x H100|５９１，８００円"), "ja", "591800", "month", "JPY"),
        (table("GPU|Цена за час", "1 × H100|1 946,04 ₽"), "ru", "1946.04", "instance_hour", "RUB"),
        (table("GPU|Price per second", "1x H100|$0.001"), "en", "0.001", "instance_second", "USD"),
        (table("GPU|Price per minute", "1x H100|$0.05"), "en", "0.05", "instance_minute", "USD"),
        (table("GPU|Per year", "1x H100|$20,000"), "en", "20000", "year", "USD"),
    ],
)  # fmt: skip
def test_units_and_languages(body: str, lang: str, price: str, unit: str, currency: str) -> None:
    (offer,) = read(page(body, lang)).offers
    assert (str(offer.price), offer.price_unit, offer.currency) == (price, unit, currency)


def test_a_transposed_table_and_a_head_of_two_rows() -> None:
    turned = read(page(table("|NVIDIA H100|NVIDIA A100", "VRAM|80 GB|80 GB", "Price per hour|$2.99|$1.79")))
    assert [(o.gpu_label, str(o.price), o.gpu_memory) for o in turned.offers] == [
        ("NVIDIA H100", "2.99", "80 GB"), ("NVIDIA A100", "1.79", "80 GB"),
    ]  # fmt: skip
    heads = "<tr><th rowspan=2>GPU</th><th colspan=2>Price per GPU per hour</th></tr><tr><th>On-demand</th><th>1 year</th></tr>"
    two = read(page(f"<table><thead>{heads}</thead><tr><td>H100</td><td>$2.99</td><td>$2.10</td></tr></table>"))
    assert [(o.pricing_model, o.term_months, o.price_unit) for o in two.offers] == [
        ("on_demand", None, "gpu_hour"), ("reserved", 12, "gpu_hour"),
    ]  # fmt: skip


def test_a_heading_or_a_tab_names_what_no_cell_does() -> None:
    by_heading = read(page("<h3>NVIDIA A40</h3>" + table("Name|GPUs|Price / h", "Small|1|$1.20", "Huge|8|$9.60")))
    assert [(o.gpu_label, o.gpu_count, str(o.price)) for o in by_heading.offers] == [  # type: ignore[comparison-overlap]
        ("NVIDIA A40", 1, "1.20"), ("NVIDIA A40", 8, "9.60"),
    ]  # fmt: skip
    tab = (
        '<button id="t">8x</button><div role="tabpanel" aria-labelledby="t">'
        + table("|Price/GPU/hr", "NVIDIA H100|$2.99")
        + "</div>"
    )
    assert [o.gpu_count for o in read(page(tab)).offers] == [8]


def test_boxes_are_rows_and_a_copy_for_small_screens_is_one() -> None:
    head = "<div class=h><div>GPU</div><div>VRAM</div><div>Per hour</div></div>"
    rows = "".join(
        f"<div class=r><div>{g}</div><div>{m}</div><div>{p}</div></div>"
        for g, m, p in [("L4", "24GB", "$0.70"), ("H100", "80GB", "$3.30")]
    )
    assert [str(o.price) for o in read(page(f"<section>{head}{rows}</section>")).offers] == ["0.70", "3.30"]
    card = "<div><h3>NVIDIA H100</h3><div>$4.24</div><div><h3>NVIDIA H100</h3><p>On-Demand Price: $4.24 / Hour Spot Price: $1.71 / Hour</p></div></div>"
    assert sorted((o.pricing_model, str(o.price)) for o in read(page(card)).offers) == [
        ("on_demand", "4.24"),
        ("spot", "1.71"),
    ]


def test_cards_keep_to_themselves() -> None:
    cards = [
        f"<div class=card><h3>{g}</h3><p>{p}</p></div>"
        for g, p in [("NVIDIA H100", "$4 / hr"), ("Blackwell Platform", "$10 / hr")]
    ]
    account = read(page("".join(cards)))
    assert [(o.gpu_label, str(o.price)) for o in account.offers] == [("NVIDIA H100", "4")]
    assert [e.text for e in account.unexplained] == ["$10 / hr"]


def test_two_products_never_answer_for_each_other() -> None:
    machines = "<h3>GPU machines</h3>" + table("GPU|On-demand", "NVIDIA H100|$3.00/GPU-hr", "NVIDIA B200|Talk to us")
    endpoints = "<h3>Hosted model endpoints</h3>" + table(
        "GPU|Price per hour", "NVIDIA H100|$5.00", "NVIDIA B200|$9.00"
    )
    offers = read(page(machines + endpoints)).offers
    assert {(o.gpu_label, o.product, o.pricing_model, o.price_status, str(o.price)) for o in offers} == {
        ("NVIDIA H100", "machine", "on_demand", "priced", "3.00"), ("NVIDIA B200", "machine", "on_demand", "contact_sales", "None"),
        ("NVIDIA H100", "endpoint", "inference", "priced", "5.00"), ("NVIDIA B200", "endpoint", "inference", "priced", "9.00"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (table("Volume|Price", "SSD|$0.10/GB/mo"), "a price per GB"),
        (table("GPU|Storage price", "NVIDIA H100|$0.10"), "a price of another part of the machine"),
        (table("GPU|Setup fee", "NVIDIA H100|$99"), "a fee paid once"),
        (table("GPU|AWS price per hour", "NVIDIA H100|$12.25"), "a price of AWS, in a comparison"),
        ("<div><h3>NVIDIA H100</h3><p><s>$4.00</s></p></div>", "struck out"),
        (
            "<div><h3>NVIDIA H100</h3><p>Save $500 today</p></div>",
            "a discount, a credit, a former price or another sum",
        ),
        ("<nav><a>H100 from $2.00/hr</a></nav>", "in a menu, a banner or the page's foot"),
        (table("GPU|Price per hour", "NVIDIA H100|$1.50 - $2.00"), "one end of a range"),
    ],
)
def test_what_is_no_price_is_explained(body: str, reason: str) -> None:
    account = read(page(body))
    assert account.offers == [] and {e.reason for e in account.entries} == {reason} and account.is_whole


def test_a_floor_is_a_floor() -> None:
    (offer,) = read(page("<div><h3>NVIDIA L40S</h3><p>Pricing starts at $1.00 per hour</p></div>")).offers
    assert offer.is_floor and str(offer.price) == "1.00"


def test_the_same_price_at_any_size_is_per_gpu_and_a_growing_one_is_not() -> None:
    same = read(page(table("GPUs|Price per hour", "1x NVIDIA H100|$2.99", "8x NVIDIA H100|$2.99"))).offers
    assert {o.price_unit for o in same} == {"gpu_hour"}
    growing = read(page(table("GPUs|Price per hour", "1x NVIDIA H100|$2.99", "8x NVIDIA H100|$23.92"))).offers
    assert {o.price_unit for o in growing} == {"instance_hour"}


def test_a_cluster_whose_hour_may_be_of_one_gpu_has_no_price() -> None:
    account = read(page(table("Plan|GPU count|Price per hour", "NVIDIA B200|16|$9.86")))
    assert account.offers == [] and "of one GPU or of all 16" in account.unexplained[0].reason


def test_a_month_that_repeats_the_hour_is_explained_and_a_cheaper_one_is_a_commitment() -> None:
    offers = read(page(table("GPU|Hourly|Monthly", "1x H100|$2.00|$1,460", "1x A100|$1.00|$500"))).offers
    assert [(o.gpu_label, o.pricing_model, o.term_months, str(o.price)) for o in offers] == [
        ("H100", "on_demand", None, "2.00"), ("A100", "on_demand", None, "1.00"), ("A100", "reserved", 1, "500"),
    ]  # fmt: skip


def test_a_part_of_a_gpu_is_counted_as_one() -> None:
    (offer,) = read(page(table("GPU|GPU share|Hourly", "NVIDIA A16|1/8 GPU|$0.059"))).offers
    assert offer.gpu_count == Decimal("0.125")


def test_two_prices_for_one_thing_are_none_and_the_page_says_so() -> None:
    account = read(
        page(table("GPU|Price per hour", "NVIDIA H100|$2.00") + table("GPU|Price per hour", "NVIDIA H100|$3.00"))
    )
    assert account.offers == [] and {e.reason for e in account.unexplained} == {"two prices for the same thing"}


@pytest.mark.parametrize(
    ("words", "currency"),
    [
        ("All prices in CAD.", "CAD"),
        ("", "USD"),
        ("Prices are in Australian dollars", "AUD"),
        ("prices in USD. prices in CAD.", ""),
    ],
)
def test_what_a_dollar_is(words: str, currency: str) -> None:
    (offer,) = read(page(f"<p>{words}</p>" + table("GPU|Price per hour", "NVIDIA H100|$2.00"))).offers
    assert offer.currency == currency


def test_markdown() -> None:
    account = read(
        "# GPU pricing\n\n| GPU | Price per hour |\n|---|---|\n| 1x H100 | \\$2.99 |\n\nStorage is \\$0.10 per GB.\n"
    )
    assert [facts(o) for o in account.offers] == [("H100", 1, "on_demand", None, "2.99", "instance_hour")]


def test_data_of_any_shape() -> None:
    linked = '{"@type": "Offer", "name": "2x NVIDIA A100 80GB", "price": "5.20", "priceCurrency": "EUR", "priceSpecification": {"unitCode": "HUR"}}'
    (offer,) = read(page(f'<script type="application/ld+json">{linked}</script>')).offers
    assert (offer.gpu_count, str(offer.price), offer.currency, offer.price_unit) == (2, "5.20", "EUR", "instance_hour")  # type: ignore[comparison-overlap]
    nested = '{"items": [{"name": "NVIDIA H100", "gpus": 8, "prices": [{"hourlyPrice": 24.0}, {"spotHourlyPrice": 9.6}]}, {"name": "cpu.large", "hourlyPrice": 0.1}]}'
    account = read(nested)
    assert [(o.gpu_count, o.pricing_model, str(o.price)) for o in account.offers] == [  # type: ignore[comparison-overlap]
        (8, "on_demand", "24.0"),
        (8, "spot", "9.6"),
    ]
    cents = '[{"gpu": "H100", "price_cents_per_hour": 273}]'
    assert [str(o.price) for o in read(cents).offers] == ["2.73"]
    assert "dollars or cents" in read('[{"gpu": "H100", "hourly_price": 273}]').unexplained[0].reason
    keyed = '{"currency": "USD", "unit": "hour", "gpus": {"h100_x1": 2.49, "l40s_x2": 2.98}}'
    assert [(o.gpu_count, str(o.price)) for o in read(keyed).offers] == [(1, "2.49"), (2, "2.98")]  # type: ignore[comparison-overlap]


def test_an_amount_of_data_that_nobody_read_is_unexplained() -> None:
    account = read('{"gpus": [{"model": "H100", "cost": 2.5}]}')
    assert account.offers == [] and account.unexplained


def test_a_react_stream_is_read_as_the_page_that_it_describes() -> None:
    stream = '["$","div",null,{"children":[["$","h3",null,{"children":"NVIDIA H200"}],["$","p",null,{"children":["$$3.62","/hr"]}]]}]'
    assert [(o.gpu_label, str(o.price)) for o in read(stream.replace('"', '\\"')).offers] == [("NVIDIA H200", "3.62")]


def test_every_offer_names_the_words_and_the_place_it_was_read_from() -> None:
    (offer,) = read(
        page("<h2>On-demand machines</h2>" + table("GPU|Price per GPU per hour", "NVIDIA H100|$2.00"))
    ).offers
    assert "per GPU: the title; unit: the title; model: the heading; at /html/body/table/tr[2]/td[2]" in offer.text


@pytest.mark.parametrize(
    "content", ["", "<", "<html>", "{", "[]", "null", "<table><tr><td colspan=9999999>$1</td></tr></table>", "\x00\xff"]
)
def test_a_page_that_holds_nothing_is_no_crash(content: str) -> None:
    assert read(content).offers == []


def test_the_account_names_disputed_prices_in_the_order_of_the_page() -> None:
    cards = ("H100", "A100", "L40S", "T4", "V100", "H200", "B200")
    rows = [f"NVIDIA {card}|${n}.10" for card in cards for n in (1, 2)]
    account = read(page(table("GPU|Price per GPU per hour", *rows)))
    data = read(
        '{"gpus": [' + ",".join(f'{{"gpu": "{c}", "hourlyPrice": {n}.1}}' for c in cards for n in (1, 2)) + "]}"
    )
    assert account.offers == data.offers == []
    disputed = [e.text for e in data.entries if e.reason == "two prices for the same thing"]
    firsts = [int(e.path.split("[")[1].split("]")[0]) for e in data.entries if e.text in disputed]
    assert firsts[len(cards) :] == [2 * n for n in range(len(cards))], "the first of each, as the page has them"


def test_a_part_of_a_page_that_begins_amid_a_table_keeps_its_titles() -> None:
    rows = "<th>GPU</th><th>GPUs</th><th>Price</th></tr></thead><tbody><tr><td>H100</td><td>8</td><td>$16/h</td></tr></tbody></table>"
    (offer,) = read(rows).offers
    assert facts(offer) == ("H100", 8, "on_demand", None, "16", "instance_hour")

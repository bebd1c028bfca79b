"""Plans of one GPU in several sizes, lists in sentences, and more ways in which tables and languages state a price."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.unit.scrapers.reading.test_reader import facts, page, read, table


def sizes(body: str, lang: str = "en") -> list[tuple[str, object, str]]:
    return [(o.gpu_label, o.gpu_count, str(o.price)) for o in read(page(body, lang)).offers]


@pytest.mark.parametrize(
    "plan",
    [
        "<div><h4>{n} GPUs</h4><p>26 vCPU</p><p>${price}/h</p></div>",
        "<div><h4>Plan {price}</h4><p>{n}x GPU</p><p>26 vCPU</p><p>${price}/h</p></div>",
        "<div><b>{n} GPUs</b><span>26 vCPU</span><span>${price}/h</span></div>",
    ],
)
def test_plans_of_the_gpu_that_the_heading_names(plan: str) -> None:
    plans = "".join(plan.format(n=n, price=price) for n, price in [(2, "4.80"), (8, "19.20")])
    assert sizes(f"<h1>NVIDIA H100 instances</h1><div>{plans}</div>") == [
        ("NVIDIA H100 instances", 2, "4.80"), ("NVIDIA H100 instances", 8, "19.20"),
    ]  # fmt: skip


def test_a_sentence_that_is_a_list() -> None:
    body = "<p>Rates: H100 $1.99/hr, A100 80GB $1.09/hr, L4 $0.40/hr.</p>"
    assert [(label, price) for label, _, price in sizes(body)] == [
        ("H100", "1.99"),
        ("A100 80GB", "1.09"),
        ("L4", "0.40"),
    ]
    assert sizes("<p>AWS asks more: H100 $6.98/hr, A100 $4.10/hr, L4 $0.80/hr.</p>") == []


def test_a_dash_between_name_and_amount_is_no_minus() -> None:
    assert [price for *_, price in sizes("<p>A100 80GB - $1.09/hr</p><p>L40S 48GB - $0.69/hr</p>")] == ["1.09", "0.69"]


def test_a_rebate_in_the_title_of_a_commitment() -> None:
    offers = read(page(table("GPU|Pay as you go|1-year commitment (25% off)", "1x A100|$2.00/hr|$1.50/hr"))).offers
    assert [facts(o)[2:5] for o in offers] == [("on_demand", None, "2.00"), ("reserved", 12, "1.50")]


def test_terms_right_before_other_signs() -> None:
    offers = read(
        page(table("GPU|月額(1ヶ月契約)|月額(12ヶ月契約)", "NVIDIA A100 × 1|198,000円|168,000円"), "ja")
    ).offers
    assert [facts(o)[2:] for o in offers] == [("reserved", 1, "198000", "month"), ("reserved", 12, "168000", "month")]
    (offer,) = read(page(table("GPU|1日あたりの料金", "RTX 3090 × 1|1,200円"), "ja")).offers
    assert offer.price_unit == "day"


def test_ten_thousands() -> None:
    (offer,) = read(page(table("机型|租金", "A800 NVLink 8卡|3.8万元/月/台"), "zh")).offers
    assert (f"{offer.price:.0f}", offer.currency, offer.price_unit, offer.gpu_count) == (
        "38000",
        "CNY",
        "month",
        Decimal(8),
    )


def test_dots_of_currencies_without_hundredths() -> None:
    (offer,) = read(page(table("GPU|Giá (VND/giờ)", "1x NVIDIA A30|20.000"), "vi")).offers
    assert (str(offer.price), offer.currency) == ("20000", "VND")


def test_a_part_beside_the_name() -> None:
    body = table(
        "GPU|Type|VRAM|$/sec", "NVIDIA A100|Shared (1/2 GPU)|40 GB|0.000745", "NVIDIA A100|Dedicated|80 GB|0.001491"
    )
    assert [str(o.gpu_count) for o in read(page(body)).offers] == ["0.5000000000", "1"]


def test_the_words_of_a_description_say_more_than_a_type() -> None:
    (offer,) = read(page(table("Resource shape|Description|Price", "gpu.8xh100|8 x H100 GPU|$26.40/hr"))).offers
    assert (offer.gpu_label, offer.gpu_count, offer.instance) == ("H100 GPU", Decimal(8), "gpu.8xh100")


def test_numbers_like_the_prices_beside_them_leave_the_page_partial() -> None:
    body = "<p>All prices in EUR per hour</p>" + table(
        "Flavor|GPU|Flex|Reserved 12 months", "p2|1 × NVIDIA V100|3.28|2.10"
    )
    account = read(page(body))
    assert [str(o.price) for o in account.offers] == ["2.10"]
    assert [e.text for e in account.unexplained] == ["Flex: 3.28"]


def test_how_often_is_no_unit() -> None:
    body = (
        table("Model|GPU price (USD)", "NVIDIA T4|$0.35 per GPU")
        + "<p>Prices are per hour.</p><p>Prices change once a day.</p>"
    )
    assert [o.price_unit for o in read(page(body)).offers] == ["gpu_hour"]


def test_a_column_of_units_in_russian() -> None:
    (offer,) = read(page(table("Наименование|Ед. изм.|Цена, руб.", "GPU NVIDIA T4|шт./час|35,50"), "ru")).offers
    assert (str(offer.price), offer.price_unit) == ("35.50", "gpu_hour")


def test_a_column_in_another_currency_repeats_the_first() -> None:
    account = read(page(table("GPU|INR / hour|USD / hour", "1x H100|₹262|$3.10")))
    assert [o.currency for o in account.offers] == ["INR"]
    assert "the same price in another currency" in {e.reason for e in account.entries}


def test_a_question_in_data_names_no_offer() -> None:
    data = '{"@type":"Question","name":"How much does an A100 cost?","acceptedAnswer":{"text":"About $4.10 per hour."}}'
    assert sizes(f'<script type="application/ld+json">{data}</script><p>H100: $2.30/hr</p>') == [("H100", 1, "2.30")]


def test_counts_that_lead_the_lines_of_a_card() -> None:
    offers = sizes("<h3>RTX A6000</h3><p>1x: $0.49/hr</p><p>4x: $1.96/hr</p><h3>L40S</h3><p>1x: $0.86/hr</p>")
    assert [(count, price) for _, count, price in offers] == [(1, "0.49"), (4, "1.96"), (1, "0.86")]


def test_sections_of_two_kinds_of_machines_are_told_apart() -> None:
    body = "".join(f"<h2>{kind}</h2>{table('GPU|Price/hr', f'8x H100|{price}')}" for kind, price in [("Virtual machines", "$20.00"), ("Bare metal", "$22.00")])  # fmt: skip
    assert [o.instance for o in read(page(body)).offers] == ["8x H100, Virtual machines", "8x H100, Bare metal"]
    other = body.replace("Virtual machines", "First").replace("Bare metal", "Second")
    assert read(page(other)).offers == []


def test_a_card_without_its_line_is_the_same_card() -> None:
    (offer,) = read(page(table("产品|配置|月租金", "4090整机|8卡 RTX 4090 24G|¥9,000/月"), "zh")).offers
    assert offer.gpu_count == 8

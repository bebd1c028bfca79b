"""Layouts of providers' own pages: shops, sheets, docs and price lists, and what each of their cells is the price of."""

from __future__ import annotations

import json

import pytest

from tests.unit.scrapers.reading.test_reader import page, read, table


def prices(content: str) -> list[tuple[object, ...]]:
    return [(o.gpu_count, o.pricing_model, o.term_months, str(o.price), o.price_unit) for o in read(content).offers]


def test_a_span_of_numbers_is_of_one_or_of_nobody_knows_how_many() -> None:
    (offer,) = read(page(table("Blib|GPU|Preis", "Erkunder|1–6× RTX A4000 16 GB|€0.22/h"), "de")).offers
    assert offer.gpu_count == 1 and offer.is_floor
    account = read(page(table("Plan|GPU|Price", "Big|2–8× H100|$6.00/hr")))
    assert not account.offers and not account.is_whole


def test_another_currency_behind_the_unit_repeats_the_price() -> None:
    (offer,) = read(page(table("GPU|On-Demand", "H100 80GB|₹249/hr ($2.80)"))).offers
    assert (str(offer.price), offer.currency) == ("249", "INR")


def test_sums_of_hours_beside_the_price_of_one() -> None:
    account = read(page(table("方案|每小时计算费|5 小时情景", "2× RTX 3090|¥2.64|¥13.20"), "zh"))
    assert [str(o.price) for o in account.offers] == ["2.64"] and account.is_whole


def test_a_number_behind_a_comma_counts() -> None:
    rows = (
        "p2s|8vCPUs,64GiB,1 * NVIDIA Tesla V100|27.53|13,216",
        "p2s8|64vCPUs,512GiB,8 * NVIDIA Tesla V100|220.24|105,728",
    )
    account = read(page(table("规格名称|规格参数|按需(元/小时)|包月(元/月)", *rows), "zh"))
    assert [o.gpu_count for o in account.offers] == [1, 1, 8, 8] and account.is_whole


def test_cores_behind_a_slash_are_no_part_of_a_card() -> None:
    card = "<div><b>推理型</b><p>NVIDIA T4 16G*1 / 8核31G</p><p>¥1694/月</p></div>"
    (offer,) = read(page(f"<h1>GPU</h1>{card}", "zh")).offers
    assert offer.gpu_count == 1 and "核" not in offer.gpu_label


@pytest.mark.parametrize(("count", "n"), [("2 карты", 2), ("1 видеокарта", 1), ("4 Grafikkarten", 4)])
def test_cards_are_counted_in_other_languages(count: str, n: int) -> None:
    body = f"<div><h3>GPU A5000</h3><ul><li>16 CPU</li><li>{count}</li></ul><p>88 руб/час</p></div>"
    assert [o.gpu_count for o in read(page(body, "ru")).offers] == [n]


def test_parts_below_a_row_that_names_the_machine() -> None:
    rows = (
        "<b>AMD EPYC with NVIDIA A100</b>||",
        "1 GPU|237,60 ₽|—",
        "100% vCPU|1,53 ₽|0,46 ₽",
        "RAM (за 1 ГБ)|0,41 ₽|—",
    )
    account = read(page(table("Ресурс|Цена за 1 час|Цена прерываемой ВМ за 1 час", *rows), "ru"))
    assert [str(o.price) for o in account.offers] == ["237.60"] and account.is_whole


def test_a_sign_with_its_unit_says_more_than_the_cycle_beside_it() -> None:
    titles = "Видеокарта|Цена, ₽/час|При оплате за неделю, ₽/час|При оплате за месяц, ₽/час"
    account = read(page(table(titles, "1 x RTX 4090|91,50|82,40|73,20"), "ru"))
    assert [(o.pricing_model, o.term_months, o.price_unit) for o in account.offers] == [
        ("on_demand", None, "instance_hour"), ("reserved", None, "instance_hour"), ("reserved", 1, "instance_hour"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("title", "amount", "unit"),
    [
        ("按小时", "1.89", "gpu_hour"),
        ("按天", "41.5", "gpu_day"),
        ("按周", "278", "gpu_week"),
        ("按月", "1100", "gpu_month"),
    ],
)
def test_by_the_day_and_by_the_week(title: str, amount: str, unit: str) -> None:
    account = read(page(table(f"显卡型号|{title}", f"RTX 3090|{amount} 元"), "zh"))
    assert [o.price_unit for o in account.offers] == [unit]


def test_by_the_month_in_two_letters() -> None:
    assert prices(page(table("GPU|Price", "2x NVIDIA L40S|€ 1,849.00 p/m"))) == [
        (2, "on_demand", None, "1849.00", "month")
    ]


def test_a_card_with_a_foot_of_its_own() -> None:
    """Shops close each product with a footer that holds its price."""
    card = "<div class=product><header><span>{}</span></header><div><p>128GB RAM<br>GPU: {}</p></div><footer><div>Starting from<br><span>${} USD</span><br>Monthly</div><a>Order Now</a></footer></div>"
    cards = card.format("Pro", "RTX A5000", "269.00") + card.format("Multi", "3 x RTX A6000", "899.00")
    account = read(page(f"<h1>GPU servers</h1><div>{cards}</div>"))
    assert [f"{o.gpu_count} {o.price}" for o in account.offers] == ["1 269.00", "3 899.00"]


def test_a_published_sheet() -> None:
    letters = "<tr><th></th><th>A</th><th>B</th><th>C</th></tr>"
    rows = ("GPU Model|VRAM|$/hr", "RTX 3080|10GB|0.18", "RTX 3090|24GB|0.26")
    body = "".join(
        f"<tr><th>{n}</th>" + "".join(f"<td>{c}</td>" for c in row.split("|")) + "</tr>"
        for n, row in enumerate(rows, 1)
    )
    account = read(page(f"<h1>GPU price list in USD</h1><table><thead>{letters}</thead><tbody>{body}</tbody></table>"))
    assert [str(o.price) for o in account.offers] == ["0.18", "0.26"]


def test_columns_of_subscriptions() -> None:
    account = read(page(table("GPU|Hobby Price per Hour|Pro Price per Hour", "A100|$4.99|$3.99")))
    assert [(o.instance, str(o.price)) for o in account.offers] == [("A100 Hobby", "4.99"), ("A100 Pro", "3.99")]


def test_spans_of_days_beside_the_hour() -> None:
    rows = ("NVIDIA HGX H100|$2.99|$2.50|$2.20", "NVIDIA HGX B200|$5.50|$4.50|$4.00")
    account = read(page(table("Hardware|Hourly|1–6 days|1–12 weeks", *rows)))
    assert {o.price_unit for o in account.offers} == {"gpu_hour"} and len(account.offers) == 6


def test_a_year_by_the_month_beside_the_hour() -> None:
    account = read(page(table("GPU|Hourly|Monthly|1 year", "A30|€ 0,94|€ 688|€ 516", "H100|€ 3,23|€ 2.357|€ 1.768")))
    assert [(o.term_months, str(o.price)) for o in account.offers if o.pricing_model == "reserved"] == [
        (12, "516"), (12, "1768"),
    ]  # fmt: skip


def test_a_headline_says_from_and_the_tiers_below_say_how_much() -> None:
    tiers = "<div><h4>Community</h4><p>$0.34/hr</p></div><div><h4>Secure</h4><p>$0.69/hr</p></div>"
    account = read(page(f"<h1>Rent RTX 4090</h1><p>From $0.34/hr</p><div>{tiers}</div>"))
    assert [(str(o.price), o.is_floor) for o in account.offers] == [("0.34", False), ("0.69", False)]


def test_an_hour_beside_months_by_their_number() -> None:
    item = {"name": "NVIDIA H100 SXM5", "hourlyCost": "2.56", "monthlyCost": {"1": "1794.00", "6": "1570.00"}, "configurations": [{"GPUAmount": 1}, {"GPUAmount": 8}]}  # fmt: skip
    account = read(json.dumps({"currency": "USD", "gpus": [item]}))
    assert {str(o.price) for o in account.offers} == {"2.56", "1794.00", "1570.00"} and account.is_whole


def test_what_is_said_again_in_a_sentence_or_by_a_customer() -> None:
    body = table("GPU|Price per hour", "H100|$2.49") + "<h2>FAQ</h2><p>A one-hour job on an H100 costs $2.49.</p>"
    quote = (
        "<blockquote>“We cut our bill for H100 servers by $400,000 in the first year.” <cite>CTO</cite></blockquote>"
    )
    assert read(page(body + quote)).is_whole


@pytest.mark.parametrize("count", ["4 張", "4张", "4 块", "4 塊"])
def test_cards_are_counted_in_either_script(count: str) -> None:
    account = read(page(table("方案|GPU|每小時費用(新台幣)", f"cm|{count} V100 32GB|NT$ 288"), "zh-TW"))
    assert [o.gpu_count for o in account.offers] == [4]


def test_thousands_of_a_currency_without_cents() -> None:
    (offer,) = read(page(table("GPU|Giá theo giờ", "1 x NVIDIA A40|25.500 đ/giờ"), "vi")).offers
    assert str(offer.price) == "25500"


def test_columns_of_places_that_no_list_has() -> None:
    account = read(page(table("GPU|Da Nang|Singapore|Tokyo", "NVIDIA H100|$2.54/hour|$2.90/hour|$3.10/hour")))
    assert [(o.region, str(o.price)) for o in account.offers] == [
        ("Da Nang", "2.54"), ("Singapore", "2.90"), ("Tokyo", "3.10"),
    ]  # fmt: skip


def test_months_of_a_commitment_are_its_term_and_no_price() -> None:
    months = [
        {"period": "monthly", "amount": str(2500 - 50 * n), "currency": "EUR", "commitment_months": n} for n in (1, 12)
    ]
    item = {
        "gpu": "NVIDIA H100 80GB",
        "gpu_count": "1",
        "prices": [{"period": "hourly", "amount": "3.90", "currency": "EUR"}, *months],
    }
    account = read(json.dumps({"items": [item]}))
    assert [o.term_months for o in account.offers] == [None, 1, 12] and account.is_whole


def test_a_setup_fee_as_high_as_the_month() -> None:
    body = "<div><h2>HGR-AI</h2><ul><li>GPU : 2 × NVIDIA L40S</li></ul><p>1 949,99 € <sup>HT</sup>/mois</p><p>Frais d'installation : 1 949,99 €</p></div>"
    assert [str(o.price) for o in read(page(f"<h1>Serveurs</h1>{body}", "fr")).offers] == ["1949.99"]


def test_tiers_in_the_lines_of_their_prices() -> None:
    body = "<div><div>RTX 4000 Ada</div><div>20 GB VRAM</div><div><div><span>Secure Cloud</span><b>$0.26/hr</b></div><div><span>Community Cloud</span><b>$0.20/hr</b></div></div></div>"
    account = read(page(f"<h1>GPUs</h1>{body}"))
    assert [(o.instance, str(o.price)) for o in account.offers] == [
        ("RTX 4000 Ada Secure Cloud", "0.26"), ("RTX 4000 Ada Community Cloud", "0.20"),
    ]  # fmt: skip


def test_a_calculator_beside_the_rates_heads_none_of_them() -> None:
    calculator = "<div><h2>Estimate your cost</h2><select><option>H100</option></select><p>Hours</p><p>Estimated: $412.30/month</p></div>"
    rates = "<div><div><span>H100</span><span>$0.000944/s</span></div><div><span>L4</span><span>$0.000222/s</span></div></div>"
    account = read(page(calculator + rates))
    assert [str(o.price) for o in account.offers] == ["0.000944", "0.000222"]


def test_hours_of_gpus_count_no_gpus() -> None:
    assert [o.gpu_count for o in read(page("<div><p>RTX 4090 · 720 GPU-hours</p><p>$0.29/hr</p></div>")).offers] == [1]


def test_choices_of_a_calculator_state_rates_and_its_sums_do_not() -> None:
    choices = "".join(
        f"<label class=o><input><span>{gpu}</span><span>${price} /hr</span></label>"
        for gpu, price in [("RTX 4090", "0.29"), ("H100 SXM", "2.60")]
    )
    total = "<div><p>Estimated monthly cost</p><p>$208.80 /mo</p><p>1 × RTX 4090 · 720 GPU-hours</p></div>"
    account = read(page(f"<a>Get $50 free credits</a><h1>GPU pricing calculator</h1><div>{choices}</div>{total}"))
    assert [str(o.price) for o in account.offers] == ["0.29", "2.60"] and account.is_whole


def test_titles_that_span_columns_count_once() -> None:
    head = "<tr><td rowspan=2>实例规格</td><td rowspan=2>GPU</td><td colspan=2>华北</td><td colspan=2>华南</td></tr><tr><td>后付费(元/小时)</td><td>预付费(元/月)</td><td>后付费(元/小时)</td><td>预付费(元/月)</td></tr>"
    account = read(
        page(
            f"<table>{head}<tr><td>gn5</td><td>1*A10-24G</td><td>9.20</td><td>3200</td><td>9.80</td><td>3400</td></tr></table>",
            "zh",
        )
    )
    assert [str(o.price) for o in account.offers] == ["9.20", "3200", "9.80", "3400"]


def test_a_heading_titles_the_one_column_of_bare_amounts() -> None:
    rows = "".join(
        f"<tr><td>{gpu}</td><td>{price}</td></tr>"
        for gpu, price in [("1x NVIDIA A100", "1.60"), ("8x NVIDIA A100", "12.80")]
    )
    account = read(page(f"<h2>GPU rental rates (USD per hour)</h2><table>{rows}</table>"))
    assert [f"{o.gpu_count} {o.price} {o.price_unit}" for o in account.offers] == [
        "1 1.60 instance_hour",
        "8 12.80 instance_hour",
    ]


def test_a_plan_s_name_is_none_of_the_card_s() -> None:
    account = read(page(table("|Pro RTX A6000|Max 2x A100 80GB", "RAM|64 GB|256 GB", "Price per hour|$0.69|$3.20")))
    assert [(o.gpu_label, o.instance) for o in account.offers] == [
        ("RTX A6000", "Pro RTX A6000"),
        ("A100 80GB", "Max 2x A100 80GB"),
    ]


def test_a_card_in_instalments_is_sold() -> None:
    item = "<div><h3>GeForce RTX 4090 24GB</h3><p>1.899,00 €</p><p>oder 52,75 € / Monat in 36 Raten</p><button>In den Warenkorb</button></div>"
    assert not read(page(f"<h1>Grafikkarten</h1>{item}", "de")).offers


def test_an_answer_and_a_banner_repeat_the_table() -> None:
    banner = "<div>新用户注册即送 20 元代金券,RTX 4090 低至 1.5 元/小时</div>"
    account = read(page(banner + table("显卡|显存|价格", "RTX 4090|24GB|1.98元/小时"), "zh"))
    assert [str(o.price) for o in account.offers] == ["1.98"] and account.is_whole
    answer = "<details><summary>How much is an H100?</summary><p>An H100 SXM costs $1.99 per GPU per hour on demand.</p></details>"
    account = read(page(table("GPU|Price", "NVIDIA H100 SXM|$1.99/GPU/hr") + answer))
    assert len(account.offers) == 1 and account.is_whole


def test_a_bound_above_all_names_and_below_all_prices() -> None:
    body = "<h1>Аренда серверов</h1><p>От 25 ₽/час. Почасовая оплата, без обязательств.</p>"
    account = read(page(body + table("Видеокарта|Цена", "1 × RTX 4090|75 ₽/час"), "ru"))
    assert [str(o.price) for o in account.offers] == ["75"] and account.is_whole


def test_a_component_of_mdx_around_a_table() -> None:
    rows = "| Machine | Hardware | Hourly rate |\n| --- | --- | --- |\n| `gpu-t4-s` | 1 x NVIDIA T4 | $0.60 |\n"
    assert [str(o.price) for o in read(f"# Billing\n\n<Table>\n{rows}</Table>\n").offers] == ["0.60"]


def test_a_retail_price_by_the_hour_is_a_rent() -> None:
    item = {"SkuName": "H100-80GB-SXM Spot", "UnitOfMeasure": "1 Hour", "RetailPrice": 1.62, "CurrencyCode": "USD"}
    (offer,) = read(json.dumps([item])).offers
    assert (offer.pricing_model, str(offer.price)) == ("spot", "1.62")
    assert not read(json.dumps([{"name": "NVIDIA H100", "retailPrice": 30000, "currency": "USD"}])).offers


def test_keys_of_commitments_in_short() -> None:
    item = {
        "title": "NVIDIA H100 SXM",
        "onDemand": "$2.40",
        "reserved1Y": "$1.95",
        "reserved6M": "$2.10",
        "unit": "GPU/hour",
    }
    assert [(o.pricing_model, o.term_months) for o in read(json.dumps({"items": [item]})).offers] == [
        ("on_demand", None), ("reserved", 12), ("reserved", 6),
    ]  # fmt: skip


def test_a_card_s_own_line_says_more_than_its_title() -> None:
    body = "<div><b>vGPU-3080</b><div>8 cores</div><div>RTX 3080 10GB</div><p>€ 149 /monthly</p></div>"
    (offer,) = read(page(f"<h1>Servers</h1>{body}")).offers
    assert offer.gpu_label == "RTX 3080 10GB"


def test_a_shared_sign_is_none_of_another_currency_s() -> None:
    """A switch of currencies above a table says nothing of a sign that it does not have."""
    cells = "<span data-cur=usd>$3.50/h</span><span data-cur=eur hidden>€3.20/h</span>"
    body = f"<div><button>USD</button><button>EUR</button></div>{table('GPU|Price', f'NVIDIA H200|{cells}')}"
    assert [(str(o.price), o.currency) for o in read(page(body)).offers] == [("3.50", "USD")]


@pytest.mark.parametrize(
    "billing", ["We bill GPU pods by the minute.", "Per-second billing.", "Charged in 10 minute steps."]
)
def test_how_finely_use_is_billed_is_no_unit_of_prices(billing: str) -> None:
    body = (
        f"<h1>Pods</h1><p>{billing} The table shows the rate for one hour.</p>{table('GPU|Rate', 'RTX 4000 Ada|$0.38')}"
    )
    assert {o.price_unit for o in read(page(body)).offers} <= {"gpu_hour", "instance_hour"}


@pytest.mark.parametrize("title", ["Count", "Aantal", "Cantidad", "Liczba"])
def test_a_column_of_numbers_of_gpus(title: str) -> None:
    rows = ("0.22|RTX 3090|1|24 GB", "1.76|RTX 3090|8|192 GB")
    account = read(page(table(f"$/hr|GPU|{title}|vRAM", *rows)))
    assert [o.gpu_count for o in account.offers] == [1, 8]


def test_words_of_indonesian_and_romanian() -> None:
    account = read(
        page(table("Paket|GPU|Harga per jam|Harga per bulan", "S|1x NVIDIA L40S|Rp 28.500|Rp 17.900.000"), "id")
    )
    assert [(str(o.price), o.price_unit) for o in account.offers] == [("28500", "instance_hour"), ("17900000", "month")]
    (offer,) = read(page(table("Model|GPU|Preț/lună (fără TVA)", "S|NVIDIA RTX 4090|349 EUR"), "ro")).offers
    assert offer.price_unit.endswith("month")


def test_long_titles_and_spaced_thousands_in_a_grid() -> None:
    rows = (
        ("Видеокарта", "Память", "Цена за 1 карту, руб./мес. без НДС"),
        ("NVIDIA A16", "16 ГБ", "15 900"),
        ("NVIDIA L40S", "48 ГБ", "79 000"),
    )
    grid = "".join("<div class=r>" + "".join(f"<div>{cell}</div>" for cell in row) + "</div>" for row in rows)
    assert [str(o.price) for o in read(page(f"<h1>GPU</h1><div>{grid}</div>", "ru")).offers] == ["15900", "79000"]


def test_non_profits_earn_nothing() -> None:
    account = read(
        page(
            table("Resource|Unit|Campus|External non-profit|External for-profit", "A100 GPU|GPU-hour|$0.31|$0.62|$1.05")
        )
    )
    assert [str(o.price) for o in account.offers] == ["1.05"]


def test_a_part_before_a_name_stays_with_it() -> None:
    (offer,) = read(
        page(table("Flavor|Description|Price per hour", "g1.1|1/4 NVIDIA A100 80GB (20 GB), 8 vCPU|$0.34"))
    ).offers
    assert offer.gpu_label == "1/4 A100 80GB"


def test_a_term_in_words_is_no_unit() -> None:
    text = "- **H100 SXM (80 GB)** is $2.19 per GPU per hour on demand, or $1.79 on a one-year contract.\n- **L40S (48 GB)** is $0.89 per GPU per hour on demand, or $0.71 on a one-year contract.\n"
    offers = read(f"# Pricing\n\n{text}").offers
    assert [(o.pricing_model, o.term_months, str(o.price)) for o in offers] == [
        ("on_demand", None, "2.19"), ("reserved", 12, "1.79"), ("on_demand", None, "0.89"), ("reserved", 12, "0.71"),
    ]  # fmt: skip


def test_a_term_between_a_price_and_a_fee_is_the_price_s() -> None:
    body = "<div><h3>Workstation</h3><p>512 GB RAM, 2× RTX 5090</p><p>€1,190 per month, 24-month term, one-time setup €490</p></div>"
    offers = read(page(f"<h1>Hosting</h1>{body}")).offers
    assert [(o.pricing_model, o.term_months, str(o.price)) for o in offers] == [("reserved", 24, "1190")]


def test_a_regular_price_beside_a_deal_in_chinese() -> None:
    account = read(page(table("卡型|原价|活动价|折扣", "RTX 4090|2.58元/小时|1.68元/小时|6.5折"), "zh"))
    assert [str(o.price) for o in account.offers] == ["1.68"]


def test_prices_of_one_hour_day_and_week() -> None:
    items = "".join(
        f"<li>1 {time} – ${price}</li>" for time, price in [("hour", "0.50"), ("day", "10"), ("week", "60")]
    )
    offers = read(page(f"<h1>Rent</h1><div><h3>RTX 4090</h3><ul>{items}</ul></div>")).offers
    assert [o.price_unit.rpartition("_")[2] for o in offers] == ["hour", "day", "week"]

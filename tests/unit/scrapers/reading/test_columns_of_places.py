"""Tables whose columns are places, choices of numbers, and units in other languages. The samples are made up."""

from __future__ import annotations

import json

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


@pytest.mark.parametrize("name", ["A100 40 ГБ × 2", "NVIDIA A100 40 Go x2", "A100 40GB 2卡"])
def test_memory_in_any_letters_stands_before_the_number(name: str) -> None:
    (offer,) = read(page(f"<div><div>{name}</div><div>16 vCPU</div><div>3,10 €/h</div></div>")).offers
    assert (str(offer.gpu_count), offer.price_unit) == ("2", "instance_hour")


def test_a_pod_of_chips_is_no_chip() -> None:
    pod, _ = read(page(table("Accelerator|Price per hour", "TPU_V4 Pod (64 cores)|$51.20", "L4|$0.71"))).offers
    assert (pod.gpu_count, pod.price_unit) == (None, "instance_hour")


def test_hours_of_gpus_are_of_gpus() -> None:
    offers = read(
        page(table("Nœud|GPU|Tarif (€ HT / h.GPU)", "n1|2 × NVIDIA A40|0,45", "n2|4 × NVIDIA L4|0,30"), "fr")
    ).offers
    assert [(str(o.price), o.price_unit) for o in offers] == [("0.45", "gpu_hour"), ("0.30", "gpu_hour")]


@pytest.mark.parametrize("name", ["a2-highgpu-2g", "ml.g5.4xlarge", "g4dn.xlarge", "BM.GPU4.8"])
def test_a_machine_type_of_an_unnamed_accelerator_is_told(name: str) -> None:
    rows = (f"{name}|$2.20", "m7.large|$0.10")
    account = read(
        page(table("Machine type|Price per hour", *rows) + table("GPU|Price per hour", "T4|$0.40", "L4|$0.71"))
    )
    assert [o.gpu_label for o in account.offers] == ["T4", "L4"]
    assert not account.is_whole


def test_a_price_in_data_repeats_another_currency() -> None:
    price = {"USD": {"hour": 0.8, "month": 500}, "BRL": {"hour": 4.4, "month": 2750}}
    data = {"plans": [{"name": "g1", "gpu": {"type": "NVIDIA L4", "count": 1}, "price": price}]}
    account = read(json.dumps(data))
    assert {o.currency for o in account.offers} == {"USD"}
    assert account.is_whole


def test_the_unit_of_data_names_the_pricing_model() -> None:
    pricing = [
        {"unit": "Hourly", "price": 1.9, "currency": "EUR"},
        {"unit": "Spot hourly", "price": 0.9, "currency": "EUR"},
    ]
    offers = read(json.dumps([{"name": "g", "gpus": [{"name": "NVIDIA A30", "count": 1}], "pricing": pricing}])).offers
    assert [(str(o.price), o.pricing_model) for o in offers] == [("1.9", "on_demand"), ("0.9", "spot")]


def test_ea_counts_and_plans_have_sizes() -> None:
    rows = ("g-1|NVIDIA V100 1EA|8EA|2,100원", "g-4|NVIDIA V100 4EA|32EA|8,400원")
    offers = read(page(table("서버|GPU|vCPU|시간 요금", *rows), "ko")).offers
    assert [(str(o.gpu_count), str(o.price)) for o in offers] == [("1", "2100"), ("4", "8400")]
    offers = read(page(table("Template|GPUs|Price / hour", "H200-S|1|€3.10", "H200-L|4|€12.40"))).offers
    assert [(o.gpu_label, str(o.gpu_count)) for o in offers] == [("H200", "1"), ("H200", "4")]


@pytest.mark.parametrize(
    ("words", "language", "currency", "price"),
    [
        ("Стоимость указана в рублях с НДС.", "ru", "RUB", "91,40"),
        ("Os preços são em reais.", "pt", "BRL", "9,80"),
        ("Ceny netto podane w PLN.", "pl", "PLN", "5,90"),
        ("Tous les prix sont affichés en euros.", "fr", "EUR", "0,95"),
        ("Alle Preise verstehen sich in Franken.", "de", "CHF", "0,95"),
    ],
)
def test_a_page_says_the_currency_of_all_its_prices(words: str, language: str, currency: str, price: str) -> None:
    rows = (f"NVIDIA A30|{price}", f"NVIDIA L4|{price}")
    offers = read(page(f"<p>{words}</p>" + table("GPU|Price per hour", *rows), language)).offers
    assert {o.currency for o in offers} == {currency}


def test_yuan_are_dollars_where_the_page_says_so() -> None:
    rows = ("c1|1 (V100-32GB)|82.5|27.5", "c8|8 (V100-32GB)|660|220")
    titles = "型號|GPU|標準價（元/小時）|學研價（元/小時）"
    account = read(page(table(titles, *rows) + "<p>以上價格為新台幣含稅價。</p>", "zh-TW"))
    assert [(str(o.gpu_count), str(o.price), o.currency) for o in account.offers] == [
        ("1", "82.5", "TWD"),
        ("8", "660", "TWD"),
    ]


def test_a_table_ruled_with_long_dashes_is_one() -> None:
    drawn = "型号        显存    单价\n———————————————————\nRTX 3090    24G     1.70\nH800        80G     15.10\n———————————————————\n"
    offers = read(page(f"<p>价格表（单位：元/卡时）</p><pre>{drawn}</pre>", "zh")).offers
    assert [(o.gpu_label, str(o.price), o.price_unit) for o in offers] == [
        ("RTX 3090", "1.70", "gpu_hour"),
        ("H800", "15.10", "gpu_hour"),
    ]


def test_places_below_two_prices_each() -> None:
    head = (
        "<tr><td rowspan=2>规格</td><td rowspan=2>CPU（核）</td><td colspan=2>包月价格（元）</td><td colspan=2>按量价格（元/小时）</td><td rowspan=2>备注</td></tr>"
        "<tr><td>华北-北京<br>华东-上海</td><td>华东-杭州</td><td>华北-北京<br>华东-上海</td><td>华东-杭州</td></tr>"
    )
    rows = "".join(
        f"<tr>{''.join(f'<td>{cell}</td>' for cell in row.split('|'))}</tr>"
        for row in ("g1|12|4100|3050|14.2|10.6|1*P40<br>1*900GB SSD", "g2|24|8200|6100|28.4|21.2|2*P40<br>2*900GB SSD")
    )
    offers = read(page(f"<table>{head}{rows}</table>", "zh")).offers
    hours = [(str(o.gpu_count), str(o.price), o.region) for o in offers if o.price_unit == "instance_hour"]
    assert hours == [
        ("1", "14.2", "华北-北京 华东-上海"), ("1", "10.6", "华东-杭州"), ("2", "28.4", "华北-北京 华东-上海"), ("2", "21.2", "华东-杭州"),
    ]  # fmt: skip


def test_a_heading_compares_the_sellers_of_its_table() -> None:
    rows = ("阿里云|T4|9.9", "腾讯云|T4|8.1", "华为云|T4|9.2")
    heading = "<h1>大模型入门</h1><p>介绍。</p><h4>各厂商的价格进行对比</h4>"
    assert not read(page(heading + table("云服务提供商|GPU 型号|价格（元/小时）", *rows), "zh")).offers


def test_a_stock_in_chinese_is_no_number_of_gpus() -> None:
    card = "<div><p>NVIDIA {0} <span>24GB</span></p><p>可用 {1} 卡</p><p><b>{2}</b> 元/卡时</p></div>"
    offers = read(page(card.format("RTX 4090", 128, "1.75") + card.format("A10", 16, "2.10"), "zh")).offers
    assert [(str(o.gpu_count), str(o.price)) for o in offers] == [("1", "1.75"), ("1", "2.10")]


@pytest.mark.parametrize(
    ("net", "gross"),
    [
        ("s/ IVA", "c/ IVA"),
        ("sin IVA", "con IVA"),
        ("bez DPH", "s DPH"),
        ("exkl. moms", "inkl. moms"),
        ("KDV hariç", "KDV dahil"),
    ],
)
def test_prices_with_tax_in_other_languages(net: str, gross: str) -> None:
    offers = read(
        page(table(f"GPU|Price/h ({net})|Price/h ({gross})", "NVIDIA A30|0,80 €|0,98 €", "NVIDIA A40|1,00 €|1,23 €"))
    ).offers
    assert [str(o.price) for o in offers] == ["0.80", "1.00"]


def test_raised_cents_behind_a_comma() -> None:
    card = "<div><h3>{0}</h3><p>{1}</p><p>64 GB RAM</p><p>{2},<sup>00</sup> €</p><p>pro Monat</p></div>"
    html = card.format("Start", "1x NVIDIA RTX A4000", "169") + card.format("Pro", "8 st NVIDIA L40S", "5.790")
    assert [(str(o.gpu_count), str(o.price)) for o in read(page(html, "de")).offers] == [
        ("1", "169.00"),
        ("8", "5790.00"),
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("刊例价（元/卡/时）", "折扣价（元/卡/时）"),
        ("Listenpreis €/h", "Aktionspreis €/h"),
        ("Prezzo di listino €/ora", "Prezzo scontato €/ora"),
    ],
)
def test_a_list_price_stands_beside_the_reduced_one(old: str, new: str) -> None:
    offers = read(page(table(f"GPU|{old}|{new}", "L40 48GB|6.20|4.10", "A30 24GB|3.10|2.05"))).offers
    assert [str(o.price) for o in offers] == ["4.10", "2.05"]


def test_what_power_costs_is_no_rent() -> None:
    rows = ("H100 PCIe|2,55 €|170 €", "L40S|0,95 €|90 €")
    offers = read(page(table("GPU|Miete pro Stunde|Stromkosten pro Monat", *rows), "de")).offers
    assert [str(o.price) for o in offers] == ["2.55", "0.95"]


def test_days_and_weeks_in_polish() -> None:
    rows = ("S1|1x RTX 3090|40 zł|250 zł|880 zł", "S4|4x RTX 4090|230 zł|1450 zł|4900 zł")
    offers = read(page(table("Serwer|GPU|Cena za dobę|Cena za tydzień|Cena za miesiąc", *rows), "pl")).offers
    assert [o.price_unit.rpartition("_")[2] for o in offers if o.gpu_count == 4] == ["day", "week", "month"]


def test_no_commitment_in_italian() -> None:
    card = "<div><h3>NVIDIA {0}</h3><p>24 GB</p><p>{1} €<small>/ora</small></p><p>con impegno di 12 mesi</p><p>{2} €/ora senza impegno</p></div>"
    offers = read(page(card.format("L4", "0,35", "0,50") + card.format("A30", "0,60", "0,90"), "it")).offers
    assert [(str(o.price), o.pricing_model, o.term_months or 0) for o in offers] == [
        ("0.35", "reserved", 12), ("0.50", "on_demand", 0), ("0.60", "reserved", 12), ("0.90", "on_demand", 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("above", "titles", "rows"),
    [
        ("<h2>Preise pro GPU-Stunde in EUR (netto)</h2>", "Region|L4|A100 80GB", ("Frankfurt|0,71|2,05", "Zürich|0,79|–")),
        ("<h2>GPU</h2><p>Les prix ci-dessous sont en euros HT par GPU et par heure.</p>", "GPU|VRAM|Paris|Varsovie", ("L4|24 Go|0,71|0,79", "A100|80 Go|2,05|-")),
    ],
)  # fmt: skip
def test_what_stands_above_a_table_is_the_unit_of_its_numbers(above: str, titles: str, rows: tuple[str, ...]) -> None:
    offers = read(page(above + table(titles, *rows))).offers
    assert {(o.currency, o.price_unit) for o in offers} == {("EUR", "gpu_hour")}
    assert sorted(str(o.price) for o in offers) == ["0.71", "0.79", "2.05"]


@pytest.mark.parametrize(
    ("titles", "cells", "language"),
    [
        ("Ressurs|Enhet|Pris (eks. mva)", "GPU-time|9,10 kr", "nb"),
        ("Resurssi|Hinta (€ / tunti, alv 0 %)", "1,30", "fi"),
    ],
)
def test_hours_in_norwegian_and_finnish(titles: str, cells: str, language: str) -> None:
    offers = read(page(table(titles, f"NVIDIA A100|{cells}", f"NVIDIA GH200|{cells}"), language)).offers
    assert [o.price_unit for o in offers] == ["gpu_hour", "gpu_hour"]


def test_a_bare_card_in_a_chinese_sentence_is_told() -> None:
    account = read(
        page("<h3>报价</h3><p>4090 单卡 1.8 元/小时，8 卡整机 13 元/小时</p><p>L40 48G：3.50 元/卡时</p>", "zh")
    )
    assert not account.is_whole


def test_a_heading_is_no_title_of_the_rows_below_it() -> None:
    def row(*cells: str) -> str:
        return "<div class=w>" + "".join(f"<div class=c>{cell}</div>" for cell in cells) + "</div>"

    sections = "".join(
        f"<section><h2>{heading}</h2>{row('GPU', 'VRAM', 'Price')}{row('H200', '141 GB', price)}{row('MI300X', '192 GB', other)}</section>"
        for heading, price, other in (
            ("Pay as you go", "€3.15/GPU/hr", "€2.25/GPU/hr"),
            ("Reserved (12 months)", "€2.45/GPU/hr", "Contact us"),
        )
    )
    offers = [o for o in read(page(sections)).offers if o.price]
    assert [(o.gpu_label, o.gpu_memory, str(o.price), o.term_months) for o in offers] == [
        ("H200", "141 GB", "3.15", None), ("MI300X", "192 GB", "2.25", None), ("H200", "141 GB", "2.45", 12),
    ]  # fmt: skip


def test_a_plan_named_for_a_card_is_told_by_the_machine_beside_it() -> None:
    rows = (
        "GPU-3070-S|1 x NVIDIA RTX 3070, 16 Go RAM|0,24 €|105 €",
        "GPU-A100-M|2 x NVIDIA A100, 64 Go RAM|3,80 €|1 900 €",
    )
    offers = read(page(table("Nom|Spécifications|Prix horaire|Prix mensuel plafonné", *rows), "fr")).offers
    assert [(str(o.gpu_count), str(o.price), o.price_unit) for o in offers] == [
        ("1", "0.24", "instance_hour"),
        ("2", "3.80", "instance_hour"),
    ]
    assert "RTX 3070" in offers[0].gpu_label


def test_a_line_of_several_numbers_is_no_item_of_a_list() -> None:
    lines = "型号 显存 按需 包月", "RTX 3090 24G 1.70 1.40", "A100 80G 7.60 6.30", "H800 80G 15.10 12.80"
    assert not read("GPU 价格表（单位：元/卡时）\n\n" + "\n\n".join(lines)).offers

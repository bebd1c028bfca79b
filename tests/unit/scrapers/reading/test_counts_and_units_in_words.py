"""Numbers of cards and units of prices in words: Han numerals, statements of a whole page, terms behind amounts."""

from __future__ import annotations

import pytest

from tests.unit.scrapers.reading.test_reader import facts, page, read, table


@pytest.mark.parametrize(("label", "count"), [("H100 SXM 80G 八卡整机", 8), ("RTX 4090 双卡", 2), ("A100 单卡", 1)])
def test_han_numerals_count_cards(label: str, count: int) -> None:
    (offer,) = read(page(f"<div><h3>{label}</h3><p>月租：6.8万元/台/月</p></div>", "zh-CN")).offers
    assert offer.gpu_count == count
    assert (offer.price_unit, str(offer.price)) == ("month", "68000.0")


@pytest.mark.parametrize(
    ("statement", "lang", "unit"),
    [
        ("Prices vary by region. Prices are in USD per chip-hour.", "en", "gpu_hour"),
        ("All prices are shown per GPU per hour, excluding taxes and all other fees.", "en", "gpu_hour"),
        ("Alle Preise verstehen sich netto pro Stunde und zuzüglich der gesetzlichen Umsatzsteuer.", "de", "instance_hour"),
        ("以下价格均以每小时计算，不含存储与网络费用。以下价格均以每小时计算，不含存储与网络费用。", "zh", "instance_hour"),
    ],
)  # fmt: skip
def test_a_sentence_on_the_whole_page_states_the_unit(statement: str, lang: str, unit: str) -> None:
    prices = table("GPU|On demand", "1x NVIDIA L4|$0.70", "1x NVIDIA L40S|$1.40")
    account = read(page(f"<h1>Pricing</h1><p>{statement}</p><h2>GPUs</h2><h3>A</h3>{prices}", lang))
    assert account.is_whole and [o.price_unit for o in account.offers] == [unit, unit]


def test_prices_that_change_with_time_state_no_unit() -> None:
    body = f"<p>Prices are subject to change every month.</p><h2>GPUs</h2>{table('GPU|Price', '1x NVIDIA L4|$1.40')}"
    assert read(page(body)).offers == []


def test_a_term_behind_the_second_of_two_amounts() -> None:
    text = "NVIDIA H100 (80 GB): $3.20 per hour on-demand, $2.40 per hour with a 1-year commitment"
    account = read(page(f"<ul><li>{text}</li></ul>"))
    assert account.is_whole and [facts(o)[2:5] for o in account.offers] == [
        ("on_demand", None, "3.20"), ("reserved", 12, "2.40"),
    ]  # fmt: skip


def test_lists_in_place_of_rows() -> None:
    def row(*cells: str) -> str:
        return "<ul>" + "".join(f"<li>{cell}</li>" for cell in cells) + "</ul>"

    rows = row("GPU", "メモリ", "月額", "時間") + row("NVIDIA L4 x1", "64GB", "39,930円", "66円/h")
    account = read(page(f"<h1>料金</h1><div>{rows}</div>", "ja"))
    assert account.is_whole and [o.price_unit for o in account.offers] == ["month", "instance_hour"]


@pytest.mark.parametrize(
    "sentence",
    [
        "Machines are priced linearly, e.g. 4 x H100 costs $12.80 per hour.",
        "If you run an A10G for 15 minutes you pay $0.2125.",
        "「H100の学習コストを月額200万円削減できました。」",
    ],
)
def test_examples_in_sentences_are_explained(sentence: str) -> None:
    account = read(page(f"{table('GPU|Price per hour', '1x NVIDIA L4|$0.49')}<p>{sentence}</p>"))
    assert account.is_whole and len(account.offers) == 1


@pytest.mark.parametrize(
    ("label", "read_as"),
    [
        ("RTX 6000 Pro 96GB", "RTX PRO 6000 96GB"),
        ("NVIDIA RTX 5000 PRO", "NVIDIA RTX PRO 5000"),
        ("1× NVIDIA RTX 4090 Pro 48 GB", "NVIDIA RTX 4090 48 GB"),
        ("Trillium", "Trillium"),
    ],
)
def test_pro_behind_a_number(label: str, read_as: str) -> None:
    (offer,) = read(page(table("GPU|Price per hour", f"{label}|$0.49"))).offers
    assert offer.gpu_label.removeprefix("1× ") == read_as


def test_commitments_beside_a_title_with_currency_and_unit() -> None:
    rows = (
        "GPU|Pay-as-you-go (USD/GPU/Hour)|Reserved 1 month|Reserved 12 months",
        "1*H100|2.60|2.36|2.07",
        "8*H100|2.60|2.36|2.07",
    )
    account = read(page(table(*rows)))
    assert account.is_whole and {(o.price_unit, o.currency) for o in account.offers} == {("gpu_hour", "USD")}
    assert [facts(o)[2:5] for o in account.offers][:3] == [
        ("on_demand", None, "2.60"), ("reserved", 1, "2.36"), ("reserved", 12, "2.07"),
    ]  # fmt: skip


def test_an_old_and_a_new_price() -> None:
    account = read(page(table("GPU|Old price|New price", "NVIDIA H100 SXM|$2.99/hr|$2.39/hr")))
    assert account.is_whole and [str(o.price) for o in account.offers] == ["2.39"]
    shop = read(page(table("GPU|Price/hr|New price|Used price", "RTX 3090|$0.22|$1,499|$700")))
    assert [str(o.price) for o in shop.offers] == ["0.22"]


def test_a_currency_alone_heads_prices() -> None:
    tabs = "<div role=tablist><button role=tab aria-controls=h>Stündlich</button><button role=tab aria-controls=m>Monatlich</button></div>"
    panels = "".join(
        f'<div id="{name}" role=tabpanel>{table("Instanz|GPU|CHF exkl. MwSt.", f"gpu1|1× L40S|{price}")}</div>'
        for name, price in (("h", "1.45"), ("m", "890.–"))
    )
    account = read(page(f"<h1>Server</h1><div>{tabs}{panels}</div>", "de-CH"))
    assert account.is_whole and [(o.price_unit, o.currency) for o in account.offers] == [
        ("instance_hour", "CHF"), ("month", "CHF"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "sentence",
    [
        "A team with 64 H100s around the clock saves more than $28,000 per month.",
        "账户余额不足 1 元将自动关机。",
    ],
)
def test_sums_that_one_saves_or_needs(sentence: str) -> None:
    account = read(page(f"{table('GPU|Price per hour', '1x NVIDIA L4|$0.49')}<p>{sentence}</p>"))
    assert account.is_whole and len(account.offers) == 1


def test_a_fee_for_signing_up() -> None:
    card = "<li><h2>4x L40S Server</h2><span>£1,899.00</span> <span>/ month and a £250.00 sign-up fee</span></li>"
    account = read(page(f"<ul>{card}</ul>"))
    assert account.is_whole and [str(o.price) for o in account.offers] == ["1899.00"]


@pytest.mark.parametrize(
    ("statement", "lang"),
    [
        ("Minutengenaue Abrechnung, keine Mindestvertragslaufzeit, alle Preise zzgl. MwSt.", "de"),
        ("最低利用期間はありません。", "ja"),
        ("Без обязательств и контрактов, цены указаны без НДС.", "ru"),
    ],
)
def test_what_needs_no_contract_is_no_commitment(statement: str, lang: str) -> None:
    account = read(page(f"<p>{statement}</p>{table('GPU-Typ|Preis pro Stunde', '1x NVIDIA L40S|1,39 €')}", lang))
    assert account.is_whole and [facts(o)[2:5] for o in account.offers] == [("on_demand", None, "1.39")]


def test_data_of_an_element_has_the_number_of_gpus_that_it_shows() -> None:
    plans = "".join(
        f'<div class=p data-gpu="rtx-4000-ada" data-hourly="{hour}" data-monthly="{month}"><h3>RTX 4000 Ada x{n}</h3>'
        f"<p><span>${hour}</span> <span>/hour</span></p></div>"
        for n, hour, month in ((1, "0.52", "350"), (2, "1.05", "700"))
    )
    account = read(page(f"<h1>GPU plans</h1><div>{plans}</div>"))
    assert account.is_whole
    monthly = [(str(o.gpu_count), str(o.price)) for o in account.offers if o.price_unit != "instance_hour"]
    assert monthly == [("1", "350"), ("2", "700")]


def test_columns_of_customers_in_traditional_chinese() -> None:
    rows = ("型號|GPU|企業用戶|學術用戶", "cm.super|1 × V100 32GB|72|36", "ch.super|1 × H100 80GB|118|59")
    account = read(page(f"<h1>價格</h1><p>單位：新台幣（含稅），以小時計費。</p>{table(*rows)}", "zh-Hant"))
    assert account.is_whole and [(str(o.price), o.currency, o.price_unit) for o in account.offers] == [
        ("72", "TWD", "instance_hour"), ("118", "TWD", "instance_hour"),
    ]  # fmt: skip

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

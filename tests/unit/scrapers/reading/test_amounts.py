"""Amounts as pages print them, and what is none."""

from __future__ import annotations

from decimal import Decimal

import pytest

from scrapers.reading.amounts import bare_amount, find_amounts, find_rates, stated_currency, uses_decimal_comma


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("$2.49/hr", "2.49", "$"), ("US$ 2.10", "2.10", "USD"), ("A$1.99/GPU/hr", "1.99", "AUD"), ("CA$1.99", "1.99", "CAD"),
        ("NT$88", "88", "TWD"), ("R$ 12,50", "12.50", "BRL"), ("$2.49 CAD", "2.49", "CAD"), ("2,49 €", "2.49", "EUR"),
        ("1 100,00 € / mois", "1100.00", "EUR"), ("€ 1 599.00", "1599.00", "EUR"), ("1.100,00 €", "1100.00", "EUR"),
        ("CHF 1'234.50", "1234.50", "CHF"), ("₹180,000", "180000", "INR"), ("₹ 1,45,416/mo", "145416", "INR"),
        ("Rs. 41.31", "41.31", "INR"), ("21.54元/小时", "21.54", "CNY"), ("¥172.32", "172.32", "¥"), ("3,046,120円", "3046120", "JPY"),
        ("1 234,50 руб./час", "1234.50", "RUB"), ("от 120 ₽/час", "120", "RUB"), ("~ $ 0.55", "0.55", "$"), ("$.45", "0.45", "$"),
    ],
)  # fmt: skip
def test_amount_and_currency(text: str, value: str, currency: str) -> None:
    (amount,) = find_amounts(text)
    assert (amount.value, amount.currency, amount.fault) == (Decimal(value), currency, "")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("-$2.00", "a negative amount"), ("$2.5k", "an abbreviated amount"), ("$2·49", "an amount that cannot be read"),
        ("$1.50 - $2.00", "one end of a range"), ("$1.50-2.00/hr", "one end of a range"),
    ],
)  # fmt: skip
def test_no_plain_price(text: str, fault: str) -> None:
    assert {amount.fault for amount in find_amounts(text)} == {fault}


@pytest.mark.parametrize("text", ["H100 80GB", "8x H100", "3.2 Tb/s", "PCIe 4.0 x16", "24/7"])
def test_text_without_money(text: str) -> None:
    assert find_amounts(text) == find_rates(text) == ()


def test_numbers_without_a_sign() -> None:
    assert [rate.value for rate in find_rates("3.24/h or 0.95 per hour, 2/3")] == [Decimal("3.24"), Decimal("0.95")]
    assert (bare := bare_amount("1.576,80")) is not None and bare.value == Decimal("1576.80")
    assert bare_amount("8 GPUs") is None


@pytest.mark.parametrize(
    ("title", "currency"), [("Price USD", "USD"), ("单价（元/小时）", "CNY"), ("руб./час", "RUB"), ("Price", "")]
)
def test_currency_of_a_title(title: str, currency: str) -> None:
    assert stated_currency(title) == currency


def test_decimal_mark_of_a_page() -> None:
    assert uses_decimal_comma(["2,49 €", "1.100,00 €"]) and not uses_decimal_comma(["$2.49", "$1,100.00"])

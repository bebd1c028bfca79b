"""Oracle's products API: GPU meters only, each with its part number, and an error for invalid JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from scrapers.model import LayoutError, Offer, Page
from scrapers.providers.oracle import PROVIDER

Json = dict[str, Any]


def read(content: str | bytes, is_excerpt: bool = False) -> list[Offer]:
    raw = content.encode() if isinstance(content, str) else content
    captured_at = datetime(2026, 9, 20, tzinfo=UTC)
    return list(PROVIDER.parse(Page("oracle", "https://x", captured_at, content=raw, is_excerpt=is_excerpt)))


def product(part: str = "B98415", name: str = "Compute - GPU - H100", *values: str, **facts: Any) -> str:
    prices = ",".join('{"model": "PAY_AS_YOU_GO", "value": %s}' % v for v in values or ("10",))  # noqa: UP031
    rest = {"partNumber": part, "displayName": name, "metricName": "GPU Per Hour", **facts}
    currency = facts.get("currency", "USD")
    localized = f'"currencyCodeLocalizations": [{{"currencyCode": "{currency}", "prices": [{prices}]}}]'
    return json.dumps(rest)[:-1] + f", {localized}}}"


def items(*products: str) -> str:
    return '{"items": [' + ", ".join(products) + "]}"


def test_price_keeps_its_digits() -> None:
    (offer,) = read(items(product("B95909", "Compute  - GPU - A10", "2.10")))
    assert (offer.instance, offer.gpu_label, str(offer.price)) == ("B95909", "A10", "2.10")
    assert (offer.price_unit, offer.pricing_model, offer.price_scope) == ("gpu_hour", "on_demand", "instance")
    assert (offer.currency, offer.region) == ("USD", "global")
    assert "B95909" in offer.text and "2.10" in offer.text


def test_only_the_metric_identifies_a_gpu() -> None:
    mentions = product("B1", "Compute - X9", description="beside NVIDIA GPUs", metricName="OCPU Per Hour")
    assert [o.instance for o in read(items(mentions, product()))] == ["B98415"]


def test_unknown_part_number_keeps_its_printed_name() -> None:
    (offer,) = read(items(product("B999999", "Oracle Cloud Infrastructure - Compute - GPU - X900")))
    assert offer.gpu_label == "X900"
    (offer,) = read(items(product("B999999", "Compute - Accelerator X")))
    assert offer.gpu_label == "Compute - Accelerator X"


def test_other_currency_is_kept() -> None:
    (offer,) = read(items(product(currency="EUR")))
    assert offer.currency == "EUR"


def test_tiers_and_zero_are_not_prices() -> None:
    tiers, zero = product("B1", "GPU - A", "3", "2"), product("B2", "GPU - B", "0")
    (offer,) = read(items(tiers, zero))
    assert (offer.instance, offer.price, offer.price_status) == ("B1", None, "no_price_stated")


def test_repeated_product_is_one_offer() -> None:
    assert len(read(items(product(), product()))) == 1


def test_cut_list_keeps_complete_products_of_an_excerpt_only() -> None:
    whole = items(product("B95909", "GPU - A10", "2"), product("B98415", "GPU - H100", "10.25"))
    cut = whole[: whole.index("10.25") + 3]  # "10." would still look like a price
    assert [(o.instance, o.price) for o in read(cut, is_excerpt=True)] == [("B95909", Decimal(2))]
    with pytest.raises(LayoutError, match="https://x"):
        read(cut)


@pytest.mark.parametrize(
    "content",
    ["", "<html>maintenance</html>", "{}", '{"items": []}', items(product(metricName="OCPU Per Hour")),
     '{"items": [nonsense]}', '{"items": [nonsense, {"a": 1}]}'],
)  # fmt: skip
def test_other_content_is_an_unknown_layout(content: str) -> None:
    with pytest.raises(LayoutError):
        read(content)


def test_shared_list_of_2024(shared: Callable[[str], Path]) -> None:
    offers = read(shared("captures/oracle/2024-01_products.json").read_bytes())
    assert {o.instance: str(o.price) for o in offers} == {
        "B88517": "1.275", "B88518": "1.275", "B89734": "2.95", "B92740": "3.05",
        "B95907": "4", "B95909": "2", "B98415": "10",
    }  # fmt: skip


def test_usd_is_preferred_among_currencies() -> None:
    def block(code: str, value: str) -> Json:
        return {"currencyCode": code, "prices": [{"model": "PAY_AS_YOU_GO", "value": float(value)}]}

    def answer(*blocks: Json) -> list[Offer]:
        meter = {"partNumber": "B98415", "displayName": "GPU - H100", "metricName": "GPU Per Hour"}
        return read(json.dumps([{**meter, "currencyCodeLocalizations": blocks}]))

    assert [(o.currency, str(o.price)) for o in answer(block("EUR", "9.3"), block("USD", "10.5"))] == [("USD", "10.5")]
    assert [(o.currency, str(o.price)) for o in answer(block("EUR", "9.3"))] == [("EUR", "9.3")]

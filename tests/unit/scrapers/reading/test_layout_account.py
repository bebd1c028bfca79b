"""The account of a page that a layout has read: what it leaves out is explained for a reason, a lost price is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from scrapers.model import Hints, Offer, Page, Provider
from scrapers.parsing.embedded_json import values
from scrapers.reading.account import Account
from scrapers.reading.provider_page import read_provider_page

H100 = {"name": "NVIDIA H100", "gpu_count": 1}


def machine(**more: Any) -> dict[str, Any]:
    return H100 | more


def account(data: Any, hints: Hints = Hints(), field: str = "hourly_price", scale: int = 0) -> Account:  # noqa: B008
    """Return the account of data whose layout reads one field of each object of a list, and nothing else."""

    def parse(page: Page) -> Iterator[Offer]:
        for item in (item for item in next(values(page.text())) if "name" in item):
            yield Offer(
                source="list",
                pricing_model="on_demand",
                instance=item.get("id", ""),
                gpu_label=item["name"],
                gpu_count=Decimal(item.get("gpu_count", 1)),
                price=Decimal(str(item[field])).scaleb(-scale) if item.get(field) else None,
                price_unit="instance_hour" if item.get(field) else "",
                price_status="priced" if item.get(field) else "no_price_stated",
                text=str(item),
            )

    provider = Provider("x", "X", (), parse, hints=hints)
    page = Page("x", "https://x", datetime(2026, 11, 1, tzinfo=UTC), content=json.dumps(data).encode())
    return read_provider_page(provider, page).account


def reasons(result: Account, verdict: str = "explained") -> set[str]:
    return {e.reason for e in result.entries if e.verdict == verdict}


@pytest.mark.parametrize(
    ("items", "reason"),
    [
        ([machine(gpu_count=8, hourly_price=20.0, accelerator_rate=2.5)], "one of the 8 GPUs"),
        ([machine(hourly_price=2.5), machine(hourly_price=9.9, enabled=False)], ""),
        ([machine(hourly_price=2.5, community_price=0.5, communityCloud=False)], "communityCloud is false"),
        ([machine(hourly_price=2.5), {"name": "NVIDIA A40", "price": 0.7}], "read as an offer without a price"),
        ([machine(hourly_price=2.5, vram=80, cpus_per_gpu=28)], ""),
        ([machine(hourly_price=2.5, gpu={"amount": 8, "price": 2.5})], ""),
        ([machine(hourly_price=2.5, pricing={"currency_conversion_rate": 1})], ""),
    ],
)
def test_what_is_no_other_price_is_explained(items: list[dict[str, Any]], reason: str) -> None:
    result = account(items)
    assert result.is_whole, list(result.reasons())
    assert any(reason in said for said in (*reasons(result), ""))


@pytest.mark.parametrize(
    "items",
    [
        [machine(hourly_price=2.5, spot_price=1.1)],
        [machine(hourly_price=2.5, spot_price=1.25)],  # half the price
        [machine(hourly_price=2.5, ask_price=20.0)],  # eight times the price
        [machine(hourly_price=2.5, spot_price=1.1, enabled=True)],
        [machine(hourly_price=2.5, secure_price=3.3, communityCloud=False)],  # the flag is of another cloud
        [machine(hourly_price=2.5), machine(hourly_price=4.0, reserved={"monthly_price": 1000})],
        [machine(hourly_price=2.5), {"model": "B200", "list": [{"price": 5.5, "unit": "hour"}]} | H100],
        [machine(hourly_price=2.5, accelerator={"amount": 3.3, "currency": "USD"})],
    ],
)
def test_an_unread_price_near_an_accelerator_stays_unexplained(items: list[dict[str, Any]]) -> None:
    assert not account(items).is_whole


def test_a_switched_off_machine_is_explained_and_a_rented_one_is_not() -> None:
    def of(**more: Any) -> Account:
        return account([machine(hourly_price=2.5), machine(price=9.9) | more], field="hourly_price")

    assert not of().is_whole
    off = of(enabled=False)
    assert off.is_whole and "the data says that it is not for rent: enabled is false" in reasons(off)


def test_a_field_that_counts_cents_is_read_as_a_whole() -> None:
    cents = account([machine(price_per_hour=n) for n in (199, 398, 1592)], field="price_per_hour", scale=2)
    assert cents.is_whole and "read by the provider's layout, in smaller units" in reasons(cents, "emitted")
    one = account([machine(price_per_hour=199, weekend_price=1500)], field="price_per_hour", scale=2)
    assert [e.value for e in one.unexplained] == [1500]


def test_the_twin_in_another_currency_is_explained_and_another_amount_is_not() -> None:
    twin = [machine(hourly_price=2.5, pricing={"USD": {"hour": 2.5}, "BRL": {"hour": 13.7}})]
    assert account(twin).is_whole
    other = [machine(hourly_price=2.5, pricing={"USD": {"hour": 2.5}, "BRL": {"day": 313.7}})]
    assert not account(other).is_whole


def test_what_a_provider_leaves_out_is_declared_by_field_or_row() -> None:
    items = [machine(hourly_price=2.5, supplier_price=1.1), machine(hourly_price=3.5, spot_price=1.7, tier="internal")]
    assert len(account(items).unexplained) == 2
    hints = Hints(
        fields_left_out=((r"\.supplier_price=", "the supplier's share"),),
        rows_left_out=(("^tier=internal$", "not for customers"),),
    )
    result = account(items, hints)
    assert result.is_whole and {"the supplier's share", "not for customers"} <= reasons(result)
    assert not account([machine(hourly_price=2.5, spot_price=1.7, tier="public")], hints).is_whole


def test_members_of_one_map_do_not_name_each_other() -> None:
    servers = {"GP1-S": {"hourly_price": 0.19, "ram": 32}, "GP1-M": {"hourly_price": 0.38, "ram": 64}}
    servers |= {f"H100-{n}-80G": {"hourly_price": 2.73, "ram": 240 * n} for n in (1, 2)}
    assert account([machine(hourly_price=2.73), {"servers": servers}]).is_whole
    servers["H100-1-80G"]["ask_price"] = 9.9
    assert not account([machine(hourly_price=2.73), {"servers": servers}]).is_whole
    beside = {"H100-1-80G": {"ram": 240}, "prices": {"hour": 9.9}}
    assert not account([machine(hourly_price=2.73), {"servers": beside}]).is_whole


def test_a_lower_bound_that_a_layout_leaves_out_is_explained() -> None:
    page = "<table><tr><th>GPU</th><th>On demand, per GPU-hour</th></tr><tr><td>H100</td><td>$2.50</td></tr><tr><td>H200</td><td>{}</td></tr></table>"

    def parse(page: Page) -> Iterator[Offer]:
        yield Offer(source="s", pricing_model="on_demand", gpu_label="H100", price=Decimal("2.50"),
            price_unit="gpu_hour", text=page.text()[:10])  # fmt: skip

    provider = Provider("x", "X", (), parse)
    for cell, verdict in (("from $3.10", "explained"), ("$3.10", "unexplained")):
        content = page.format(cell).encode()
        result = read_provider_page(
            provider, Page("x", "https://x", datetime(2026, 11, 1, tzinfo=UTC), content=content)
        )
        (entry,) = (e for e in result.account.entries if e.value == Decimal("3.10"))
        assert entry.verdict == verdict, entry

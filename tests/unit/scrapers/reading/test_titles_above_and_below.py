"""Titles around amounts that name two times, compounds of a day's and a week's price, sentences before a name."""

from __future__ import annotations

import pytest

from tests.unit.scrapers.reading.test_reader import facts, page, read, table


def test_a_cycle_above_an_amount_and_its_unit_below() -> None:
    def tier(name: str, price: str) -> str:
        return f"<div class=t><div>{name}</div><div>${price}</div><div>per hour</div></div>"

    tiers = tier("On Demand", "2.49") + tier("Monthly", "2.29") + tier("12 months+", "1.89")
    account = read(page(f"<div class=c><h3>H100 SXM 80GB</h3><div>{tiers}</div></div>"))
    assert account.is_whole and [facts(o)[2:5] for o in account.offers] == [
        ("on_demand", None, "2.49"), ("reserved", 1, "2.29"), ("reserved", None, "1.89"),
    ]  # fmt: skip


def test_compounds_of_times_and_price_in_german() -> None:
    rows = ("Server|Grafikkarte(n)|Tagespreis|Wochenpreis|Monatspreis", "KI-S|1 × RTX 4090|19,00 €|99,00 €|329,00 €")
    account = read(page(f"{table(*rows)}<p>Einrichtungspauschale 49,00 € einmalig. Kaution 500 €.</p>", "de"))
    assert account.is_whole and [o.price_unit for o in account.offers] == ["day", "week", "month"]


def test_the_unit_of_a_commitment_is_not_that_of_the_plain_price() -> None:
    rows = ("Видеокарта|Кол-во|Цена|Цена при оплате за месяц", "RTX 3090|1|45|29 700", "A100 80GB|1|190|125 400")
    account = read(page(f"<p>Все цены — в рублях за час, с НДС.</p>{table(*rows)}", "ru"))
    assert account.is_whole and [(str(o.price), o.price_unit, o.currency) for o in account.offers[:2]] == [
        ("45", "instance_hour", "RUB"), ("29700", "month", "RUB"),
    ]  # fmt: skip


def test_one_amount_twice_in_a_line() -> None:
    card = "<div><strong>1x A100 PCIe 80GB</strong><p>14 vCPU</p><p><strong>$1.25</strong><small>/hour ($1.25 per GPU)</small></p></div>"
    account = read(page(f"<h1>Pricing</h1>{card}"))
    assert account.is_whole and len(account.offers) == 1


def test_a_particle_between_a_name_and_its_number_in_japanese() -> None:
    (offer,) = read(
        page("<section><h2>プレミアム</h2><p>NVIDIA H100 80GBを8枚搭載</p><p>1時間 5,280円〜</p></section>", "ja")
    ).offers
    assert offer.gpu_count == 8


def test_plans_beside_a_price_per_user_are_subscriptions() -> None:
    def plan(name: str, price: str, text: str) -> str:
        return f"<div class=p><h3>{name}</h3><p>{price}</p><p>{text}</p></div>"

    plans = (
        plan("Free", "$0", "15 credits")
        + plan("Pro", "$50 /month", "or $20 /month billed annually. Multi-GPU, A100, H100")
        + plan("Teams", "$140 /user/month", "All")
    )
    account = read(page(f"<h1>Plans</h1><div>{plans}</div><h2>GPUs</h2>{table('Machine|On-demand', '1 × T4|$0.68/h')}"))
    assert account.is_whole and [str(o.price) for o in account.offers] == ["0.68"]


@pytest.mark.parametrize(
    ("text", "prices"),
    [
        (
            "$0.59 per GPU-hour on an NVIDIA K80. $0.03 per hour when the GPU is disabled. Your first hour is free.",
            ["0.59"],
        ),
        ("$0.59 per GPU-hour on average for a K80 elsewhere. Nobody asks more than we do, and nobody asks less.", []),
    ],
)
def test_an_amount_before_the_name_in_a_sentence(text: str, prices: list[str]) -> None:
    assert [str(o.price) for o in read(page(f"<h1>Pricing</h1><p>{text}</p>")).offers] == prices

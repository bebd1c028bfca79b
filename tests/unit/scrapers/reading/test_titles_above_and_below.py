"""Titles around amounts that name two times, compounds of a day's and a week's price, sentences before a name."""

from __future__ import annotations

import json

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


def test_a_ruled_table_of_restructured_text() -> None:
    text = (
        "GPU partitions\n==============\n\nRates are per GPU-hour.\n\n"
        "==========  ==================  ===================\n"
        "Partition   GPU                 Rate (EUR/GPU-hour)\n"
        "==========  ==================  ===================\n"
        "gpu-v100    4x V100 SXM2 32GB   0.60\n"
        "gpu-a100    4x A100 SXM4 40GB   1.10\n"
        "==========  ==================  ===================\n"
    )
    account = read(text)
    assert account.is_whole and [(str(o.price), o.price_unit, o.currency) for o in account.offers] == [
        ("0.60", "gpu_hour", "EUR"), ("1.10", "gpu_hour", "EUR"),
    ]  # fmt: skip


def test_lists_of_prices_within_a_part_of_data() -> None:
    def price(value: str, **more: str) -> dict[str, object]:
        return {**more, "pricePerUnit": {"EUR": value}, "unit": "Hrs"}

    terms = {
        "onDemand": price("3.2000"),
        "reserved": [price("2.4000", leaseContractLength="1yr"), price("1.9000", leaseContractLength="3yr")],
    }
    item = {"sku": "GPU-A100-X2", "attributes": {"gpu": "A100 PCIe 80GB", "gpuCount": "2"}, "terms": terms}
    account = read(json.dumps([item]))
    assert sorted((facts(o)[1:5] for o in account.offers), key=str) == [
        (2, "on_demand", None, "3.2000"), (2, "reserved", 12, "2.4000"), (2, "reserved", 36, "1.9000"),
    ]  # fmt: skip


def test_headings_in_data_name_cards_and_buttons_no_commitment() -> None:
    item = {
        "heading": "HGX H200",
        "subheading": "8 × NVIDIA H200 SXM",
        "priceLabel": "$2.59/GPU/hr",
        "cta": {"label": "Reserve"},
    }
    (offer,) = read(json.dumps({"items": [item]})).offers
    assert facts(offer)[1:] == (8, "on_demand", None, "2.59", "gpu_hour")


def test_a_week_beside_the_hour_is_a_commitment_where_its_price_is_an_hours() -> None:
    statement = "<p>All prices are hourly, in USD, per GPU.</p>"
    account = read(page(f"{table('GPU|On-Demand|1-Week|1-Month', 'NVIDIA H100|$2.28|$2.20|$2.12')}{statement}"))
    assert account.is_whole and [(o.pricing_model, o.term_months, o.price_unit) for o in account.offers] == [
        ("on_demand", None, "gpu_hour"), ("reserved", None, "gpu_hour"), ("reserved", 1, "gpu_hour"),
    ]  # fmt: skip


def test_titles_alike_above_several_amounts_of_a_card() -> None:
    tiers = "".join(
        f"<div class=gt>{name}</div><div class=gp>{price}</div>"
        for name, price in (
            ("On-demand", "$3.50 / GPU-hour"),
            ("Container", "$3.35 / GPU-hour"),
            ("Private cloud", "As low as $2.50 / GPU-hour"),
        )
    )
    account = read(page(f"<div class=gc><div class=gl>NVIDIA H200</div>{tiers}</div>"))
    assert account.is_whole and [str(o.price) for o in account.offers] == ["3.50", "3.35", "2.50"]
    assert len({o.instance for o in account.offers}) == len(account.offers)


@pytest.mark.parametrize("unit", ["/s", "/ s", " / sec", " per second"])
def test_seconds_behind_a_slash(unit: str) -> None:
    rows = "".join(
        f"<div><span>{gpu}</span><span>${price} {unit}</span></div>"
        for gpu, price in (("T4", "0.000164"), ("L4", "0.000222"))
    )
    account = read(page(f"<h1>Compute</h1><div>{rows}</div>"))
    assert account.is_whole and [o.price_unit for o in account.offers] == ["gpu_second", "gpu_second"]


def test_pm_is_a_month() -> None:
    account = read(
        page("<div><p>2 x NVIDIA RTX A5000 24GB</p><p>from <b>£389</b> pm</p><p>Support until 5 pm</p></div>", "en-GB")
    )
    assert [(str(o.price), o.price_unit) for o in account.offers] == [("389", "month")]


@pytest.mark.parametrize(
    "sentence",
    ["Using several GPUs multiplies the price: 2 x L4 costs $0.98 per hour.", "신규 가입 시 10,000원 크레딧 제공."],
)
def test_sums_of_several_and_credits_are_explained(sentence: str) -> None:
    account = read(page(f"{table('GPU|Price per hour', '1x NVIDIA L4|$0.49')}<p>{sentence}</p>"))
    assert account.is_whole and len(account.offers) == 1


def test_names_of_columns_in_data_are_words() -> None:
    columns = ["instance", "gpu", "gpus", "vcpus", "on_demand_usd_hr", "spot_usd_hr"]
    rows = [["g5.1", "A10G", 1, 8, 0.75, 0.32], ["g5.4", "A10G", 4, 48, 3.0, 1.28]]
    account = read(json.dumps({"columns": columns, "rows": rows}))
    assert [(o.pricing_model, str(o.gpu_count), o.currency) for o in account.offers] == [
        ("on_demand", "1", "USD"), ("spot", "1", "USD"), ("on_demand", "4", "USD"), ("spot", "4", "USD"),
    ]  # fmt: skip


def test_an_address_below_a_line_that_names_a_card_is_none() -> None:
    extras = "| Extra | Cost |\n|---|---|\n| Volume | $0.10/GB/mo |\n| Static IP | $2/mo |\n"
    account = read(
        f"## Pricing\n\n* **L4** – $0.59/hr\n* **B200** – coming soon\n\nFree tier: 10 GPU-hours of T4 every month.\n\n{extras}"
    )
    assert account.is_whole and [str(o.price) for o in account.offers] == ["0.59"]


def test_prices_by_months_within_a_part_of_data() -> None:
    prices = {"on_demand": 2.49, "spot": 1.25, "reserved": {"1": 2.29, "6": 2.09, "12": 1.89}}
    data = {"currency": "USD", "unit": "hour", "gpus": {"h100-sxm": {"label": "H100 SXM", "prices": prices}}}
    account = read(json.dumps(data))
    assert account.is_whole and sorted((facts(o)[2:5] for o in account.offers), key=str) == [
        ("on_demand", None, "2.49"), ("reserved", 1, "2.29"), ("reserved", 12, "1.89"), ("reserved", 6, "2.09"),
        ("spot", None, "1.25"),
    ]  # fmt: skip


def test_what_comes_with_each_gpu_is_no_title_of_its_price() -> None:
    card = "<div><div>H100 SXM5</div><div>80 GB VRAM, up to 8 GPUs, 28 vCPUs and 180 GB RAM per GPU</div><div>$2.49<span>/hr per GPU</span></div></div>"
    account = read(page(f"<h1>Pricing</h1>{card}"))
    assert account.is_whole and [str(o.price) for o in account.offers] == ["2.49"]


def test_a_bound_below_the_page_s_own_heading_repeats_a_price() -> None:
    options = "".join(f"<p>{n}x RTX 4090 <span>${price}/hr</span></p>" for n, price in ((1, "0.34"), (2, "0.68")))
    account = read(page(f"<h1>Rent an RTX 4090</h1><div><p>From <b>$0.34/hr</b></p></div><div>{options}</div>"))
    assert account.is_whole and [str(o.gpu_count) for o in account.offers] == ["1", "2"]


def test_one_card_below_headings_of_two_modes() -> None:
    lists = "".join(
        f"<h2>{mode} mode</h2><ul><li><span>A100 80GB</span> <span>${price}/hr</span></li></ul>"
        for mode, price in (("Production", "1.79"), ("Prototyping", "0.78"))
    )
    account = read(page(f"<h1>Pricing</h1>{lists}"))
    assert account.is_whole and [str(o.price) for o in account.offers] == ["1.79", "0.78"]
    years = lists.replace("Production mode", "Prices of 2025").replace("Prototyping mode", "Prices of 2026")
    assert not read(page(f"<h1>Pricing</h1>{years}")).is_whole


@pytest.mark.parametrize(
    "sentence",
    [
        "“We used to pay $4.10/hr for the same H100 elsewhere. Now we pay half.” – Lena, CTO",
        "初期費用 11,000円（税込）",
    ],
)
def test_what_was_paid_before_and_fees_in_japanese(sentence: str) -> None:
    account = read(page(f"{table('GPU|Price per hour', '1x NVIDIA H100|$2.29')}<p>{sentence}</p>"))
    assert account.is_whole and [str(o.price) for o in account.offers] == ["2.29"]

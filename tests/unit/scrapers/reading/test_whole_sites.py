"""Parts of whole sites as they are built: tabs without pointers, fees behind prices, lists of names and values."""

from __future__ import annotations

import json

import pytest

from tests.unit.scrapers.reading.test_reader import facts, page, read, table


def test_a_setup_fee_behind_a_price_is_another_amount() -> None:
    body = (
        "<div><h3>GPU Server L40S</h3><ul><li>1x NVIDIA L40S (48 GB)</li></ul>"
        "<div><label>1 Month</label><span>€1,149.00</span> / month <small>Setup fee: €149.00</small></div>"
        "<div><label>12 Months</label><span>€999.00</span> / month <small>No setup fee</small></div></div>"
    )
    account = read(page(body))
    assert sorted(facts(o)[2:5] for o in account.offers) == [("reserved", 1, "1149.00"), ("reserved", 12, "999.00")]
    assert [e.text for e in account.entries if e.verdict == "explained"] == [
        "1 Month €1,149.00 / month Setup fee: €149.00"
    ]


def test_one_day_and_one_week_above_prices_are_their_units() -> None:
    account = read(page(table("GPU|1 hour|1 day|1 week", "1x RTX 4090|$0.40|$9|$58")))
    assert account.is_whole and [o.price_unit for o in account.offers] == ["instance_hour", "day", "week"]
    japanese = read(page(table("GPU|1時間|1日", "NVIDIA V100 × 1|357円|7,139円"), "ja"))
    assert japanese.is_whole and [o.price_unit for o in japanese.offers] == ["instance_hour", "day"]


def test_a_month_in_brackets_of_korean() -> None:
    head = "<tr><th rowspan=2>GPU</th><th colspan=2>요금</th></tr><tr><th>시간당(원)</th><th>월(원)</th></tr>"
    account = read(page(f"<table>{head}<tr><td>Tesla T4 × 1</td><td>1,150</td><td>828,000</td></tr></table>", "ko"))
    assert account.is_whole and str(account.offers[0].price) == "1150"


def test_names_and_values_in_data_are_fields() -> None:
    node = {
        "title": "GPU server 8x NVIDIA H100",
        "price": {"amount": "19.20", "currencyCode": "EUR"},
        "selectedOptions": [{"name": "Billing", "value": "Hourly"}],
    }
    (offer,) = read(json.dumps({"edges": [{"node": node}]})).offers
    assert facts(offer)[1:] == (8, "on_demand", None, "19.20", "instance_hour") and offer.currency == "EUR"


def test_prices_beside_a_list_of_commitments_are_kept() -> None:
    item = {"name": "H100 SXM", "perGpu": True, "currency": "USD", "onDemand": {"hourly": 2.69},
            "reserved": [{"months": 1, "hourly": 2.5}, {"months": 12, "hourly": 2.05}]}  # fmt: skip
    read_of = [facts(o)[2:5] for o in read(json.dumps([item])).offers]
    assert sorted(read_of, key=str) == [("on_demand", None, "2.69"), ("reserved", 1, "2.5"), ("reserved", 12, "2.05")]


def test_a_text_with_tags_does_not_hide_the_data_around_it() -> None:
    product = {"title": "NVIDIA H100 GPU", "body_html": "<p>Rent an H100.</p>", "price": "2.75"}
    account = read(json.dumps({"products": [product]}))
    assert not account.is_whole and account.unexplained[0].text == "price: 2.75"
    hourly = {**product, "title": "NVIDIA H100 GPU – Hourly Rental"}
    assert [o.price_unit for o in read(json.dumps({"products": [hourly]})).offers] == ["gpu_hour"]


def test_tabs_and_panels_in_one_order() -> None:
    tabs = "<ul role=tablist><li role=tab>On-demand</li><li role=tab>Interruptible</li></ul>"
    panels = "".join(
        f"<div role=tabpanel {hidden}>{table('Machine|GPU|$/h', f'h100-8|8 × H100 SXM|{price}')}</div>"
        for hidden, price in (("", "19.92"), ("hidden", "11.12"))
    )
    account = read(page(f"<h1>Machine types</h1><div>{tabs}<div>{panels}</div></div>"))
    assert [(o.pricing_model, str(o.price)) for o in account.offers] == [("on_demand", "19.92"), ("spot", "11.12")]


def test_generations_of_processors_are_no_part_of_a_label() -> None:
    (offer,) = read(
        page(table("Ресурс|Цена за 1 час", "Intel Ice Lake with NVIDIA® Tesla® T4. 1 vGPU|75,03 ₽"), "ru")
    ).offers
    assert offer.gpu_label == "T4"


def test_shared_and_dedicated_are_no_two_prices_of_one_thing() -> None:
    account = read(page(table("GPU type|Shared|Dedicated", "NVIDIA T4|$0.33/hr|$0.66/hr")))
    assert [str(o.price) for o in account.offers] == ["0.66"] and [e.text for e in account.unexplained] == ["$0.33/hr"]


@pytest.mark.parametrize(
    "above",
    [
        "<p>GPUs from $0.99/hr</p>",  # the price of an offer below
        "<div><h3>Team</h3><p>$250 + compute / month</p><ul><li>10 GPUs, NVIDIA H100 too</li></ul></div>",  # a subscription
        "<p>Start a GPU server trial from $5/Day</p>",
    ],
)
def test_amounts_above_a_price_list_are_no_lost_rows(above: str) -> None:
    menu = "<nav><ul><li>NVIDIA H100</li><li>RTX 4090</li></ul></nav>"
    prices = table("GPU|Price per hour", "1x NVIDIA L4|$0.49", "1x NVIDIA L40S|$0.99")
    account = read(page(f"{menu}<h1>Pricing</h1>{above}{prices}"))
    assert account.is_whole and len(account.offers) == 2


def test_a_column_beside_a_card_that_asks_for_a_call_is_none_of_it() -> None:
    columns = (
        "<div class=col><h3>On-Demand</h3><p>NVIDIA HGX H100</p><ul><li>Ethernet: <b>$1.99</b>/GPU/hr</li>"
        "<li>3.2Tbps InfiniBand: <b>$2.49</b>/GPU/hr</li></ul></div>"
        "<div class=col><h3>Long-term reserve</h3><p>64+ GPUs, 1 to 36 months</p><a>Contact for pricing</a></div>"
    )
    account = read(page(f"<h1>Pricing</h1><div class=cols>{columns}</div>"))
    assert account.is_whole and [facts(o)[2:5] for o in account.offers] == [
        ("on_demand", None, "1.99"), ("on_demand", None, "2.49"),
    ]  # fmt: skip


def test_how_many_are_in_a_node_is_not_what_a_price_buys() -> None:
    cell = "<b>NVIDIA HGX H200</b><br><small>8x per node, 3.2 Tbps InfiniBand</small>"
    prices = table("Instance|On-demand|12 months", f"{cell}|$3.50 /h|$2.80 /h")
    account = read(page(f"<h1>Pricing</h1><p>Prices per GPU, excl. VAT</p>{prices}"))
    assert [(o.price_unit, str(o.price)) for o in account.offers] == [("gpu_hour", "3.50"), ("gpu_hour", "2.80")]


@pytest.mark.parametrize(("count", "number"), [("2EA", 2), ("4개", 4), ("8 장", 8)])
def test_korean_counts(count: str, number: int) -> None:
    (offer,) = read(page(table("GPU 유형|GPU 개수|시간 요금", f"Tesla V100|{count}|7,600원"), "ko")).offers
    assert offer.gpu_count == number


def test_many_of_an_older_card() -> None:
    (offer,) = read(page(table("Type|Specs|Price per hour", "k80x8|8 K80s, 32 vCPU, 488 GB|$7.20"))).offers
    assert (offer.gpu_label, offer.gpu_count) == ("K80", 8)  # type: ignore[comparison-overlap]


def test_a_tier_in_a_box_with_its_price() -> None:
    def tier(name: str, price: str) -> str:
        return f"<div class=t><p>${price}/hr</p><p>{name}</p></div>"

    card = (
        f"<div><h3>H100 PCIe</h3><p>80GB VRAM</p>{tier('Secure Cloud', '2.39')}{tier('Community Cloud', '1.99')}</div>"
    )
    account = read(page(f"<h1>GPU Pricing</h1>{card}"))
    assert account.is_whole and [str(o.price) for o in account.offers] == ["2.39", "1.99"]
    assert len({o.instance for o in account.offers}) == len(account.offers)


@pytest.mark.parametrize("unit", [{"unitBilling": "h"}, {"osUnit": "Linux", "unit": "h"}])
def test_units_of_data_beside_other_units(unit: dict[str, str]) -> None:
    item = {"sku": "g1.4", "gpu": "4x NVIDIA A100", **unit, "price": "11.92", "currency": "EUR"}
    (offer,) = read(json.dumps({"services": [item]})).offers
    assert (offer.price_unit, offer.gpu_count) == ("instance_hour", 4)  # type: ignore[comparison-overlap]


def test_a_machine_type_with_spaces_is_not_one_gpu() -> None:
    item = {"skuName": "NC48ads A100 v4", "unitOfMeasure": "1 Hour", "retailPrice": 5.8, "currencyCode": "USD"}
    (offer,) = read(json.dumps({"Items": [item]})).offers
    assert (offer.price_unit, offer.gpu_count) == ("instance_hour", None)


def test_a_price_of_days_beside_an_hourly_one() -> None:
    account = read(page(table("GPUs|Price / hour|Price / 28 days", "1x NVIDIA L40S|€1.52|€1,021.44")))
    assert account.is_whole and [str(o.price) for o in account.offers] == ["1.52"]
    alone = read(page(table("GPUs|Price / 28 days", "1x NVIDIA L40S|€1,021.44")))
    assert not alone.offers and not alone.is_whole


def test_a_plain_machine_among_cards_of_gpus() -> None:
    machines = (("Performance", "64 GB RAM, 16 vCPU", "1.07"), ("GPU T4", "1x T4, 16 GB VRAM, 4 vCPU", "1.40"))
    cards = "".join(f"<div class=m><p>{n}</p><p>{d}</p><p>${p} per hour</p></div>" for n, d, p in machines)
    account = read(page(f"<h1>Machines</h1><div>{cards}</div>"))
    assert account.is_whole and [str(o.price) for o in account.offers] == ["1.40"]


def test_forms_behind_the_memory_tell_cards_apart() -> None:
    lines = "H100 80GB SXM5 – $2.45/GPU-hour<br>H100 80GB PCIe – $2.15/GPU-hour<br>A100 80GB – $1.35/GPU-hour"
    account = read(page(f"<h2>Prices</h2><p>{lines}</p>"))
    assert account.is_whole
    assert [o.gpu_label for o in account.offers] == ["H100 80GB SXM5", "H100 80GB PCIe", "A100 80GB"]


def test_the_unit_above_a_table_is_that_of_its_plans_too() -> None:
    text = "> 所有价格均为人民币，单位：元/卡时\n\n| 卡型 | 显存 | 单价 | 包月优惠价 |\n| --- | --- | --- | --- |\n| RTX 4090 | 24GB | 1.68 | 1.26 |\n"
    account = read(f"# 算力价格说明\n\n{text}")
    assert account.is_whole and [facts(o)[2:] for o in account.offers] == [
        ("on_demand", None, "1.68", "gpu_hour"), ("reserved", 1, "1.26", "gpu_hour"),
    ]  # fmt: skip


def test_numbers_of_things_are_no_cards() -> None:
    machines = [{"id": 3090, "sku": "VM-4090", "name": "large", "vcpu": 8, "price_per_hour": 0.4, "currency": "USD"}]
    assert read(json.dumps({"items": machines})).offers == []
    listed = read(page(table("#|GPU|Price per hour", "3090|1x NVIDIA L4|$0.40", "3091|2x NVIDIA L4|$0.80")))
    assert [o.gpu_label for o in listed.offers] == ["NVIDIA L4", "NVIDIA L4"]
    cards = {
        "4090": {"model_short_ref": "4090", "hourly_rate_usd": 0.3},
        "a100": {"model_short_ref": "a100", "hourly_rate_usd": 1},
    }
    assert [str(o.price) for o in read(json.dumps(cards)).offers] == ["0.3", "1"]


def test_columns_of_chinese_places() -> None:
    rows = ("实例规格|GPU|华北-北京|华东1（杭州）", "gn5.1|1×A10|9.72元/小时|9.90元/小时")
    account = read(page(table(*rows), "zh"))
    assert account.is_whole and [o.region for o in account.offers] == ["华北-北京", "华东1杭州"]


def test_danish_hours() -> None:
    account = read(
        page(table("Server|GPU|Pris pr. time|Pris pr. måned", "GPU S|1x NVIDIA L4|6,50 kr.|4.100 kr."), "da")
    )
    assert account.is_whole and [(str(o.price), o.price_unit, o.currency) for o in account.offers] == [
        ("6.50", "instance_hour", "DKK"), ("4100", "month", "DKK"),
    ]  # fmt: skip


def test_a_plan_beside_a_free_one_is_a_subscription() -> None:
    plans = "".join(
        f"<div><h3>{name}</h3><p>{usd} <span>/ month</span></p><ul><li>$30 / month free credits</li><li>{n} GPU concurrency</li></ul></div>"
        for name, usd, n in (("Starter", "$0", 10), ("Team", "$250", 50))
    )
    rate = "<h2>Compute</h2><div><span>Nvidia H100</span><span>$0.001097 / sec</span></div>"
    account = read(page(f"<div>{plans}</div>{rate}"))
    assert account.is_whole and [str(o.price) for o in account.offers] == ["0.001097"]


def test_a_server_beside_a_free_trial_is_still_missed() -> None:
    cards = (
        "<div><h3>Trial</h3><p>$0 / month</p><p>2 vCPU</p></div><div><h3>H100 Server</h3><p>$1,450 / month?</p></div>"
    )
    assert "a subscription's fee" not in [e.reason for e in read(page(f"<div>{cards}</div>")).entries]


def test_each_card_of_a_row_of_names_has_its_price() -> None:
    rows = ("L40, L40S, 6000 Ada|48 GB|$1.90", "L4, A5000, 3090|24 GB|$0.69", "A4000, A4500, RTX 4000|16 GB|$0.58")
    account = read(page(table("GPU|VRAM|Price per hour", *rows)))
    assert account.is_whole and [(o.gpu_label, str(o.price)) for o in account.offers] == [
        ("L40", "1.90"), ("L40S", "1.90"), ("RTX 6000 Ada", "1.90"), ("L4", "0.69"), ("A5000", "0.69"), ("RTX 3090", "0.69"),
        ("A4000", "0.58"), ("A4500", "0.58"), ("RTX 4000", "0.58"),
    ]  # fmt: skip


def test_a_row_of_names_is_no_price_of_each_without_their_memory_or_with_or() -> None:
    alone = read(page(table("GPU|Price per hour", "T4, L4, V100, A100|$0.50", "L40S|$0.90")))
    assert [o.gpu_label for o in alone.offers] == ["L40S"] and not alone.is_whole
    chosen = read(page(table("GPU|VRAM|Price per hour", "T4, L4, V100 or A100|16 GB|$0.50", "L40S|48 GB|$0.90")))
    assert [o.gpu_label for o in chosen.offers] == ["L40S"] and chosen.is_whole

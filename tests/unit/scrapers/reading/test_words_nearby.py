"""Words that stand near prices and are not of them: discounts, rivals, summaries, sizes, tax."""

from __future__ import annotations

import json

import pytest

from tests.unit.scrapers.reading.test_reader import facts, page, read, table


@pytest.mark.parametrize(
    "above",
    [
        "Prices per hour, VAT excluded. Commitment discounts for 3, 6 and 12 months.",
        "Prices per hour. Save with reserved instances for 12 months.",
        "Prices per hour. Contracts of 6 or 12 months on request.",
    ],
)
def test_a_sentence_about_commitments_is_not_of_the_prices_below(above: str) -> None:
    account = read(page(f"<h1>GPU</h1><p>{above}</p>{table('|1 GPU|2 GPU', 'NVIDIA L4|€0.38|€0.76')}"))
    assert [facts(o)[2:5] for o in account.offers] == [("on_demand", None, "0.38"), ("on_demand", None, "0.76")]


def test_cores_per_gpu_in_french_are_no_number_of_gpus() -> None:
    rows = ("GPU|vCore par GPU|Prix par GPU", "NVIDIA V100S|13|1,93 € HT/heure")
    (offer,) = read(page(table(*rows), "fr")).offers
    assert (offer.gpu_count, offer.price_unit) == (1, "gpu_hour")  # type: ignore[comparison-overlap]


def test_tax_stands_between_an_amount_and_its_unit() -> None:
    cell = "<b>0,75 €</b> HT/heure<br><small>soit 547,50 € HT/mois</small>"
    account = read(page(table("Nom|GPU|Prix", f"l4-90|1x L4 24 Go|{cell}"), "fr"))
    assert account.is_whole and [(str(o.price), o.price_unit) for o in account.offers] == [("0.75", "instance_hour")]


@pytest.mark.parametrize(
    ("size", "label"), [("GPU VM H200 S", "GPU VM H200"), ("L40 S", "L40 S"), ("VM L4 M", "VM L4")]
)
def test_a_size_behind_a_name_is_no_part_of_it(size: str, label: str) -> None:
    (offer,) = read(page(f"<div><h3>{size}</h3><p>4,20 €/Stunde</p></div>", "de")).offers
    assert offer.gpu_label == label


def test_keys_of_data_name_rivals_and_summaries() -> None:
    own = [{"gpu": "RTX 4090", "hourly": {"usd": 0.46}}]
    data = {
        "seo": {"title": "GPUs", "description": "Rent RTX 4090 from $0.20/h"},
        "instances": own,
        "competitors": [{"name": "Other", "gpu": "RTX 4090", "hourly": {"usd": 0.69}}],
    }
    account = read(json.dumps({"pageProps": data}))
    assert [str(o.price) for o in account.offers] == ["0.46"]


def test_some_cloud_is_another_provider() -> None:
    card = "<div><h3>V100-32GB</h3><p>¥2.42/时</p></div>"
    account = read(page(f"<h1>GPU 价格</h1>{card}<h2>对比</h2><p>同等 V100 机型，某云 ¥26.46/时</p>", "zh-CN"))
    assert account.is_whole and [str(o.price) for o in account.offers] == ["2.42"]


def test_a_coupon_in_japanese_is_no_price() -> None:
    prices = table("プラン|GPU|料金", "H100プラン|NVIDIA H100 × 1|990円/時間")
    account = read(page(f"{prices}<p>いまなら3,000円分の無料クーポンをプレゼント</p>", "ja"))
    assert account.is_whole and [str(o.price) for o in account.offers] == ["990"]


def test_a_card_in_a_title_with_counts_below_in_chinese() -> None:
    rows = (
        "实例规格|GPU（Tesla T4）|按量计费（元/小时）",
        "GN7.LARGE20|1/4颗 vGPU|3.10",
        "GN7.2XLARGE32|1颗|8.68",
        "GN7.8XLARGE128|4颗|34.72",
    )
    account = read(page(table(*rows), "zh-CN"))
    assert account.is_whole
    assert [(float(o.gpu_count or 0), str(o.price)) for o in account.offers] == [
        (0.25, "3.10"),
        (1, "8.68"),
        (4, "34.72"),
    ]


def test_instances_in_chinese_are_no_examples() -> None:
    account = read(
        page(f"<h2>GPU 实例</h2>{table('实例规格|vCPU|价格', 'gpu.large|8|3.10元/小时')}<p>NVIDIA T4</p>", "zh-CN")
    )
    assert not any(e.reason == "an example or a calculation" for e in account.entries)


@pytest.mark.parametrize(
    "beside",
    [
        "<div class=p><h3>Team</h3><p>$89/month</p><p>5 seats</p></div>",
        "<p>Setup fees may apply: €99.00.</p>",
        "<h2>Add-ons</h2><ul><li>Managed hosting: $50/mo</li></ul>",
        "<p>“They cut our bill for inference by $2,000/mo.” — CTO</p>",
        "<p>$9.99/month for your computer + hourly usage.</p>",
        "<p>新用戶首次儲值滿 US$20 送 US$5</p>",
        "<h2>儲存空間</h2><p>Datadrive 100GB 每月 US$5</p>",
    ],
)
def test_other_amounts_near_a_price_list_are_explained(beside: str) -> None:
    account = read(page(f"<h1>GPUs</h1>{table('GPU|Price per hour', '1x NVIDIA L4|$0.49')}<div>{beside}</div>"))
    assert account.is_whole and len(account.offers) == 1


def test_memory_between_a_number_and_a_name() -> None:
    (offer,) = read(
        page("<div><h3>Lava</h3><p>48 Cores, 192GB RAM</p><p>4 x 24GB NVIDIA A10G</p><p>$12.96 per hour</p></div>")
    ).offers
    assert (offer.gpu_count, offer.price_unit) == (4, "instance_hour")  # type: ignore[comparison-overlap]


def test_a_tab_of_years_is_their_unit() -> None:
    tabs = '<ul><li><a data-bs-toggle="tab" href="#m">Monthly</a></li><li><a data-bs-toggle="tab" href="#y">Yearly</a></li></ul>'
    panels = "".join(
        f'<div class="tab-pane" id="{name}">{table("Plan|GPU|Price", f"1xL40S.16v|1 x L40S|{price}")}</div>'
        for name, price in (("m", "₹40,077.00"), ("y", "₹4,27,488.00"))
    )
    account = read(page(f"<h1>Plans</h1>{tabs}<div>{panels}</div>"))
    assert account.is_whole and [o.price_unit for o in account.offers] == ["month", "year"]


def test_a_spot_price_in_data_has_no_unit_from_a_monthly_one() -> None:
    item = {
        "name": "RTX 4090 24GB",
        "price": "35000",
        "spotPrice": "18000",
        "monthlyPrice": [{"month": 1, "price": "226800000"}],
    }
    assert read(json.dumps({"data": [item]})).offers == []


def test_rows_of_a_card_with_two_amounts_each() -> None:
    def row(gpus: str, month: str, hour: str) -> str:
        cells = ("6 vCPU", gpus, "64 GB RAM", f"${month}/month", f"${hour}/hr")
        return "<div class=r>" + "".join(f"<div class=c>{cell}</div>" for cell in cells) + "</div>"

    rows = row("1/16 GPU", "43.00", "0.059") + row("1 GPU", "343.75", "0.471") + row("2 GPU", "687.50", "0.942")
    account = read(page(f"<h1>Cloud GPU</h1><h3>NVIDIA A16</h3><div>{rows}</div>"))
    hourly = [(float(o.gpu_count or 0), str(o.price)) for o in account.offers if o.price_unit == "instance_hour"]
    assert account.is_whole and hourly == [(0.0625, "0.059"), (1, "0.471"), (2, "0.942")]


def test_a_struck_price_of_another_provider_in_a_card() -> None:
    def card(gpu: str, price: str, other: str) -> str:
        strike = f'<p>AWS: <span class="line-through">${other}/hr</span></p>'
        return f"<div class=c><span>NVIDIA {gpu}</span><p><b>${price}</b>/hr</p>{strike}</div>"

    account = read(page(f"<h1>GPUs</h1><div>{card('B200', '3.75', '14.24')}{card('H200', '2.10', '10.60')}</div>"))
    assert account.is_whole and [str(o.price) for o in account.offers] == ["3.75", "2.10"]


def test_what_another_provider_charges_is_explained_below_a_heading_that_names_the_card() -> None:
    versus = table("|H200|H100", "Memory|141 GB|80 GB")
    body = f"<h1>NVIDIA H200</h1>{table('Plan|Hourly', '1xH200|₹300.14/hr')}<h2>H200 vs H100</h2>{versus}<h2>Why us</h2><p>AWS charges about ₹850/hr for the same GPU in Mumbai.</p>"
    account = read(page(body))
    assert account.is_whole and [str(o.price) for o in account.offers] == ["300.14"]


def test_a_machine_without_a_gpu_among_others() -> None:
    cards = "".join(
        f"<a class=p><div><h4>{name}</h4><span>{gpu}</span></div><div>AMD 9354, 16 cores</div><div><b>${price}</b>/hr</div></a>"
        for name, gpu, price in (("g3.l40s", "1 x NVIDIA L40S", "1.19"), ("c3.large", "No GPU", "0.78"))
    )
    account = read(page(f"<h1>Plans</h1><div>{cards}</div>"))
    assert account.is_whole and [str(o.price) for o in account.offers] == ["1.19"]


def test_columns_of_places_with_a_unit_are_regions_though_their_prices_are_equal() -> None:
    account = read(page(table("实例|GPU|华北-北京（元/月）|华南-广州（元/月）", "GN5|1 * A10|5,300|5,300"), "zh"))
    assert account.is_whole and [o.region for o in account.offers] == ["华北-北京", "华南-广州"]

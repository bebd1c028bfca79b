"""Components of MDX, cards that name other accelerators in their lines, and cells that nobody can read."""

from __future__ import annotations

import json

import pytest

from tests.unit.scrapers.reading.test_reader import facts, page, read, table

MDX = """---
title: Pricing
---

<CardGroup cols={2}>
  <Card title="T4" icon="chip">$0.000150 / second ($0.54/hr)</Card>
  <Card title="H100" icon="chip">$0.000972 / second ($3.50/hr)</Card>
</CardGroup>

<Tabs>
<Tab title="Spot">

| GPU | Price per hour |
| --- | --- |
| L4 | $0.30 |

</Tab>
</Tabs>

| Resource | Cost per second |
| --- | --- |
| CPU core | $0.0000528 |
"""


def test_components_of_mdx_are_boxes_with_titles() -> None:
    rows = [(facts(o)[0], o.pricing_model, str(o.price)) for o in read(MDX).offers]
    assert rows == [("L4", "spot", "0.30"), ("T4", "on_demand", "0.54"), ("H100", "on_demand", "3.50")]


def test_a_line_that_names_another_accelerator_is_no_part_of_a_card() -> None:
    body = "<h1>Buy H100 time</h1><p>Market price: <b>$1.47</b>/GPU/hr</p><ul><li>8x H100: from $11.60/hr</li><li>8x H200: from $15.20/hr</li></ul>"
    rows = [(facts(o)[1], str(o.price)) for o in read(page(body)).offers if "H200" in o.gpu_label]
    assert rows == [(8, "15.20")]
    assert not [o for o in read(page(body)).offers if "H100" in o.gpu_label and str(o.price) == "15.20"]


def test_thousands_in_points_need_no_comma_elsewhere() -> None:
    rows = table("GPU|Giá theo giờ (VNĐ)|Giá theo tháng (VNĐ)", "1 x NVIDIA H100|66.000|38.500.000")
    assert [str(o.price) for o in read(page(rows, "vi")).offers] == ["66000", "38500000"]


def test_a_cell_of_a_price_that_cannot_be_read_makes_a_page_partial() -> None:
    rows = table("GPU|Price per hour|Price per month", "1x H100|$2.50|1,5#00", "1x L4|$0.60|save 20%")
    account = read(page(rows))
    assert [str(o.price) for o in account.offers] == ["2.50", "0.60"]
    assert [e.reason for e in account.unexplained] == ["a cell below a price's title that cannot be read"]


@pytest.mark.parametrize(
    ("sentence", "right"),
    [
        ("On-demand H100 SXM instances are billed at $2.89 per GPU per hour.", [("on_demand", None, "2.89")]),
        ("With a one-year commitment the H100 SXM is priced at $2.19 per GPU per hour.", [("reserved", 12, "2.19")]),
        ("If you rent an H100 SXM for a week it is $2.19 per GPU per hour.", []),
        ("On average an H100 SXM is available at about $2.19 per GPU per hour.", []),
        ("An H100 SXM is rented at $2.19 per GPU per hour, which was $3.19 before.", []),
        ("An H100 SXM on AWS is billed at $6.88 per GPU per hour these days.", []),
    ],
)
def test_a_sentence_that_leaves_nothing_open_states_a_price(sentence: str, right: list[object]) -> None:
    body = f"<h1>Questions</h1><p>We bill by the second and charge nothing for traffic. {sentence}</p>"
    assert [facts(o)[2:5] for o in read(page(body)).offers] == right


def test_sellers_in_data_beside_the_pages_own() -> None:
    prices = [{"provider": p, "gpu": "H200", "price_per_hour": n} for p, n in (("AWS", 10.6), ("Brightbox", 3.1))]
    html = f"<html><head><title>Brightbox GPU</title></head><body><p>Prices in USD</p><script>const c={json.dumps(prices)};</script></body></html>"
    account = read(html)
    assert [str(o.price) for o in account.offers] == ["3.1"]
    assert account.is_whole


def test_a_comparison_of_specifications_lends_no_memory() -> None:
    specs = table("Specification|H200|H100", "Memory|141 GB|80 GB", "TDP|700 W|700 W")
    plans = table("Plan|GPUs|Price per GPU-hour", "On-demand|1–8|$3.20", "Reserved 6 months|8+|$2.75")
    body = f"<h1>NVIDIA H200</h1><p>From $2.45 per GPU per hour.</p>{specs}<h2>Plans</h2>{plans}"
    assert all(o.gpu_memory != "80 GB" for o in read(page(body)).offers)


def test_an_amount_of_two_tables_one_in_the_other_is_one_offer() -> None:
    inner = "".join(
        f"<td><table><tr><td>{gpu}</td></tr><tr><td>{size} HBM</td></tr><tr><td>${price}/hr</td></tr></table></td>"
        for gpu, size, price in (("H100 PCIe", "80GB", "1.95"), ("A40", "48GB", "0.39"))
    )
    offers = read(page(f"<table><tr>{inner}</tr></table>")).offers
    assert sorted(str(o.price) for o in offers) == ["0.39", "1.95"]


def test_a_title_may_name_a_unit_for_each_amount_below() -> None:
    rows = table("GPU VM|Price (hour / month)", "1x A10|€0.80 / €499", "2x A10|€1.60 / €998")
    assert [(str(o.price), o.price_unit) for o in read(page(rows)).offers][:2] == [
        ("0.80", "instance_hour"), ("499", "month"),
    ]  # fmt: skip


def test_a_share_in_percent() -> None:
    rows = table("Plan|GPU|GPU share|Price/mo", "Nano|RTX 4090|12.5%|$35", "Full|RTX 4090|100%|$249")
    assert [(str(o.gpu_count.normalize()), str(o.price)) for o in read(page(rows)).offers if o.gpu_count] == [
        ("0.125", "35"), ("1", "249"),
    ]  # fmt: skip


def test_the_foot_of_an_article_is_no_foot_of_the_page() -> None:
    card = "<article><header><h3>RTX 4090</h3></header><footer><b>$0.42</b> per hour</footer></article>"
    foot = "<footer><p>H100 PCIe: $2.15/hr</p></footer>"
    assert [str(o.price) for o in read(page(card + foot)).offers] == ["0.42"]


@pytest.mark.parametrize("key", ["gpu_num", "gpuNum", "cardNum", "n_gpus", "gpu_cnt", "gpuCount", "num_gpus", "gpus"])
def test_keys_of_numbers_of_gpus(key: str) -> None:
    (offer,) = read(json.dumps([{"gpu_model": "NVIDIA A100", key: 4, "price_hour": 5.6, "currency": "USD"}])).offers
    assert (str(offer.gpu_count), offer.price_unit) == ("4", "instance_hour")


def test_a_cards_foot_is_no_pages_foot() -> None:
    cards = "".join(
        f'<div class="card"><h3>{name}</h3><p>26 vCPU</p><footer><b>{price}</b> /hr</footer></div>'
        for name, price in (("H100 SXM 80GB", "$2.49"), ("A100 80GB", "$1.35"))
    )
    account = read(page(f"<h1>GPU pricing</h1>{cards}<footer><a>Home</a> © 2026, backups from $0.05/hr</footer>"))
    assert sorted(str(o.price) for o in account.offers) == ["1.35", "2.49"]

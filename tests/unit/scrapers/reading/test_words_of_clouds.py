"""Ways in which clouds write their tables and cards: what belongs to which price, and which words mean which."""

from __future__ import annotations

import pytest

from tests.unit.scrapers.reading.test_reader import facts, page, read, table


def test_a_subscription_by_the_month_is_no_year() -> None:
    (offer,) = read(page(table("实例|GPU|包年包月(元/月)", "GN7|1 * T4|1825"), "zh")).offers
    assert facts(offer)[2:] == ("reserved", 1, "1825", "month")


def test_a_long_label_says_unit_and_model() -> None:
    label = "NVIDIA® H100 NVLink with Intel Sapphire Rapids, preemptible, 1 GPU hour"
    (offer,) = read(page(table("Item|Price per unit, without VAT", f"{label}|$1.25"))).offers
    assert facts(offer)[1:] == (1, "spot", None, "1.25", "gpu_hour")


@pytest.mark.parametrize(
    ("text", "currency"),
    [("不同型号的显卡价格如下", "CNY"), ("グラフィックカードの料金はこちら", "JPY"), ("Cards and prices", "")],
)
def test_the_script_of_a_page_says_whose_yen_it_is(text: str, currency: str) -> None:
    (offer,) = read(f"# GPU\n\n{text}\n\n| GPU | Price |\n|---|---|\n| 1x RTX 3090 | ￥28/h |\n").offers
    assert offer.currency == currency


def test_a_line_below_cards_is_of_none_of_them() -> None:
    cards = "".join(f"<div class=c><b>{gpu}</b><p>${price} / hour</p></div>" for gpu, price in [("RTX 3090", "1.87"), ("RTX 4090", "2.87")])  # fmt: skip
    account = read(page(f"<div>{cards}</div><p>You need $5 per hour on your account</p>"))
    assert [str(o.price) for o in account.offers] == ["1.87", "2.87"]


def test_a_small_table_without_names_is_part_of_its_card() -> None:
    body = "<div><h3>ltbv18</h3><p>GPU: 4 x GTX 1080 Ti</p><p>CPU: 2 x Xeon</p><table><tr><td>per minute</td><td>€0.033</td></tr></table></div>"
    (offer,) = read(page(f"<h1>Servers</h1>{body}")).offers
    assert facts(offer)[1:] == (4, "on_demand", None, "0.033", "instance_minute")


def test_a_list_of_terms_to_choose_from_says_none() -> None:
    body = "<div><h4>GPU server - RTX A4000</h4><p><b>$ 209.00</b>/mo</p><div><span>1mo</span> <span>3mo</span> <span>12mo</span></div></div>"
    (offer,) = read(page(body)).offers
    assert facts(offer)[2:4] == ("on_demand", None)


def test_the_price_of_a_gpu_in_the_title() -> None:
    (offer,) = read(page(table("Shape|GPUs|GPU Price Per Hour", "BM.8|8x NVIDIA H100|$10.00"))).offers
    assert (offer.price_unit, offer.gpu_count) == ("gpu_hour", 8)  # type: ignore[comparison-overlap]
    grows = table("Shape|GPUs|GPU price per hour", "a|1x H100|$3.00", "b|8x H100|$24.00")
    assert {o.price_unit for o in read(page(grows)).offers} == {"instance_hour"}, "prices grow with the machine"


def test_cards_for_small_screens_are_no_rows() -> None:
    wide = "<div class=r><div>Model</div><div>On-demand (per GPU/hr)</div><div>Spot (per GPU/hr)</div></div><div class=r><div>H100 SXM5</div><div>$2.45</div><div>$1.49</div></div>"
    small = "<div class=c><div>H100 SXM5</div><div>On-demand: $2.45</div><div>Spot: $1.49</div></div>"
    assert [str(o.price) for o in read(page(f"<div>{wide}</div><div>{small}</div>")).offers] == ["2.45", "1.49"]


def test_a_number_in_brackets_counts() -> None:
    (offer,) = read(page(table("Size|GPU|$/hour", "g5.12xlarge|A10G (4)|8.20"))).offers
    assert offer.gpu_count == 4


def test_the_memory_of_the_machine_stays_out_of_the_label() -> None:
    (offer,) = read(page(table("Plan|$/Hr", "Dedicated 32 GB + RTX6000 GPU x1|$1.50"))).offers
    assert offer.gpu_label == "RTX6000"


def test_nothing_and_free_are_explained() -> None:
    body = "<h3>Starter</h3><p>$0 + compute / month</p><p>$30 / month free credits</p>"
    body += table("GPU|Price", "M4000|Free*", "1x P4000|$0.51/hr")
    account = read(page(body))
    assert account.is_whole and [str(o.price) for o in account.offers] == ["0.51"]

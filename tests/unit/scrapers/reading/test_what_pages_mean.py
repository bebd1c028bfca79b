"""What the words around an amount make of it: a machine's hour, money or points, a rent or a purchase, a condition."""

from __future__ import annotations

import pytest

from tests.unit.scrapers.reading.test_reader import facts, page, read, table


@pytest.mark.parametrize(
    ("title", "unit"),
    [("NOK per node-hour", "instance_hour"), ("EUR/instance/h", "instance_hour"), ("USD per GPU-hour", "gpu_hour")],
)
def test_a_title_says_whose_hour_it_is(title: str, unit: str) -> None:
    body = f"<p>One GPU-hour is 24 billing units.</p>{table(f'Node|{title}', '4 x NVIDIA P100|26.40')}"
    (offer,) = read(page(body)).offers
    assert (offer.price_unit, offer.gpu_count) == (unit, 4)  # type: ignore[comparison-overlap]


@pytest.mark.parametrize(
    ("titles", "row"),
    [
        ("Runtime|Units per hour", "A100|13.08"),
        ("Runtime|Credits per hour", "A100|40"),
        ("Node|NOK per hour|BU per hour", "A100|–|192"),  # another column names the currency
        ("Card|VRAM|Street price", "H100 PCIe|80 GB|$31,500"),
        ("Card|MSRP|Hourly electricity", "RTX 4090|$1,599|0.03 kWh"),
        ("Index|Jan|Dec|Change", "H100|$1.74/h|$1.81/h|-3.9%"),
    ],
)
def test_what_is_no_rent_in_money_is_not_read_as_one(titles: str, row: str) -> None:
    account = read(page(f"<h2>Prices in USD per hour</h2>{table(titles, row)}"))
    assert [o for o in account.offers if o.price_status == "priced"] == []


def test_a_plan_with_a_choice_of_accelerators_prices_none_of_them() -> None:
    body = "<div><h3>Pro</h3><p>$9.99 per month</p><ul><li>T4, L4, V100 or A100 GPUs</li></ul></div>"
    assert read(page(body)).offers == []


@pytest.mark.parametrize("title", ["With 30% volume bonus", "Member price", "Student price", "会员价"])
def test_a_price_on_a_condition_is_explained_beside_the_price(title: str) -> None:
    account = read(page(table(f"GPU|Price per hour|{title}", "1x RTX 3090|$3.60|$2.52")))
    assert [str(o.price) for o in account.offers] == ["3.60"]
    assert "a price on a condition" in {e.reason for e in account.entries}


@pytest.mark.parametrize(
    "body",
    [
        '<div><h3>1x NVIDIA A100</h3><div><span>$</span><span>1</span><div><span class="price__fraction">89</span></div><span>per hour</span></div></div>',
        '<div><h3>1x NVIDIA A100</h3><p>$1<sup>89</sup> per hour</p></div>',
        '<div><h3>1x NVIDIA A100</h3><p><span class="original-price">$2.29</span> $1.89 per hour</p></div>',
        '<div><h3>1x NVIDIA A100</h3><p>$1.89<sup>12</sup> per hour</p></div>',  # a footnote
    ],
)  # fmt: skip
def test_an_amount_in_pieces_is_one_amount(body: str) -> None:
    assert [str(o.price) for o in read(page(body)).offers] == ["1.89"]


def test_boards_of_two_gpus_are_counted_by_the_column_of_gpus() -> None:
    account = read(page(table("Machine|Description|# GPUs|Price/hour", "m1|2x NVIDIA Tesla K80|4|$4.25")))
    assert [(o.gpu_count, o.gpu_label) for o in account.offers] == [(4, "NVIDIA Tesla K80")]  # type: ignore[comparison-overlap]


@pytest.mark.parametrize(
    ("text", "count"),
    [("RTX 3080 Ti 可租 1~8 卡", 1), ("Dual NVIDIA A16", 2), ("Four NVIDIA A100", 4), ("NVIDIA T4 4장", 4)],
)
def test_counts_in_words_and_ranges(text: str, count: int) -> None:
    (offer,) = read(page(table("GPU|Price per hour", f"{text}|$1.00"))).offers
    assert offer.gpu_count == count


def test_memory_of_each_gpu_of_several() -> None:
    (offer,) = read(page(table("GPU|VRAM|Price per hour", "4x A10G|4 x 24 GB|$4.80"))).offers
    assert (offer.gpu_memory, offer.gpu_memory_is_total) == ("24 GB", False)


def test_units_before_amounts_in_one_cell() -> None:
    cell = "per minute: €0.0167<br>per hour: €1.00"
    account = read(page(table("Server|Price", f"1x GTX 1080|{cell}")))
    assert {(str(o.price), o.price_unit) for o in account.offers} <= {
        ("0.0167", "instance_minute"),
        ("1.00", "instance_hour"),
    }
    assert account.offers


def test_a_definition_list_whose_sentences_describe_machines() -> None:
    body = "<dl><dt>GPU-4</dt><dd><p>Two NVIDIA L40S GPUs (48 GB), 32 vCPUs, 256 GB RAM. £1380 per month (£1656 inc. VAT).</p></dd></dl>"
    (offer,) = read(page(body, "en-GB")).offers
    assert facts(offer)[1:] == (2, "on_demand", None, "1380", "month")
    assert (offer.instance, offer.currency, offer.vcpus) == ("GPU-4", "GBP", 32)  # type: ignore[comparison-overlap]


def test_prose_of_a_year_gives_no_price_its_unit() -> None:
    body = f"<p>Prices have moved a lot this year, and we keep you up to date with all that happens.</p>{table('GPU|Price', 'H100|$31.50')}"
    account = read(page(body))
    assert account.offers == [] and not account.is_whole


def test_columns_for_kinds_of_customers() -> None:
    body = f"<p>All rates are in CHF, excluding VAT.</p><h2>GPU (per GPU-hour)</h2>{table('Resource|Internal|Academic (external)|Commercial', 'NVIDIA A100|0.62|0.98|2.35')}"
    (offer,) = read(page(body)).offers
    assert (str(offer.price), offer.price_unit, offer.currency) == ("2.35", "gpu_hour", "CHF")


def test_korean() -> None:
    body = table("서버 타입|GPU|시간당 요금|월 요금", "g1.t4x1|NVIDIA T4 1장|620원|452,600원")
    offers = read(page(body, "ko")).offers
    assert [(str(o.price), o.currency, o.price_unit) for o in offers][:1] == [("620", "KRW", "instance_hour")]


def test_rows_of_spans_under_a_row_of_titles() -> None:
    rows = "<div class=r><span>GPU</span><span>On-demand</span><span>Spot</span></div>"
    rows += "<div class=r><span>L40S <small>48 GB</small></span><span>$0.89</span><span>$0.49</span></div>"
    account = read(page(f"<p>Prices in USD per GPU per hour.</p><div>{rows}</div>"))
    assert [(o.pricing_model, str(o.price)) for o in account.offers] == [("on_demand", "0.89"), ("spot", "0.49")]

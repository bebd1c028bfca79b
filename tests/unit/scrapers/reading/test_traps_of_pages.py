"""Amounts that look like a GPU's hour and are something else, and marks that change what an amount is."""

from __future__ import annotations

import json

import pytest

from scrapers.reading.account import Account
from tests.unit.scrapers.reading.test_reader import facts, page, read, table


def prices(account: Account) -> list[str]:
    return [str(o.price) for o in account.offers]


@pytest.mark.parametrize(
    ("titles", "row", "right"),
    [
        ("Item|Price", "NVIDIA AI Enterprise license for H100|$1.00 per GPU per hour", []),
        ("GPU|Running (per hour)|Stopped (per hour)", "1x RTX A5000|$0.49|$0.02", ["0.49"]),
        ("GPU|Earnings per hour", "RTX 4090|$0.35", []),
        ("GPU|TDP|Power cost per hour", "RTX 4090|450 W|$0.054", []),
        ("GPU|Lowest|Highest", "RTX 4090|$0.29/hr|$0.69/hr", []),
        ("GPU|Average price", "RTX 4090|$0.49/hr", []),
        ("GPU|Per hour|You save per hour", "1x L4|$0.60|$0.20", ["0.60"]),
        ("Item|Qty|Unit price|Total", "8x H100 node (per hour)|10|$20.00|$200.00", ["20.00"]),
        ("CPU instance|vCPU|Price/hour", "c2|2|$0.08", []),
    ],
)  # fmt: skip
def test_what_is_no_rent_of_a_gpu(titles: str, row: str, right: list[str]) -> None:
    assert prices(read(page(f"<h1>NVIDIA A100 cloud</h1>{table(titles, row)}"))) == right


def test_earnings_by_the_heading() -> None:
    assert prices(read(page(f"<h1>Earn money with your GPU</h1>{table('GPU|Per hour', 'RTX 4090|$0.35')}"))) == []


def test_a_volume_in_a_row_is_a_condition() -> None:
    rows = table("Quantity|Price per GPU-hour", "1-7 GPUs|$2.50", "8-63 GPUs|$2.30", "64+ GPUs|$2.00")
    assert prices(read(page(f"<h2>NVIDIA H100</h2>{rows}"))) == ["2.50"]


@pytest.mark.parametrize(
    "card",
    [
        "<h3>4x L40S server</h3><p>Price: $62,000</p><p>Leasing from $1,900/month over 36 months</p>",
        "<h3>Ultimate</h3><p>$19.99/month</p><p>GeForce RTX 4080</p>",
    ],
)
def test_a_sale_and_a_membership_rent_no_card(card: str) -> None:
    assert prices(read(page(f"<div>{card}</div>"))) == []


@pytest.mark.parametrize(
    ("amount", "note", "model", "term"),
    [
        ("$2.20*", "<p>* Pricing based on a 12-month commitment.</p>", "reserved", 12),
        ("$2.20<sup>1</sup>", "<p><sup>1</sup> With a one-year commitment.</p>", "reserved", 12),
        ("$2.20†", "<p>† Spot instances can be interrupted at any time.</p>", "spot", None),
        ("$2.20*", "<p>* Also available with a 12-month commitment.</p>", "on_demand", None),
        ("$2.20**", "<p>* With a 12-month commitment.</p>", "on_demand", None),
        ("$2.20", "<p>* With a 12-month commitment.</p>", "on_demand", None),
    ],
)
def test_a_footnote_belongs_to_the_amounts_with_its_mark(amount: str, note: str, model: str, term: int | None) -> None:
    (offer,) = read(page(table("GPU|Price per GPU/hr", f"H200|{amount}") + note)).offers
    assert facts(offer)[2:4] == (model, term)


def test_a_footnote_of_a_title() -> None:
    body = (
        table("GPU|On-demand per GPU/h|Lowest per GPU/h*", "H100|$2.79|$1.79")
        + "<p>* Requires a 3-year reservation.</p>"
    )
    assert [facts(o)[2:4] for o in read(page(body)).offers] == [("on_demand", None), ("reserved", 36)]


def test_columns_of_places_are_regions_and_columns_of_counts_are_machines() -> None:
    places = read(page(f"<p>Prices per GPU per hour</p>{table('GPU|US|Europe', 'H100|$2.50|$2.90')}")).offers
    assert [(o.region, str(o.price)) for o in places] == [("US", "2.50"), ("Europe", "2.90")]
    counts = read(page(f"<h2>On-demand, per hour</h2>{table('GPU|1x|8x', 'H100|$2.50|$20.00')}")).offers
    assert [(o.gpu_count, str(o.price)) for o in counts] == [(1, "2.50"), (8, "20.00")]  # type: ignore[comparison-overlap]


def test_a_price_with_its_unit_counts_more_than_one_without() -> None:
    account = read(page("<div><h3>NVIDIA A100</h3><p>$1.29/hr</p><p>$25 to start with</p></div>"))
    assert prices(account) == ["1.29"] and not account.is_whole


def test_rows_that_are_units_of_time() -> None:
    body = "<h2>RTX 3090 workstation</h2>" + table("Period|Price", "Hourly|£0.45", "Weekly|£60", "Monthly|£200")
    offers = read(page(body, "en-GB")).offers
    assert [(str(o.price), o.price_unit) for o in offers] == [
        ("0.45", "gpu_hour"), ("60", "gpu_week"), ("200", "gpu_month"),
    ]  # fmt: skip


def test_units_of_billing_are_no_count_and_minutes_in_japanese_are_a_unit() -> None:
    (offer,) = read(page(table("Resource|Billing units per GPU hour|€ per GPU hour", "V100|60|1.20"))).offers
    assert offer.gpu_count == 1
    (offer,) = read(page(table("GPU|1分あたりの料金(税込)", "NVIDIA A100 1基|5.5円"), "ja")).offers
    assert offer.price_unit.endswith("_minute")


def test_a_printed_amount_says_more_than_a_raw_one() -> None:
    plan = {
        "gpu": {"model": "L4", "number": 1},
        "pricings": [{"price": 71000000, "unit": "hour", "formattedPrice": "0.71 EUR"}],
    }
    assert [(str(o.price), o.currency) for o in read(json.dumps({"plans": [plan]})).offers] == [("0.71", "EUR")]


def test_an_island_of_astro() -> None:
    island = json.dumps(
        {"plans": [1, [[0, {"name": [0, "NVIDIA H100"], "gpus": [0, 8], "pricePerGpuHour": [0, 2.35]}]]]}
    )
    offers = read(page(f"<p>Prices in USD</p><astro-island props='{island}'></astro-island>")).offers
    assert [(o.gpu_count, str(o.price)) for o in offers] == [(8, "2.35")]  # type: ignore[comparison-overlap]


@pytest.mark.parametrize(("text", "count"), [("A100:4", 4), ("Dual 4090", 2)])
def test_counts_beside_names(text: str, count: int) -> None:
    (offer,) = read(page(table("GPU|Cost ($/hr)", f"{text}|3.40"))).offers
    assert offer.gpu_count == count and (offer.gpu_label.startswith("A100") or "RTX 4090" in offer.gpu_label)


GRID = "<div class=h><div>GPU</div><div>On-demand</div><div>Spot</div></div>" + "".join(
    f"<div class=r><a><h4>{gpu}</h4></a><div><p>{price}</p></div><div><p>{spot}</p></div></div>"
    for gpu, price, spot in [("NVIDIA H100", "$3.90/GPU-hr", "$1.60/GPU-hr"), ("NVIDIA A100", "{}", "$1.30/GPU-hr")]
)


@pytest.mark.parametrize("lost", ["", "Sold out", "Coming soon"])
def test_a_row_of_a_grid_that_lost_a_price_keeps_its_columns(lost: str) -> None:
    offers = read(page(f"<div>{GRID.format(lost)}</div>")).offers
    assert [(o.gpu_label, o.pricing_model) for o in offers if o.price is not None] == [
        ("NVIDIA H100", "on_demand"), ("NVIDIA H100", "spot"), ("NVIDIA A100", "spot"),
    ]  # fmt: skip


def test_a_row_of_a_grid_that_lost_a_cell_is_not_guessed_at() -> None:
    account = read(page(f"<div>{GRID.replace('<div><p>{}</p></div>', '')}</div>"))
    assert prices(account) == ["3.90", "1.60"] and not account.is_whole


@pytest.mark.parametrize(("monthly", "kept"), [("$400|$300", ["reserved", "reserved"]), ("$730|$365", [])])
def test_a_month_that_lost_its_hour_is_what_the_others_of_its_column_are(monthly: str, kept: list[str]) -> None:
    first, second = monthly.split("|")
    body = table("GPU|Hourly|Monthly", f"1x L4|$1.00|{first}", f"1x T4|$0.50|{second}", f"1x A10||{first}")
    account = read(page(body))
    assert [o.pricing_model for o in account.offers if o.price_unit == "month"][1:] == kept
    assert account.is_whole is bool(kept)


def test_a_column_of_numbers_names_no_machine() -> None:
    (offer,) = read(page(table("Instance type|GPU|Nodes|Price", "8x NVIDIA H100|H100 SXM|8|$1.89/H100/hour"))).offers
    assert offer.instance == "8x NVIDIA H100"


def test_a_whole_number_without_a_sign_beside_amounts_with_one() -> None:
    account = read(page(table("GPU|Spot price per hour|Single GPU price per hour", "1x B300|$3.84|8")))
    assert prices(account) == ["3.84"] and not account.is_whole


def test_data_takes_no_currency_from_another_section() -> None:
    data = "<script>const plans = [{gpu: 'NVIDIA L40S', hourly: 2.42}];</script>"
    assert prices(read(page(f"{data}<h2>Storage</h2><p>$0.08/GB/month</p>"))) == []
    assert prices(read(page(f"{data}<p>All prices are in USD.</p>"))) == ["2.42"]


def test_words_for_sales_tell_two_prices_of_one_thing_not_apart() -> None:
    rows = table("GPU|Price per GPU-hour|Order", "B200|$8.99|Contact sales", "B200|$8.19|Contact us")
    account = read(page(rows))
    assert prices(account) == [] and not account.is_whole


def test_a_unit_from_elsewhere_that_fits_one_amount_of_a_row_and_not_the_other_is_doubted() -> None:
    rows = "<table><tr><td>H100</td><td>$2.50</td><td>$1800</td></tr><tr><td>A100</td><td>$1.50</td><td>$1000</td></tr></table>"
    account = read(page(f"<p>L4: $0.60/hr</p>{rows}"))
    assert prices(account) == ["0.60"] and not account.is_whole


@pytest.mark.parametrize(
    "body",
    [
        table("Instance|GPU|OS|Hourly", "g1|1x T4|Linux|$0.50", "g1|1x T4|Windows|$0.68"),
        table("Instance|GPU|Linux (per hour)|Windows (per hour)", "g1|1x T4|$0.50|$0.68"),
    ],
)
def test_a_price_with_windows_holds_a_licence(body: str) -> None:
    assert prices(read(page(body))) == ["0.50"]


def test_a_plan_that_is_only_a_duration_is_a_term() -> None:
    rows = table("Plan|Discount|Price / GPU / hour", "Pay as you go|-|$3.00", "3 months|10%|$2.70")
    offers = read(page(f"<h3>NVIDIA H100</h3>{rows}")).offers
    assert [facts(o)[2:5] for o in offers] == [("on_demand", None, "3.00"), ("reserved", 3, "2.70")]


def test_a_year_beside_a_month_is_a_commitment_or_its_sum() -> None:
    card = "<div><h3>1x NVIDIA L40S</h3><p>$700/month</p><p>{}/year</p></div>"
    lower = read(page(card.format("$7,560"))).offers
    assert [facts(o)[2:] for o in lower] == [
        ("on_demand", None, "700", "month"),
        ("reserved", 12, "7560", "year"),
    ]
    assert prices(read(page(card.format("$8,400")))) == ["700"]


def test_a_cap_is_no_price() -> None:
    assert prices(read(page(table("GPU|Hourly|Monthly cap", "1x RTX 4000 Ada|$0.52|$350")))) == ["0.52"]


def test_a_footnote_on_tax_and_warranty_commits_to_nothing() -> None:
    body = (
        table("GPU|Price per hour", "1x L4|€0.60*") + "<p>* All prices excl. VAT. 12 months warranty on hardware.</p>"
    )
    assert [o.pricing_model for o in read(page(body)).offers] == ["on_demand"]


@pytest.mark.parametrize(
    ("body", "lang", "price"),
    [
        ("<div><h3>1x RTX 4000 Ada</h3><p>ab 189,- € / Monat zzgl. MwSt.</p></div>", "de", "189"),
        ("<div><h3>1x NVIDIA H100</h3><p>450 ₽/час</p><p>Скидка до 30% при оплате за год</p></div>", "ru", "450"),
    ],
)
def test_short_forms_end_no_sentence_and_rebates_are_no_titles(body: str, lang: str, price: str) -> None:
    (offer,) = read(page(body, lang)).offers
    assert (offer.pricing_model, str(offer.price)) == ("on_demand", price)


@pytest.mark.parametrize("heading", ["Previous prices (until June 2025)", "Discontinued", "旧价格"])
def test_prices_below_a_heading_of_former_ones(heading: str) -> None:
    former = f"<h2>{heading}</h2>{table('GPU|Hourly', '1x A100|$1.90')}<ul><li>Tesla K80: $0.45/hr</li></ul>"
    assert prices(read(page(f"<h2>Prices</h2>{table('GPU|Hourly', '1x A100|$1.40')}{former}"))) == ["1.40"]


def test_what_a_customer_says_is_no_price_list() -> None:
    account = read(
        page('<blockquote>"We moved from A100s at $4.10 per hour and cut our bill by half." - CTO</blockquote>')
    )
    assert prices(account) == []


@pytest.mark.parametrize(
    ("titles", "row"),
    [
        ("GPU|OS|Hourly", "1x T4|Windows, Linux|$0.50"),
        ("Instance|Hourly", "1x L40S (vWS license included)|$0.50"),
        ("GPU|Max power|Average start time|Spending limit|Hourly", "1x H100|700 W|40 s|none|$0.50"),
        ("GPU|Idle timeout|Hourly", "1x T4|30 min|$0.50"),
    ],
)
def test_words_of_other_amounts_beside_a_price_do_not_take_it_away(titles: str, row: str) -> None:
    assert prices(read(page(f"<h1>Maximize your revenue</h1>{table(titles, row)}"))) == ["0.50"]


@pytest.mark.parametrize(
    ("text", "lang", "price"),
    [
        ("1時間あたり66円(税込)", "ja", "66"),
        ("单价¥3.5/小时", "zh", "3.5"),
        ("每小时3.5元", "zh", "3.5"),
        ("每小时3.5RMB", "zh", "3.5"),
    ],
)
def test_amounts_right_behind_chinese_and_japanese_words(text: str, lang: str, price: str) -> None:
    assert prices(read(page(f"<div><h3>1x NVIDIA L4</h3><p>{text}</p></div>", lang))) == [price]


def test_links_side_by_side_are_cards() -> None:
    links = "".join(f"<a class=i href=#><span>{gpu}</span><span>24 GB VRAM</span><span>{price}/hr</span></a>" for gpu, price in [("1x RTX A5000", "$0.26"), ("8x L40S", "$7.20")])  # fmt: skip
    offers = read(page(f"<div>{links}</div>")).offers
    assert [(o.gpu_count, str(o.price)) for o in offers] == [(1, "0.26"), (8, "7.20")]  # type: ignore[comparison-overlap]


def test_a_commitment_of_none_is_none() -> None:
    (offer,) = read(page(table("GPU|Hourly, commitment: none", "1x A100|$1.89/hr"))).offers
    assert offer.pricing_model == "on_demand"


@pytest.mark.parametrize(
    ("titles", "row", "right"),
    [
        ("GPU|List price|Deal price", "A100|$1.60/hr|$0.99/hr", ["0.99"]),
        ("GPU|List price|1 year", "A100|$1.60/hr|$0.99/hr", ["1.60", "0.99"]),
        ("GPU|Provider cost|List price", "1x H100|$1.60/hr|$2.40/hr", ["2.40"]),
    ],
)
def test_a_list_price_is_former_beside_a_deals(titles: str, row: str, right: list[str]) -> None:
    assert prices(read(page(table(titles, row)))) == right


def test_spot_on_is_no_spot_price_and_hours_in_a_plan_make_it_no_rent() -> None:
    spot_on = read(page(f"<h1>Spot-on pricing</h1>{table('GPU|Price/hr', 'H100|$2.05')}")).offers
    assert [o.pricing_model for o in spot_on] == ["on_demand"]
    plan = "<div><h3>T4 Desktop</h3><p>16 GB GPU</p><p>$29 / month</p><p>20 hours included, then $1.20/hour</p></div>"
    assert prices(read(page(plan))) == ["1.20"]


def test_a_first_months_price_is_no_price() -> None:
    card = "<div><h3>GPU VPS L4</h3><p>NVIDIA L4 24GB</p><p>First month $49, then $149/month</p></div>"
    assert prices(read(page(card))) == ["149"]

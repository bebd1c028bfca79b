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


@pytest.mark.parametrize(
    ("body", "lang", "price", "currency", "unit"),
    [
        ("<ul><li>1x A10G 1.9¢/min</li></ul>", "en", "0.019", "USD", "instance_minute"),
        (table("GPU|Price (¢/min)", "1x A10G|1.9"), "en", "0.019", "USD", "instance_minute"),
        ("<p>$1 is 100 cents</p>" + table("GPU|Cents per second", "1x A10G|0.05"), "en", "0.0005", "USD", "instance_second"),
        ("<p>Preise in EUR</p>" + table("GPU|ct/Minute", "1x L4|1,50"), "de", "0.015", "EUR", "instance_minute"),
        (table("GPU|Цена за минуту", "1x T4|46 коп."), "ru", "0.46", "RUB", "instance_minute"),
    ],
)  # fmt: skip
def test_hundredths(body: str, lang: str, price: str, currency: str, unit: str) -> None:
    (offer,) = read(page(body, lang)).offers
    assert (str(offer.price), offer.currency, offer.price_unit) == (price, currency, unit)


@pytest.mark.parametrize(
    ("titles", "row", "lang", "price"),
    [
        ("GPU|€/Stunde (netto)|€/Stunde (brutto)", "1x L4|0,60|0,71", "de", "0.60"),
        ("GPU|Prix TTC / mois|Prix HT / mois", "1x L4|220,80 €|184,00 €", "fr", "184.00"),
        ("GPU|Цена в месяц без НДС|Цена в месяц с НДС", "1x A5000|45 000 ₽|54 000 ₽", "ru", "45000"),
        ("GPU|月額(税別)|月額(税込)", "NVIDIA L4 × 1|50,000円|55,000円", "ja", "50000"),
        ("GPU|含税价(元/小时)|不含税价(元/小时)", "A100 × 1|21.2|20.0", "zh", "20.0"),
        ("GPU|시간당 요금(VAT 별도)|시간당 요금(VAT 포함)", "NVIDIA A100 1장|2,000원|2,200원", "ko", "2000"),
        ("GPU|Monthly price", "1x L40S|£1,380.00 ex VAT (£1,656.00 inc VAT)", "en-GB", "1380.00"),
        ("GPU|料金", "1x L4|143 円/時間 (税抜 130円/時間)", "ja", "143"),  # what stands in brackets is the other
    ],
)
def test_a_price_with_tax_repeats_the_one_without(titles: str, row: str, lang: str, price: str) -> None:
    account = read(page(table(titles, row), lang))
    assert [str(o.price) for o in account.offers] == [price] and account.is_whole


@pytest.mark.parametrize(
    "body",
    [
        table("GPU|Price per hour", "1x H100|$2.60 / €2.40 / £2.05"),
        table("GPU|Price per hour", "1x H100|$2.60 (≈ €2.40)"),
        "<div><h3>1x H100</h3><p>On-demand <span>$2.60</span><span>€2.40</span><span>£2.05</span> per hour</p></div>",
        '<div><h3>1x H100</h3><p><span data-cur="EUR" class="is-hidden">€2.40</span><span data-cur="USD">$2.60</span> per hour</p></div>',
        '<div><h3>1x H100</h3><p class="eur" style="display: none">€2.40 / hour</p><p class="usd">$2.60 / hour</p></div>',
    ],
)
def test_a_price_in_several_currencies_is_one_price(body: str) -> None:
    account = read(page(body))
    assert [(str(o.price), o.currency) for o in account.offers] == [("2.60", "USD")] and account.is_whole


@pytest.mark.parametrize(
    ("words", "lang", "currency"),
    [
        ("Prices are in Swedish kronor (SEK) for the whole server.", "en", "SEK"),
        ("", "sv", "SEK"),
        ("", "nb", "NOK"),
        ("", "da", "DKK"),
        ("", "en", ""),
    ],
)
def test_whose_krone_it_is(words: str, lang: str, currency: str) -> None:
    offers = read(page(f"{table('GPU|Per hour', '1x H100|28,90 kr')}<p>{words}</p>", lang)).offers
    assert [(str(o.price), o.currency) for o in offers] == [("28.90", currency)]


@pytest.mark.parametrize(
    ("cell", "price"),
    [("CHF 12'345.00", "12345.00"), ("1’234.50 CHF", "1234.50"), ("934.– CHF", "934"), ("12 345,00 kr", "12345.00")],
)
def test_thousands_and_dashes_of_swiss_and_nordic_amounts(cell: str, price: str) -> None:
    (offer,) = read(page(table("GPU|Preis pro Monat", f"4x NVIDIA L40S|{cell}"), "sv")).offers
    assert str(offer.price) == price


@pytest.mark.parametrize(
    ("titles", "row"),
    [
        ("GPU|Monthly|6 months prepaid|12 months prepaid", "1x H100|$1,500|$8,100|$14,400"),
        ("GPU|Hourly|6 months (total)|12 months (total)", "1x H100|$2.10|$8,100|$14,400"),
        ("GPU|1 month|6 months|12 months", "1x H100|$1,500|$8,100|$14,400"),
    ],
)
def test_what_a_whole_term_costs(titles: str, row: str) -> None:
    offers = read(page(table(titles, row))).offers
    assert [(o.term_months, str(o.price), o.price_unit) for o in offers][1:] == [
        (6, "8100", "term_total"), (12, "14400", "term_total"),
    ]  # fmt: skip


def test_a_line_that_another_offer_is_on_request_says_nothing_of_this_one() -> None:
    lines = "<p>Monthly <b>$19,900</b></p><p>1 year, prepaid <b>$214,920</b></p><p>3 years, prepaid <b>Ask us</b></p>"
    offers = read(page(f"<div><h3>HGX H200</h3><p>8x H200 141GB, 2 TB RAM</p>{lines}</div>")).offers
    assert [(o.pricing_model, o.term_months, o.price_unit) for o in offers] == [
        ("on_demand", None, "month"), ("reserved", 12, "term_total"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "tiers", ["Batch|Low|Medium|High", "On-demand|Priority|Batch|Best effort", "Standard|Turbo|Economy|Guaranteed"]
)
def test_a_column_for_each_tier_of_priority(tiers: str) -> None:
    account = read(page(table(f"GPU|{tiers}", "1x RTX 5090|$0.18/hr|$0.22/hr|$0.26/hr|$0.29/hr")))
    assert [str(o.price) for o in account.offers] == ["0.18", "0.22", "0.26", "0.29"] and account.is_whole
    assert len({o.instance for o in account.offers}) == 4


@pytest.mark.parametrize(
    "titles",
    [
        "Accelerator|Memory per device|Devices per system|Device-hour|System-hour",
        "GPU|Memory per GPU|GPUs per node|Price per GPU/hr|Price per node/hr",
        "Card|Memory per card|Cards per server|Card-hour|Server-hour",
    ],
)
def test_a_machine_and_one_of_its_gpus_side_by_side(titles: str) -> None:
    (offer,) = read(page(table(titles, "AMD MI300X|192 GB|8|$2.10|$16.80"))).offers
    assert (offer.gpu_count, str(offer.price), offer.price_unit, offer.gpu_memory) == (8, "2.10", "gpu_hour", "192 GB")  # type: ignore[comparison-overlap]


def test_memory_that_grows_with_the_number_of_gpus_is_of_all_of_them() -> None:
    offers = read(page(table("Size|VRAM|Total /hr", "1x A100 40GB|40 GB|$0.89", "2x A100 40GB|80 GB|$1.78"))).offers
    assert [o.gpu_memory_is_total for o in offers] == [False, True]


def test_a_part_of_a_card_is_named_by_its_profile() -> None:
    offers = read(page(table("Flavor|Accelerator|Price (€ / hour)", "H100-MIG-3g|NVIDIA H100 MIG 3g.40gb|1.49"))).offers
    assert [o.gpu_label for o in offers] == ["NVIDIA H100 MIG 3g.40gb"]


@pytest.mark.parametrize("line", ["NVIDIA L4 – $0.45/hr", "NVIDIA A100 - $0.45/hr", "RTX 4090 — $0.45/hr"])
def test_a_dash_behind_a_number_of_a_name_is_no_range(line: str) -> None:
    assert [str(o.price) for o in read(page(f"<ul><li>{line}</li></ul>")).offers] == ["0.45"]


def test_a_dash_between_two_amounts_is_one() -> None:
    account = read(page(table("GPU|Price per hour", "1x H100|1.50 – $2.00", "1x L4|1-$2")))
    assert [o for o in account.offers if o.price_status == "priced"] == []


@pytest.mark.parametrize(
    ("title", "months"),
    [
        ("월 약정(12개월)", 12),
        ("1년 약정 월 요금", 12),
        ("Monthly, annual contract", 12),
        ("Pro Monat im Jahresvertrag", 12),
        ("Par mois, engagement annuel", 12),
        ("年間契約時の月額", 12),
        ("Per month, six-month commitment", 6),
    ],
)
def test_terms_in_words(title: str, months: int) -> None:
    offers = read(page(table(f"GPU|{title}", "1x NVIDIA H100|€1.200,00"), "de")).offers
    assert [(o.pricing_model, o.term_months, o.price_unit) for o in offers] == [("reserved", months, "month")]


def test_several_numbers_of_gpus_share_a_price_per_gpu() -> None:
    offers = read(page(table("GPU|Price", "2x & 4x MI300X|$2.99/GPU/hr"))).offers
    assert [(o.gpu_label, o.gpu_count) for o in offers] == [("MI300X", 2), ("MI300X", 4)]  # type: ignore[comparison-overlap]
    account = read(page(table("GPU|Price", "2x & 4x MI300X|$5.98/hr", "8x MI300X|$23.92/hr")))
    assert [o.gpu_count for o in account.offers] == [8] and not account.is_whole


def test_two_amounts_of_which_one_is_the_others_share_are_a_machine_and_one_of_its_gpus() -> None:
    offers = read(page(table("Type|GPUs|Hourly rate|Accelerator rate per hour", "p5|8 x H100|$31.464|$3.933"))).offers
    assert [(str(o.price), o.price_unit) for o in offers] == [("3.933", "gpu_hour")]


@pytest.mark.parametrize(("text", "unit"), [("ab 184,00 € mtl.", "month"), ("184,00 € pro Monat", "month")])
def test_german_short_forms(text: str, unit: str) -> None:
    offers = read(page(f"<div><h3>1x NVIDIA RTX 4000 SFF Ada</h3><p>{text}</p><p>0,2948 €/Std.</p></div>", "de")).offers
    assert {(str(o.price), o.price_unit) for o in offers} == {("184.00", unit), ("0.2948", "instance_hour")}

"""Lists of sentences and of bare numbers, signs that are letters, and numbers of GPUs that stand where few look for them."""

from __future__ import annotations

from tests.unit.scrapers.reading.test_reader import page, read, table


def read_rows(content: str) -> list[tuple[object, ...]]:
    return [
        (o.gpu_label, o.gpu_count, o.pricing_model, o.term_months, str(o.price), o.currency)
        for o in read(content).offers
    ]


def test_a_sentence_with_a_price_of_each_model() -> None:
    items = "".join(
        f"<li>{gpu} is ${a} per GPU hour on demand, or ${b} with a 12-month reservation.</li>"
        for gpu, a, b in [("H100 SXM", "2.19", "1.79"), ("H200", "2.99", "2.39")]
    )
    assert read_rows(page(f"<h1>Rates</h1><ul>{items}</ul>")) == [
        ("H100 SXM", 1, "on_demand", None, "2.19", "USD"), ("H100 SXM", 1, "reserved", 12, "1.79", "USD"),
        ("H200", 1, "on_demand", None, "2.99", "USD"), ("H200", 1, "reserved", 12, "2.39", "USD"),
    ]  # fmt: skip


def test_bare_numbers_below_a_stated_unit_and_currency() -> None:
    offers = read("GPU PRICE LIST\nAll prices in USD per GPU per hour\n\nH100: 2.35\nA100-80: 1.20\n").offers
    assert [(o.gpu_label, str(o.price), o.currency, o.price_unit) for o in offers] == [
        ("H100", "2.35", "USD", "gpu_hour"), ("A100-80", "1.20", "USD", "gpu_hour"),
    ]  # fmt: skip
    assert not read("GPU LIST\n\nH100: 2.35\nH200: 2.95\n").offers


def test_the_rand_s_sign_is_a_letter() -> None:
    rows = table("GPU|RAM|Per hour|Per month", "1x RTX A4000|64GB|R9.50|R5,999.00", "1x L40S|128GB|R32.75|R18 499.00")
    assert [row[4:] for row in read_rows(page(f"{rows}<p>Johannesburg</p>"))] == [
        ("9.50", "ZAR"), ("5999.00", "ZAR"), ("32.75", "ZAR"), ("18499.00", "ZAR"),
    ]  # fmt: skip
    assert not any(row[5] == "ZAR" for row in read_rows(page(rows)))
    assert not read(page(table("Server|GPU|CPU", "R750|L4|R9 290"), "en-ZA")).offers


def test_an_estimator_s_choices_are_rates() -> None:
    body = "<h1>Estimate your cost</h1><select><option>H100 80GB — $2.49/hr</option><option>L4 24GB — $0.44/hr</option></select>"
    assert [row[4] for row in read_rows(page(body))] == ["2.49", "0.44"]


def test_a_product_s_name_ends_in_its_unit() -> None:
    cards = "".join(
        f"<li><div><a>GPU server – {gpu} – Monthly</a><div><div><span>Regular price</span><s>€999,00 EUR</s>"
        f"<span>Sale price</span><span>€{price} EUR</span></div></div><button>Add to cart</button></div></li>"
        for gpu, price in [("2x RTX 4090", "749,00"), ("4x RTX 5090", "1.899,00")]
    )
    offers = read(page(f"<h1>Servers</h1><ul>{cards}</ul>")).offers
    assert [(str(o.gpu_count), str(o.price)) for o in offers] == [("2", "749.00"), ("4", "1899.00")]
    assert {o.price_unit for o in offers} == {"month"}


def test_a_span_of_gpus_numbers_none() -> None:
    (offer,) = read(
        page("<div><h3>NVIDIA HGX B200</h3><p>Clusters of 16 to 512 GPUs</p><p>$3.95 /GPU/hour</p></div>")
    ).offers
    assert offer.gpu_count == 1


def test_numbers_of_gpus_behind_other_words_of_the_card() -> None:
    box = "<div><h3>GN10</h3><p>NVIDIA V100 NVLink 32GB × 8,96核,384GB内存</p><p>￥152.80/小时</p></div>"
    assert [row[1] for row in read_rows(page(f"<h1>GPU</h1>{box}", "zh"))] == [8]
    box = "<div><h3>G4</h3><p>RTX 4090 Gaming 24GB x 4, 64 cores</p><p>$1.60/hr</p></div>"
    assert [row[1] for row in read_rows(page(f"<h1>GPU</h1>{box}"))] == [4]
    box = "<div><h3>G1</h3><p>RTX 4090, NVMe x 2</p><p>$0.40/hr</p></div>"
    assert [row[1] for row in read_rows(page(f"<h1>GPU</h1>{box}"))] == [1]


def test_a_column_n_counts_gpus() -> None:
    rows = "gpu        n   vram    $/h\nh100-sxm   1   80G     2.40\nh100-sxm   8   640G    19.20\n"
    assert [row[1] for row in read_rows(page(f"<pre>\n{rows}</pre>"))] == [1, 8]


def test_memory_of_several_gpus_doubts_a_price_of_one() -> None:
    account = read(page(table("GPU|VRAM|Price", "H100|640 GB|$19.20/hr", "MI300X|1.5T|$16.00/hr", "L4|24 GB|$0.70/hr")))
    assert [str(o.price) for o in account.offers] == ["0.70"] and not account.is_whole


def test_a_line_that_leads_to_a_list_heads_it() -> None:
    text = (
        "# Pricing\n\nOn-demand, per GPU, per hour:\n\n* **NVIDIA H200 (141 GB)** — $3.44\n* **AMD MI300X (192 GB)** — $1.99\n\n"
        "With a 12-month commitment:\n\n* **NVIDIA H200 (141 GB)** — $2.50\n\nAll of them come with NVMe.\n"
    )
    assert [row[2:5] for row in read_rows(text)] == [
        ("on_demand", None, "3.44"), ("on_demand", None, "1.99"), ("reserved", 12, "2.50"),
    ]  # fmt: skip


def test_kinds_of_cloud_behind_the_price_tell_offers_apart() -> None:
    box = "<div><h3>RTX 5090</h3><p>$0.69/hr Community Cloud</p><p>$0.89/hr Secure Cloud</p></div>"
    offers = read(page(f"<h1>GPUs</h1>{box}")).offers
    assert [(o.instance, str(o.price)) for o in offers] == [
        ("RTX 5090 Community Cloud", "0.69"), ("RTX 5090 Secure Cloud", "0.89"),
    ]  # fmt: skip


def test_an_answer_says_a_bound_again() -> None:
    cards = "<div><div><b>H100 PCIe</b> <span>from $1.99/hr</span></div><div><b>H100 SXM</b> <span>from $2.39/hr</span></div></div>"
    answer = "<details><summary>How much is an H100?</summary><p>From $1.99 per hour.</p></details>"
    assert [row[4] for row in read_rows(page(f"<h1>H100 cloud</h1>{cards}{answer}"))] == ["1.99", "2.39"]


def test_bold_lines_and_names_of_models_head_the_lists_below() -> None:
    text = "# Rates\n\n**Reserved (1 year)**\n\n- H100 SXM5: $1.89/hr per GPU\n\n**Spot**\n\n- H100 SXM5: $1.09/hr per GPU\n\nOn-demand\n\n- H100 SXM5: $2.49/hr per GPU\n"
    assert [row[2:5] for row in read_rows(text)] == [
        ("reserved", 12, "1.89"), ("spot", None, "1.09"), ("on_demand", None, "2.49"),
    ]  # fmt: skip


def test_a_tab_s_label_is_the_unit_of_its_prices() -> None:
    labels = '<ul><li><a href="#hourly">Hourly</a></li><li><a href="#monthly">Monthly</a></li></ul>'
    panels = "".join(
        f'<div id="{name}" class="tab-pane">{table("Server|GPU|Price", f"S1|1x RTX 2000 Ada|{price}")}</div>'
        for name, price in [("hourly", "$0.24"), ("monthly", "$149")]
    )
    offers = read(page(f"<h1>Servers</h1>{labels}{panels}")).offers
    assert [(o.price_unit.rpartition("_")[2], str(o.price)) for o in offers] == [("hour", "0.24"), ("month", "149")]


def test_prices_and_their_models_in_turn() -> None:
    box = "<div><h3>L4</h3><p>$0.49 / $0.42 / $0.35 per GPU-hour (on-demand / 6 months / 12 months)</p></div>"
    assert [row[2:5] for row in read_rows(page(f"<h1>Rent</h1>{box}"))] == [
        ("on_demand", None, "0.49"), ("reserved", 6, "0.42"), ("reserved", 12, "0.35"),
    ]  # fmt: skip


def test_a_sentence_of_another_accelerator_is_not_of_the_heading_s() -> None:
    text = "<h1>Announcing H200 price cuts</h1><p>H200 instances drop from $3.99 to $2.99 per GPU per hour.</p>"
    rows = read_rows(page(f"{text}<p>A100 80GB remains at $1.29 per GPU per hour.</p>"))
    assert not any("H200" in str(row[0]) and row[4] == "1.29" for row in rows)


def test_terms_of_other_languages() -> None:
    rows = table("Modelo|Bajo demanda (€/hora)|Reserva 1 año (€/hora)", "NVIDIA A30|0,62|0,45")
    assert [row[2:5] for row in read_rows(page(rows, "es"))] == [("on_demand", None, "0.62"), ("reserved", 12, "0.45")]
    rows = table("GPU|A consumo (€/ora)|12 mesi (€/ora)", "NVIDIA L4|0,70|0,49")
    assert [row[2:5] for row in read_rows(page(rows, "it"))] == [("on_demand", None, "0.70"), ("reserved", 12, "0.49")]


def test_a_list_price_beside_what_one_pays() -> None:
    rows = table("GPU|List price|Discount|You pay", "A100 SXM 80GB|$1.89/hr|-30%|$1.32/hr")
    assert [row[4] for row in read_rows(page(rows))] == ["1.32"]


def test_a_total_above_the_price_of_one_gpu() -> None:
    box = "<div><h3>NVIDIA H100 SXM</h3><div><b>4x</b><b>8x</b></div><p>$19.92/hr</p><p>$2.49 per GPU</p></div>"
    offers = read(page(f"<h1>Rent</h1>{box}")).offers
    assert [(str(o.price), o.price_unit) for o in offers] == [("2.49", "gpu_hour")]


def test_a_list_s_unit_stands_in_its_own_section() -> None:
    items = "<div><p>L4 24GB 0.58</p><p>A10G 24GB 0.85</p></div>"
    note = "<p>USD per hour</p>"
    assert [row[4] for row in read_rows(page(f"<h1>Rent</h1><h2>Small</h2>{items}{note}"))] == ["0.58", "0.85"]
    assert not read(page(f"<h1>Rent</h1><h2>Large</h2>{note}<h2>Small</h2>{items}")).offers


def test_titles_with_raised_marks_keep_their_words() -> None:
    content = table("Machine|GPUs|Price¹|Preemptible¹", "gx-8|8 NVIDIA H100|$22.40|$9.60")
    rows = read_rows(page(f"{content}<p>¹ Per machine per hour, in US dollars.</p>"))
    assert [(row[1], row[2], row[4]) for row in rows] == [(8, "on_demand", "22.40"), (8, "spot", "9.60")]


def test_cities_above_lists_tell_offers_apart() -> None:
    lists = "".join(
        f"<h2>{city}</h2><ul><li><b>4× H100 PCIe</b> · 96 vCPU · <b>€{price}/h</b></li></ul>"
        for city, price in [("Frankfurt (FRA1)", "8.76"), ("Paris (PAR2)", "8.40")]
    )
    offers = read(page(lists)).offers
    assert [(o.region, str(o.price)) for o in offers] == [("Frankfurt (FRA1)", "8.76"), ("Paris (PAR2)", "8.40")]


def test_a_minimum_of_gpus_is_no_price_s_title() -> None:
    terms = "<ul><li>On-demand – $2.60 GPU/hr</li><li>1-year – $1.90 GPU/hr</li></ul>"
    box = f"<div><h3>HGX H100 cluster</h3><p>InfiniBand NDR, 64 GPUs minimum</p>{terms}</div>"
    assert [row[2:5] for row in read_rows(page(f"<h1>Deals</h1>{box}"))] == [
        ("on_demand", None, "2.60"), ("reserved", 12, "1.90"),
    ]  # fmt: skip


def test_a_share_before_a_sign_of_times_is_one_number() -> None:
    rows = table("规格|GPU|按量付费(元/小时)", "vgn7i|1/3 × NVIDIA A10|4.02", "gn7i|1 × NVIDIA A10|11.06")
    account = read(page(rows, "zh"))
    assert [str(o.price) for o in account.offers][-1] == "11.06" and account.is_whole


def test_swiss_round_sums_and_cells_that_cannot_be_read() -> None:
    rows = table("GPU|CHF / Stunde|CHF / Monat", "1× NVIDIA RTX A5000|0.875|525.–", "2× NVIDIA A100|5.20|3'120.–")
    assert [row[4] for row in read_rows(page(rows, "de-CH"))] == ["0.875", "525", "5.20", "3120"]
    account = read(page(table("GPU|SEK/h|SEK/mån", "1x L4|7.50|499:-")))
    assert [str(o.price) for o in account.offers] == ["7.50"] and not account.is_whole


def test_discounts_from_many_gpus_count_none() -> None:
    rows = table("GPU|Hourly (USD)|Notes", "H100 80GB SXM|2.49|Volume discounts from 64 GPUs", "L4|0.60|2 GPUs min.")
    assert [row[1] for row in read_rows(page(rows))] == [1, 1]


def test_a_comma_and_a_dash_end_round_sums() -> None:
    box = "<div><h3>GPU Zwaar</h3><p>2x NVIDIA L40S, 32 cores</p><p>€ 1.299,- per maand</p></div>"
    assert [row[4] for row in read_rows(page(f"<h1>Huren</h1>{box}", "nl"))] == ["1299"]


def test_tables_drawn_with_signs_in_plain_text() -> None:
    rule = "+-------+-----------+--------+\n"
    rows = "| B200  | 4.49      | 2.90   |\n| L40S  | 0.85      | -      |\n"
    text = f"GPU RATES\nAll rates: USD per GPU-hour\n\n{rule}| GPU   | On-demand | 1-yr   |\n{rule}{rows}{rule}"
    assert [row[2:5] for row in read_rows(text)] == [
        ("on_demand", None, "4.49"), ("reserved", 12, "2.90"), ("on_demand", None, "0.85"),
    ]  # fmt: skip


def test_rights_reserved_are_no_reservation() -> None:
    for rights in ("© 2026 All rights reserved.", "Tous droits réservés", "Todos los derechos reservados"):
        body = f"<h1>NVIDIA H100 NVL</h1><p>Full GPU — $2.60/hour</p><div>{rights}</div>"
        assert [row[2] for row in read_rows(page(body))] == ["on_demand"]


def test_parts_of_a_gpu_in_words() -> None:
    items = (
        "<li>Full GPU — $2.60/hour</li><li>Half GPU (MIG 3g.47gb) — $1.40/hour</li><li>Quarter GPU — $0.75/hour</li>"
    )
    rows = read_rows(page(f"<h1>Rates for NVIDIA H100 NVL</h1><ul>{items}</ul>"))
    assert [(str(row[1]), row[4]) for row in rows] == [("1", "2.60"), ("0.5", "1.40"), ("0.25", "0.75")]


def test_a_column_of_many_nodes_is_on_a_condition() -> None:
    rows = table("Node type|GPUs|1 node|4+ nodes", "DGX-H100|8 × H100 80GB|$20.00/hr|$18.40/hr per node")
    assert [(row[1], row[4]) for row in read_rows(page(rows))] == [(8, "20.00")]


def test_cycles_before_prices_of_a_month_are_commitments() -> None:
    line = "<label>Monthly — $1,099/mo</label><label>Annually — $999/mo</label><label>Biennially — $899/mo</label>"
    rows = read_rows(
        page(f"<h1>GPU Server 2x NVIDIA L40S</h1><fieldset><legend>Billing cycle</legend>{line}</fieldset>")
    )
    assert [row[2:5] for row in rows] == [
        ("on_demand", None, "1099"), ("reserved", 12, "999"), ("reserved", 24, "899"),
    ]  # fmt: skip


def test_the_ends_of_a_range_in_linked_data() -> None:
    offers = '{"@type":"AggregateOffer","lowPrice":"899","highPrice":"1099","priceCurrency":"USD"}'
    data = f'{{"@type":"Product","name":"GPU Server 2x NVIDIA L40S","offers":{offers}}}'
    script = f'<script type="application/ld+json">{data}</script>'
    rows = read_rows(page(f"<h1>GPU Server 2x NVIDIA L40S</h1><p>$1,099/month</p>{script}"))
    assert [row[4] for row in rows] == ["1099"]


def test_a_subscription_above_hourly_prices_is_no_commitment() -> None:
    rows = table("Machine|GPU|Pro ($8/mo)", "A100-80G|A100 80GB|$3.18/hr")
    assert [row[2:5] for row in read_rows(page(rows))] == [("on_demand", None, "3.18")]

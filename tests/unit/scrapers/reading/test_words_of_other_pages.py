"""Words and shapes of pages that people wrote elsewhere: documents, guides, lists of others. The samples are made up."""

from __future__ import annotations

from decimal import Decimal

import pytest

from scrapers.reading.amounts import find_amounts
from tests.unit.scrapers.reading.test_reader import facts, page, read, table


@pytest.mark.parametrize(
    ("title", "cell", "currency"),
    [
        ("按量计费", "1.90 美元/小时起", "USD"),
        ("价格（美元/小时）", "1.90", "USD"),
        ("价格（欧元/小时）", "1.90", "EUR"),
        ("价格（元/小时）", "1.90", "CNY"),
        ("料金", "1.90米ドル/時間", "USD"),
        ("On demand", "1.90$USD/h", "USD"),
        ("On demand", "1.90 USD$/h", "USD"),
    ],
)
def test_a_currency_of_another_country_is_that_one(title: str, cell: str, currency: str) -> None:
    (offer,) = read(page(table(f"GPU|显存|{title}", f"Tesla P40|24 GB|{cell}"), "zh")).offers
    assert (str(offer.price), offer.currency, offer.price_unit[-4:]) == ("1.90", currency, "hour")


def test_a_month_repeats_an_hour_that_was_rounded() -> None:
    rows = ("g1|T4|1|$0.52|$383", "g2|T4|4|$3.91|$2,856")
    account = read(page(table("Instance|GPU|GPUs|Hourly|Monthly", *rows)))
    assert [str(o.price) for o in account.offers] == ["0.52", "3.91"]
    (_, commitment) = read(page(table("Instance|GPU|GPUs|Hourly|Monthly", "g1|T4|1|$0.52|$340"))).offers
    assert facts(commitment)[2:5] == ("reserved", 1, "340")


def test_a_title_counts_the_gpus_of_its_column() -> None:
    rows = ("H100 SXM|$3.40|$3.70", "A10|—|$0.80")
    account = read(page("<p><b>GPU prices (instances, per GPU/hr):</b></p>" + table("GPU|8x Config|1x Config", *rows)))
    assert [(str(o.gpu_count), str(o.price), o.price_unit) for o in account.offers] == [
        ("8", "3.40", "gpu_hour"), ("1", "3.70", "gpu_hour"), ("1", "0.80", "gpu_hour"),
    ]  # fmt: skip


@pytest.mark.parametrize("time", ["Est. Time", "Training Time", "Run time", "GPU-hours"])
def test_what_a_job_costs_is_no_price_of_an_hour(time: str) -> None:
    rows = ("L4|$0.20/hr|~90 min|~$0.30", "H100|$1.90/hr|~8 min|~$0.25")
    account = read(page("<h2>GPU prices per hour</h2>" + table(f"GPU|Price|{time}|Total Cost", *rows)))
    assert [str(o.price) for o in account.offers] == ["0.20", "1.90"]


def test_a_formula_is_no_price_nor_its_result() -> None:
    rows = ("L4|$0.70 × 5 ÷ 3,600|$0.00097|$1.40", "A100|$2.70 × 5 ÷ 3,600|$0.0037|$5.40")
    assert not read(
        page("<h2>GPUs by the hour</h2>" + table("Tier|Formula|One five-second tail|1,440 tails", *rows))
    ).offers


@pytest.mark.parametrize(
    ("cell", "labels"),
    [
        ("H100 PRO", ["H100"]),
        ("H200 PRO", ["H200"]),
        ("L40, L40S, 6000 Ada PRO", ["L40", "L40S", "RTX 6000 Ada"]),
        ("L4, A5000, 3090", ["L4", "A5000", "RTX 3090"]),
    ],
)
def test_cards_of_one_memory_share_a_price(cell: str, labels: list[str]) -> None:
    offers = read(page(table("GPU type(s)|Memory|Flex cost per second", f"{cell}|48 GB|$0.00053"))).offers
    assert [o.gpu_label for o in offers] == labels


def test_a_heading_or_a_column_names_another_provider_by_its_address() -> None:
    body = "<h2>GPU Cloud Pricing Comparison</h2><h3>Runpod.io</h3>" + table("GPU|1 Hour", "A40|$0.49", "L4|$0.44")
    assert not read(page(body)).offers
    account = read(
        page(
            table(
                "GPU|VRAM|RunPod|Hugging Face|Notes", "A100|80GB|$1.90/hr|$6.50/hr|", "A10|24GB|||$0.60/hr LambdaLabs"
            )
        )
    )
    assert not account.offers


def test_a_preemptive_machine_is_spot() -> None:
    (offer,) = read("# Prices\n\n- TPU v4 preemptive: $0.90/h\n").offers
    assert offer.pricing_model == "spot"


def test_the_one_chief_heading_names_the_provider_of_a_document() -> None:
    prices = "\n\n| GPU | VRAM | USD/h |\n|---|---|---|\n| L40S | 48 GB | $1.50 |\n"
    assert [str(o.price) for o in read(f"# Vultr{prices}").offers] == ["1.50"]
    assert not read(f"# Cloud GPUs\n\n## Vultr{prices}").offers
    assert not read(f"# Vultr alternatives\n\n## Vultr{prices}").offers


def test_a_machine_with_gpus_of_no_name_is_not_passed_over() -> None:
    account = read(page(table("Instance|vCPUs|GPUs|Price/Hour", "ml.x4.xlarge|16|1|$1.20", "ml.c4.xlarge|16|0|$0.20")))
    assert not account.offers and [e.text for e in account.unexplained] == ["$1.20"]


def test_a_model_with_a_column_of_its_own_is_none_of_the_others() -> None:
    lead = "<p>Community Cloud (hosts) + Secure Cloud (SOC 2) + Spot/Interruptible.</p>"
    account = read(page(lead + table("GPU|Secure (USD/h)|Community (USD/h)|Spot (USD/h)", "L40S|$0.90|$0.80|$0.40")))
    assert [(o.pricing_model, str(o.price)) for o in account.offers] == [
        ("on_demand", "0.90"), ("on_demand", "0.80"), ("spot", "0.40"),
    ]  # fmt: skip


def test_a_remark_on_the_bundle_repeats_the_price_of_one() -> None:
    rows = ("NVIDIA L40S|$1.60|16 vCPU", "NVIDIA HGX H100|$1.90/GPU|só bundle 8x (servidor $15.20/h)")
    account = read(page(table("GPU|USD/h (1x)|Notas", *rows), "pt"))
    assert [str(o.price) for o in account.offers] == ["1.60", "1.90"] and account.is_whole
    (offer,) = read(page(table("GPU|USD/h por GPU|Notas", "NVIDIA A100|$1.40|8x GPU"), "pt")).offers
    assert offer.price_unit == "gpu_hour"


def test_an_amount_is_of_the_accelerator_that_its_own_words_name() -> None:
    lists = "- A100 80GB: **Spot $0.45** · Acme $0.45 (cheapest) · Other $0.80\n\n## RTX 4090 24GB\n\nPrices below.\n"
    offers = read(f"# Cheapest GPUs per hour\n\n## H100 80 GB\n\n{lists}").offers
    assert "RTX 4090" not in {o.gpu_label[:8] for o in offers}


def test_a_flag_of_data_says_spot() -> None:
    items = ", ".join(f'{{"gpu_model": "{gpu}", "is_spot": {spot}, "price_usd_hour": 0.9}}' for gpu, spot in (("A40", "true"), ("L40S", "false")))  # fmt: skip
    assert [o.pricing_model for o in read(f"[{items}]").offers] == ["spot", "on_demand"]


def test_headings_of_stages_tell_prices_apart() -> None:
    sections = "".join(f"<h3>{stage}</h3>{table('GPU|USD/h', f'L40|${price}', 'A10|$0.50')}" for stage, price in (("Prototyping", "0.90"), ("Production", "1.40")))  # fmt: skip
    assert [str(o.price) for o in read(page(sections)).offers if o.gpu_label == "L40"] == ["0.90", "1.40"]


def test_the_price_of_a_node_repeats_that_of_one_gpu() -> None:
    rows = ("HGX H100|~$6.10|$48.80/h", "L40S|~$2.20|$17.60/h", "GB200 NVL72|—|$44.00/h (pacote 4-GPU)")
    head = "<h3>Clusters (preço por GPU normalizado)</h3>"
    account = read(page(head + table("GPU|USD/h por GPU|Preço real do nó 8x", *rows), "pt"))
    assert [str(o.price) for o in account.offers] == ["6.10", "2.20", "44.00"] and account.is_whole
    assert account.offers[2].gpu_count == Decimal(4)


def test_a_sentence_on_a_commitment_is_not_passed_over() -> None:
    body = "<h2>NVIDIA L40S Server</h2><p>1x L40S, 48 GB</p><p>Preis: 900 € pro Monat.</p><p>Bei 24 Monaten Laufzeit zahlen Sie nur 700 € pro Monat.</p>"
    account = read(page(body, "de"))
    assert {str(o.price) for o in account.offers} == {"900"} and not account.is_whole


def test_a_subscription_with_a_choice_of_cards_is_no_rent() -> None:
    rows = ("Hobby|$8/month|M4000, P5000", "Pro|$250/month|A100, H100")
    account = read(page(table("Plan|Price|GPUs", *rows)))
    assert not account.offers and not account.is_whole


def test_a_price_is_not_of_the_card_that_it_is_compared_with() -> None:
    def about(gpu: str, price: str) -> str:
        return f"<p><b>{gpu} - Inference:</b></p><ul><li>Power: 165W TDP</li><li>Cost: {price}</li></ul>"

    body = f"<h1>FAQ</h1><h3>Which GPU?</h3>{about('A30 (24GB HBM2)', '€0.60/hour - 3x cheaper than A100')}{about('A100 (80GB)', '€2.10/hour - fast')}"
    assert [(o.gpu_label[:4].strip(), str(o.price)) for o in read(page(body)).offers] == [
        ("A30", "0.60"),
        ("A100", "2.10"),
    ]


def test_a_unit_names_the_card() -> None:
    (offer,) = read(page(table("Node type|Price (RMB)|GPU number|RAM", "GPU node|1.00 RMB/V100·HOUR|8|1TB"))).offers
    assert (offer.price_unit, offer.currency) == ("gpu_hour", "CNY")


def test_a_billing_period_is_the_unit_of_data() -> None:
    plan = '{"currency": "EUR", "plans": [{"name": "one", "gpu": "RTX A4500", "gpu_count": 2, "price": 0.9, "billing_period": "per-hour"}]}'
    (offer,) = read(plan).offers
    assert (offer.price_unit, offer.gpu_count) == ("instance_hour", Decimal(2))


@pytest.mark.parametrize("heading", ["Example configurations", "Pricing calculator"])
def test_cards_by_the_hour_below_examples_are_not_passed_over(heading: str) -> None:
    cards = "".join(f"<div><h3>{gpu}</h3><p>80 GB</p><p>{price}/hr</p></div>" for gpu, price in (("1x H100", "$2.50"), ("8x H100", "$20.00")))  # fmt: skip
    account = read(page(f"<h1>Pricing</h1><h2>{heading}</h2><div>{cards}</div>"))
    assert not account.is_whole


def test_a_row_within_a_table_titles_the_prices_below_it() -> None:
    rows = ("<b>Intel</b>|Обычная ВМ|Прерываемая ВМ", "100% vCPU|1,20 ₽|0,30 ₽", "1 GPU Nvidia V100|250,00 ₽|60,00 ₽", "<b>AMD</b>|Обычная ВМ|Прерываемая ВМ", "1 GPU Nvidia A100|300,00 ₽|70,00 ₽")  # fmt: skip
    offers = read(page(table("Ресурс|Цена за 1 час|Цена за 1 час", *rows), "ru")).offers
    assert [(o.pricing_model, str(o.price)) for o in offers] == [
        ("on_demand", "250.00"), ("spot", "60.00"), ("on_demand", "300.00"), ("spot", "70.00"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("plural", "singular"),
    [
        ("2 A10Gs", "2x A10G"),
        ("2 L40Ss", "2x L40S"),
        ("4 V100s", "4x V100"),
        ("2 RTX 4090s", "2x RTX 4090"),
        ("8 RTX 3080 Tis", "8x RTX 3080 Ti"),
        ("2x V100S", "2x V100S"),
    ],
)
def test_several_cards_are_of_the_model_of_one(plural: str, singular: str) -> None:
    (offer,) = read(page(f"<h1>Pricing</h1><p>{plural}: $3.40/hour</p>")).offers
    assert offer.gpu_label == singular.split("x ")[1]
    assert str(offer.gpu_count) == singular[0]


def test_a_card_and_its_sister_are_not_half_of_one() -> None:
    (offer,) = read(page(table("GPU|VRAM|Price per hour", "V100/S|16 GB|$0.85"))).offers
    assert (offer.gpu_label, str(offer.gpu_count)) == ("V100", "1")


def test_a_name_far_off_in_a_paragraph_does_not_hide_its_prices() -> None:
    cells = " | ".join(f"{n}x Nvidia A100 GPU | ${n * 2}.10/hr | {n}x | {n * 80} GB" for n in (1, 2, 4, 8))
    text = f"<p>{cells}. {'You pay for what runs and nothing else. ' * 8}Models on Replicate are shared.</p>"
    account = read(page(f"<h1>How does billing work?</h1>{text}"))
    assert not account.offers
    assert len(account.unexplained) >= 4


@pytest.mark.parametrize(
    "titles", ["Flex cost per second|Active cost per second", "Serverless ($/s)|Flex worker ($/s)"]
)
def test_flex_beside_active_workers_are_serverless(titles: str) -> None:
    account = read(page("<h2>GPU prices</h2>" + table(f"GPU type|Memory|{titles}", "A100|80 GB|$0.00071|$0.00052")))
    assert [(o.pricing_model, o.product) for o in account.offers] == [("on_demand", "serverless")] * 2


def test_a_plan_with_one_card_is_doubted_unless_it_is_a_machine() -> None:
    rows = ("Starter|$19/month|T4", "Growth|$39/month|A10")
    account = read(page("<h2>Plans</h2>" + table("Plan|Price|GPU", *rows)))
    assert not account.offers
    assert len(account.unexplained) == 2
    rows = ("Starter|$190/month|T4|8 vCPU|32 GB RAM", "Growth|$390/month|A10|16 vCPU|64 GB RAM")
    offers = read(page("<h2>Servers</h2>" + table("Plan|Price|GPU|vCPUs|RAM", *rows))).offers
    assert [str(o.price) for o in offers] == ["190", "390"]


def test_a_licence_for_a_card_is_no_rent() -> None:
    rents = "<h2>Cloud</h2><h3>GPU machines</h3>" + table("GPU|Per GPU-hour", "H100|$2.10", "B200|$5.20")
    fees = "<h2>Licensed</h2><h3>GPU licences</h3><p>Per GPU, per year:</p>" + table("GPU|Per GPU-year", "H100|$3,400")
    offers = read(page(rents + fees)).offers
    assert [(o.gpu_label, str(o.price)) for o in offers] == [("H100", "2.10"), ("B200", "5.20")]
    (offer,) = read(page("<h3>Licences included</h3>" + table("GPU|Per GPU-hour", "H100|$2.10"))).offers
    assert str(offer.price) == "2.10"


@pytest.mark.parametrize(
    "cell", ["$2-3", "¥800-1200", "¥800～1200", "$2–3 per hour", "$1-2 for a full run", "¥3.8万元", "¥75 万前後"]
)
def test_spans_and_ten_thousands_are_no_prices(cell: str) -> None:
    assert all(amount.fault for amount in find_amounts(cell))
    assert find_amounts(cell)


@pytest.mark.parametrize("cell", ["$2-8x", "$99-12 months", "$3 - 2 GPUs", "$450-1 month"])
def test_what_follows_a_dash_may_be_no_amount(cell: str) -> None:
    (amount,) = find_amounts(cell)
    assert not amount.fault


def test_a_fee_by_the_month_with_a_year_paid_is_of_a_month() -> None:
    rows = ("RTX 3090|¥2000|¥1500", "RTX 4090|¥4000|¥3000")
    offers = read(page(table("配置|月费用（按需）|月费用（包年）", *rows), "zh")).offers
    assert [(o.pricing_model, o.term_months, o.price_unit) for o in offers] == [
        ("on_demand", None, "gpu_month"), ("reserved", 12, "gpu_month"),
    ] * 2  # fmt: skip


@pytest.mark.parametrize("time", ["Duration", "Train Time", "Expected duration"])
def test_what_a_stated_while_costs_is_no_price_of_an_hour(time: str) -> None:
    rows = ("First run|10 min|1x A100|$0.20", "Second run|~2 h|4x A100|$6.20", "Third run|1 hour|8x A100|$8.20")
    account = read(page("<h2>GPUs by the hour</h2>" + table(f"Run|{time}|GPUs|Cost", *rows)))
    assert not account.offers
    rates = ("L4|$0.40|3h|≈$1.20", "A100|$1.80|2h|≈$3.60")
    offers = read(page("<h2>Estimate</h2>" + table(f"GPU|Price/Hour|{time}|Cost", *rates))).offers
    assert [str(o.price) for o in offers] == ["0.40", "1.80"]


def test_an_amount_that_is_about_another_is_that_one() -> None:
    offers = read(page(table("GPU|价格", "RTX 4090|¥1.2/小时 ≈ ¥20/天"), "zh")).offers
    assert [(str(o.price), o.price_unit, o.pricing_model) for o in offers] == [("1.2", "gpu_hour", "on_demand")]


def test_what_is_paid_once_is_no_rent_in_chinese() -> None:
    rows = ("自建|RTX 4090|¥15,000|¥0", "云GPU|V100|¥0|¥500/月")
    (offer,) = read(page(table("方案|硬件|一次性成本|月成本", *rows), "zh")).offers
    assert (offer.gpu_label, str(offer.price), offer.price_unit) == ("V100", "500", "gpu_month")


def test_a_pro_card_may_leave_its_line_out() -> None:
    rows = ("Pro 6000 SE 96GB PCIe|$2.15/hr", "NVIDIA Pro 5000 Blackwell|$1.15/hr")
    offers = read(page(table("GPU|Price", *rows))).offers
    assert [o.gpu_label for o in offers] == ["RTX Pro 6000 SE 96GB PCIe", "NVIDIA RTX Pro 5000 Blackwell"]

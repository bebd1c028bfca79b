"""Kinds of pages that were read wrong, or not, when they were first seen. The samples are made up."""

from __future__ import annotations

from decimal import Decimal

import pytest

from scrapers.reading.accelerator_names import mentions
from tests.unit.scrapers.reading.test_reader import facts, page, read, table


def test_prose_below_a_table_prices_nothing_of_it() -> None:
    nodes = table("Role|Shape|Disk", "runner|CPU VM, 4 vCPU|100 GB", "worker|1x H100 80 GB spot container|100 GB")
    account = read(
        page(f"{nodes}<p>Worker rate now: $1.05/GPU-hour. Runner rate: $0.0992/hour. Two of them halve it.</p>")
    )
    assert not account.offers
    card = "<div><table><tr><td>GPU</td><td>RTX 4090</td></tr><tr><td>vCPU</td><td>8</td></tr></table><p>$0.45 / hour</p></div>"
    assert [facts(o)[4] for o in read(page(card)).offers] == ["0.45"]


def test_a_version_of_a_model_is_no_tpu() -> None:
    assert not mentions("lab/Deep-V3-0412")
    assert [m.name for m in mentions("v3-8 and v5e-16")] == ["v3-8", "v5e-16"]


@pytest.mark.parametrize(
    "pair", [("input_price", "output_price"), ("Input price", "Output price"), ("Input tokens", "Output tokens")]
)
def test_prices_of_input_and_output_are_of_tokens(pair: tuple[str, str]) -> None:
    models = table(f"model|{pair[0]}|{pair[1]}", "some-A100-tune|$0.80|$0.80", "other-L4-tune|$0.10|$0.20")
    cards = table("GPU|Price", "H100|$3.15/Hour")
    assert [facts(o)[0] for o in read(page(f"{models}<h2>Dedicated</h2>{cards}")).offers] == ["H100"]


def test_a_size_below_the_title_gpu_is_the_cards_memory() -> None:
    rows = ("RTX5000|16 GB|30 GB|8|$0.75/hr", "A100|40 GB|90 GB|12|$2.85/hr")
    offers = read(page(table("Name|GPU|Memory|vCPUs|Price", *rows))).offers
    assert [(o.gpu_label, o.gpu_memory, o.ram_gb) for o in offers] == [
        ("RTX5000", "16 GB", Decimal(30)),
        ("A100", "40 GB", Decimal(90)),
    ]


def test_a_list_in_a_cell_has_a_price_each_in_another() -> None:
    rows = (
        "<p><b>A4000</b></p><ul><li>A4000</li><li>A4000x2</li></ul>|<ul><li>$0.70 / hr</li><li>$1.40 / hr</li></ul>|all",
        "<p><b>V100</b></p><ul><li>V100</li></ul>|<ul><li>$2.10 / hr</li></ul>|some",
        "L4<br>L4 x 2<br>L4 x 4|$0.50/hr<br>$1.00/hr<br>$2.00/hr|some",
    )
    account = read(page(table("GPU|Price on Core|Tier", *rows)))
    assert [(str(o.gpu_count), str(o.price)) for o in account.offers] == [
        ("1", "0.70"), ("2", "1.40"), ("1", "2.10"), ("1", "0.50"), ("2", "1.00"), ("4", "2.00"),
    ]  # fmt: skip
    # Two names of one card beside its price by the second and by the hour are one offer.
    twice = ("Nvidia T4 GPU<br>gpu-t4|$0.0002/sec<br>$0.72/hr", "8x Nvidia T4 GPU<br>gpu-t4-8x|$0.0016/sec<br>$5.76/hr")
    account = read(page(table("Hardware|Price", *twice)))
    assert [(str(o.gpu_count), str(o.price)) for o in account.offers] == [("1", "0.72"), ("8", "5.76")]
    assert account.is_whole


def test_data_that_calls_its_accelerator_a_resource() -> None:
    yaml = (
        "generated: '2026-08-01'\ncurrency: USD\nplans:\n"
        "- name: On-Demand\n  prices:\n  - resource: NVIDIA H100 SXM\n    vram_gb: 80\n    price_per_hour: 3.10\n"
        "  - resource: NVIDIA L40\n    vram_gb: 48\n    price_per_hour: 0.90\n"
        "- name: Spot VMs\n  prices:\n  - resource: NVIDIA A100\n    price_per_hour: 1.02\n"
    )
    assert [facts(o)[:1] + facts(o)[2:5:2] for o in read(yaml).offers] == [
        ("NVIDIA H100 SXM", "on_demand", "3.1"),
        ("NVIDIA L40", "on_demand", "0.9"),
        ("NVIDIA A100", "spot", "1.02"),
    ]


def test_a_price_in_code_is_told() -> None:
    text = "# Prices\n\n| GPU | Price |\n|---|---|\n| L4 | $0.60/hr |\n\n```\n├── H100: $2.85/hr secure, $4.05/hr serverless\n└── A100: $1.15/hr secure, $2.65/hr serverless\n\nStorage:\n└── volumes\n```\n"
    account = read(text)
    assert [facts(o)[0] for o in account.offers] == ["L4"]
    assert not account.is_whole
    example = "# Prices\n\n| GPU | Price |\n|---|---|\n| L4 | $0.60/hr |\n\n```\nbudget = 5.00  # up to $5.00\n```\n"
    assert read(example).is_whole


def test_a_heading_gives_bare_numbers_of_regions_their_unit() -> None:
    rows = ("P100|1.150|1.400|0.950", "V100|1.700|0|1.580", "H100|4.100|4.700|—")
    text = page("<h3>GPU Nvidia (€/GPU/h)</h3>" + table("GPU|EU-W2|GOV|US-E2", *rows))
    offers = read(text).offers
    assert [(o.region, str(o.price), o.currency, o.price_unit) for o in offers[:4]] == [
        ("EU-W2", "1.150", "EUR", "gpu_hour"), ("GOV", "1.400", "EUR", "gpu_hour"),
        ("US-E2", "0.950", "EUR", "gpu_hour"), ("EU-W2", "1.700", "EUR", "gpu_hour"),
    ]  # fmt: skip
    assert len(offers) == 7
    assert not read(page("<h3>Speed of GPUs (tokens/s)</h3>" + table("GPU|EU-W2|GOV|US-E2", *rows))).offers


@pytest.mark.parametrize("title", ["On-demand ($/GPU/h)", "On demand (USD per GPU-hour)"])
def test_less_than_one_below_a_price_is_no_part_of_a_card(title: str) -> None:
    offers = read(page(table(f"GPU|{title}", "L4|0.45", "A100|1.30"))).offers
    assert [(str(o.gpu_count), str(o.price)) for o in offers] == [("1", "0.45"), ("1", "1.30")]


@pytest.mark.parametrize(
    ("says", "currency"),
    [
        ("1 Acme credit equals 1 USD", "USD"),
        ("One credit = $1.00", "USD"),
        ("1 credit is worth 1 euro", "EUR"),
        ("1 credit = $0.10", ""),
        ("Credits never expire", ""),
    ],
)
def test_credits_are_money_where_one_is_a_dollar(says: str, currency: str) -> None:
    body = f"<p>{says}, and you buy them ahead.</p>" + table(
        "GPU|Credits per GPU per hour", "Nvidia L4 24GB|0.35", "Nvidia H100 80GB|2.45"
    )
    assert [(str(o.price), o.currency) for o in read(page(body)).offers] == (
        [("0.35", currency), ("2.45", currency)] if currency else []
    )


def test_a_number_in_the_machines_name_counts_gpus_in_any_column() -> None:
    rows = (
        "NVIDIA A30|gpu.a30.1|12|64 GB|0.80",
        "NVIDIA A30|gpu.a30.2|24|128 GB|1.60",
        "NVIDIA A30|gpu.a30.4|48|256 GB|3.20",
    )
    offers = read(page(table("GPU|Flavor|vCPU|RAM|Hourly (EUR)", *rows))).offers
    assert [(str(o.gpu_count), str(o.price)) for o in offers] == [("1", "0.80"), ("2", "1.60"), ("4", "3.20")]


def test_cards_side_by_side_share_a_price() -> None:
    lines = ("H100 SXM: $3.20/hr", "RTX 6000 Ada/L40S: $1.45/hr", "RTX 4090 or RTX 3090: $0.65/hr")
    account = read(page(f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>"))
    assert [(o.gpu_label, str(o.price)) for o in account.offers] == [
        ("H100 SXM", "3.20"),
        ("RTX 6000 Ada", "1.45"),
        ("L40S", "1.45"),
    ]
    assert not account.is_whole  # a choice of two is told


def test_a_sentence_that_says_its_price_again_by_the_second() -> None:
    text = "Our H100 costs $3.60 per GPU per hour ($0.001 per second). The A100 is $2.52 per GPU per hour ($0.0007 per second)."
    account = read(page(f"<p>{text}</p>"))
    assert [(o.gpu_label, str(o.price), o.price_unit) for o in account.offers] == [
        ("H100", "3.60", "gpu_hour"), ("A100", "2.52", "gpu_hour"),
    ]  # fmt: skip
    other = "Our H100 costs $3.60 per GPU per hour ($0.04 per second)."
    assert not read(page(f"<p>{other}</p>")).offers


def test_a_sentence_prices_several_in_turn_and_another_compares() -> None:
    text = (
        "NVIDIA H200 GPUs are available today at $2.85 per GPU per hour, and B200 GPUs at $4.30 per GPU per hour. "
        "Compared with AWS, where an H200 costs $10.50 per GPU per hour, that is little."
    )
    account = read(page(f"<p>{text}</p>"))
    assert [(o.gpu_label, str(o.price)) for o in account.offers] == [("H200", "2.85"), ("B200", "4.30")]
    assert account.is_whole
    assert not read(
        page("<p>H200 GPUs are $2.85 per GPU per hour, three times what B200 GPUs were at $4.30 per GPU per hour.</p>")
    ).offers


def test_another_providers_name_in_the_next_sentence_hides_no_price() -> None:
    text = (
        "In Oslo the H200 goes for $2.85 per GPU per hour these days, as everybody in town can tell you. AWS asks more."
    )
    assert not read(page(f"<p>{text}</p>")).is_whole


def test_cells_side_by_side_below_a_heading() -> None:
    cells = (
        "GPU",
        "VRAM",
        "On-Demand",
        "Spot",
        "H100 PCIe",
        "80 GB",
        "$2.10/h",
        "$0.95/h",
        "A40",
        "48 GB",
        "$0.42/h",
        "$0.21/h",
    )
    body = f"<h2>Pricing</h2>{''.join(f'<p>{cell}</p>' for cell in cells)}<p>Prices exclude VAT.</p>"
    assert [(o.gpu_label, o.pricing_model, str(o.price)) for o in read(page(body)).offers] == [
        ("H100 PCIe", "on_demand", "2.10"), ("H100 PCIe", "spot", "0.95"),
        ("A40", "on_demand", "0.42"), ("A40", "spot", "0.21"),
    ]  # fmt: skip
    card = "<p>VM</p><h2>Medium</h2><div>2x &amp; 4x MI300x</div><p>$2.89/GPU/hr</p><p>For tuning models.</p>"
    assert [str(o.gpu_count) for o in read(page(f"<div>{card}</div>")).offers] == ["2", "4"]


def test_what_a_plan_costs_that_has_a_card_for_free_is_none_of_its_price() -> None:
    lines = ("t4-small: Nvidia T4, 4 vCPU — $0.45/hour", "shared-a10g: dynamic, free with PRO ($8/month)")
    account = read(page(f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>"))
    assert [str(o.price) for o in account.offers] == ["0.45"]


def test_the_line_below_a_table_without_titles_states_its_unit() -> None:
    rows = "".join(f"<tr><td>{gpu}</td><td>{price}</td></tr>" for gpu, price in (("H100", "2.45"), ("A100", "1.25")))
    offers = read(page(f"<table>{rows}</table><p>Prices in USD per GPU-hour.</p>")).offers
    assert [(o.gpu_label, str(o.price), o.currency, o.price_unit) for o in offers] == [
        ("H100", "2.45", "USD", "gpu_hour"), ("A100", "1.25", "USD", "gpu_hour"),
    ]  # fmt: skip
    assert not read(page(f"<table>{rows}</table><p>Speed in tokens per second.</p>")).offers


def test_a_sentence_prices_a_machine_of_several() -> None:
    (offer,) = read(page("<p>Need more? An 8x H100 node is $19.20/hr.</p>")).offers
    assert facts(offer) == ("H100", Decimal(8), "on_demand", None, "19.20", "instance_hour")
    assert not read(page("<p>Need more? An H100 node is $19.20/hr.</p>")).offers


def test_a_price_in_the_foot_is_told_where_no_offer_has_it() -> None:
    foot = "<footer><p>H100 now $2.45/hr</p><p>Storage $0.10/hr</p></footer>"
    cards = table("GPU|Price", "{}|$2.45/hr")
    assert not read(page(table("GPU|Price", "L4|$0.55/hr") + foot)).is_whole
    assert read(page(cards.format("H100") + foot)).is_whole


def test_the_source_of_a_program_is_read_as_its_data() -> None:
    source = "import type { Plan }  from './types';\n\nexport const plans: Plan[] = [\n  {{ name: 'RTX 4090', {0} }},\n  {{ name: 'H100 SXM', {1} }},\n];\n"
    priced = source.replace("{ Plan }", "{{ Plan }}").format("price: '$0.41/hr'", "price: '$2.35/hr'")
    assert [(o.gpu_label, str(o.price), o.currency) for o in read(priced).offers] == [
        ("RTX 4090", "0.41", "USD"), ("H100 SXM", "2.35", "USD"),
    ]  # fmt: skip
    bare = read(source.replace("{ Plan }", "{{ Plan }}").format("hourly: 0.41", "hourly: 2.35"))
    assert not bare.offers and not bare.is_whole  # no currency: told


@pytest.mark.parametrize(
    ("says", "unit"), [("Billed per GPU-hour while it runs.", "gpu_hour"), ("Billed per second.", "")]
)
def test_what_is_billed_by_the_gpu_hour_is_priced_so(says: str, unit: str) -> None:
    items = "".join(
        f"<div class=i><p>{gpu}</p><p>{price}</p></div>"
        for gpu, price in (("A100 80 GB", "$2.80"), ("H100 80 GB", "$4.10"))
    )
    account = read(page(f"<h2>Dedicated deployments</h2><p>{says}</p><div>{items}</div>"))
    assert [o.price_unit for o in account.offers] == ([unit] * 2 if unit else [])

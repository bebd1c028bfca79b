"""Pages that no boxes divide: sections below headings, cards and rows line by line, tables of tabs and spaces."""

from __future__ import annotations

import itertools
import time

import pytest

from scrapers.reading.account import Account
from tests.unit.scrapers.reading.test_reader import page, read


def prices(account: Account) -> list[tuple[str, str, str, str]]:
    return [(o.gpu_label.removeprefix("NVIDIA "), o.pricing_model, str(o.price), o.price_unit) for o in account.offers]


def test_a_section_is_a_card() -> None:
    card = "### {}\n\n{}GB HBM\n\n${}\n\n/hour\n\nAll-inclusive\n\n* {}GB memory\n* NVLink\n"
    account = read(
        f"## Choose your GPU\n\n{card.format('H200', 141, '2.60', 141)}\n{card.format('A100', 80, '1.30', 80)}"
    )
    assert account.is_whole and [(o.gpu_label, str(o.price)) for o in account.offers] == [
        ("H200", "2.60"), ("A100", "1.30"),
    ]  # fmt: skip


def test_a_section_of_html_is_a_card_below_its_heading() -> None:
    heading = '<div class="heading"><h3>{}</h3><a href="#x"></a></div>'
    card = heading + "<p>Small</p><p>{}x MI300X</p><p>${}/GPU/hr</p><p>For trials.</p>"
    account = read(
        page(
            f"<h2>Machines</h2>{card.format('VM', 1, '2.80')}{card.format('Bare metal', 8, '2.10')}<h3>Support</h3><p>$99/month</p>"
        )
    )
    assert [str(o.price) for o in account.offers] == ["2.80", "2.10"]


def test_a_price_as_large_as_a_heading_begins_no_section() -> None:
    card = "<div class=c><h3>{}</h3><h3>{}</h3><p>/ hour</p></div>"
    account = read(page(f"<div>{card.format('L40S', '$0.90')}{card.format('L4', '$0.40')}</div>"))
    assert prices(account) == [("L40S", "on_demand", "0.90", "gpu_hour"), ("L4", "on_demand", "0.40", "gpu_hour")]


ROWS = "GPU|vRAM, GB|On demand|Reserve|1 × H200|141|$3.40|$2.20|8 × H200|1128|$27.20|$17.60|1 × L40S|48|$1.50|$0.85"


@pytest.mark.parametrize("end", ["\n\n", "\n"])
def test_rows_copied_line_by_line_stand_below_their_titles(end: str) -> None:
    intro = ["Prices per hour", "Save by reserving."]
    account = read(end.join([*intro, *ROWS.split("|"), "Storage costs extra.", ""]))
    assert account.is_whole
    assert [(int(o.gpu_count or 0), o.pricing_model, str(o.price)) for o in account.offers] == [
        (1, "on_demand", "3.40"), (1, "reserved", "2.20"), (8, "on_demand", "27.20"), (8, "reserved", "17.60"),
        (1, "on_demand", "1.50"), (1, "reserved", "0.85"),
    ]  # fmt: skip


def test_titles_are_told_from_a_button_that_ends_each_row() -> None:
    lines = "GPU Model|Starting from|Reserve|H200|$2.40|Reserve here|A100|$0.96|Reserve here|L40|$0.71|Reserve here"
    account = read("\n".join(["Reservation Pricing per hour", "", *lines.split("|"), ""]))
    assert [o.pricing_model for o in account.offers] == ["reserved"] * 3 and all(o.is_floor for o in account.offers)


def test_rows_that_name_their_card_twice_begin_below_the_first_title() -> None:
    titles = ["Cloud", "Instance type", "Hourly rate", "GPUs", "Architecture"]
    rows = [
        ["aws", f"nvidia-{gpu}", f"${price}", str(n), f"NVIDIA {gpu.upper()}"]
        for gpu, price, n in (("t4", "0.50", 1), ("l4", "3.60", 4), ("a10g", "1.10", 1))
    ]
    account = read("\n\n".join(["## GPU endpoints", *titles, *itertools.chain(*rows)]) + "\n")
    assert account.is_whole and [(int(o.gpu_count or 0), str(o.price)) for o in account.offers] == [
        (1, "0.50"), (4, "3.60"), (1, "1.10"),
    ]  # fmt: skip


def test_cards_copied_one_after_another_whose_name_stands_below_the_price() -> None:
    cards = "".join(
        f"智能算力{n}卡\n\n{price}元/小时\n\n* cpu：{n * 18}核\n* gpu型号：H100-SXM-80GB \\* {n}卡\n* 内存（G）：{n * 200}\n\n选购\n\n"
        for n, price in ((1, "21.40"), (2, "42.80"), (4, "80.60"))
    )
    account = read(f"## 支持的型号\n\nNVIDIA A100, H100, RTX 4090等\n\n## 租赁产品\n\n{cards}")
    assert account.is_whole and [(int(o.gpu_count or 0), str(o.price)) for o in account.offers] == [
        (1, "21.40"), (2, "42.80"), (4, "80.60"),
    ]  # fmt: skip


def test_no_price_moves_to_the_next_name_where_empty_lines_stand_between() -> None:
    blocks = [
        "NOW\nNVIDIA GB200",
        "from $8.20 /GPU-hour\nNOW\nNVIDIA GB300",
        "Pre order /GPU-hour\nNOW\nNVIDIA H100",
        "from $2.10 /GPU-hour\n",
    ]
    account = read("Available GPUs\n\n" + "\n\n".join(blocks))
    assert {(o.gpu_label, str(o.price)) for o in account.offers if o.price} <= {
        ("NVIDIA GB200", "8.20"),
        ("NVIDIA H100", "2.10"),
    }


def test_a_table_of_tabs_keeps_its_empty_cells() -> None:
    rows = ["GPUs\tVRAM\tSSD\tNVMe\tPrice USD", "1 × H100\t80\t50\t3840\t3.20/h", "1 × V100S\t32\t300\t\t0.96/h"]
    account = read("Our prices\n" + "\n".join(rows) + "\nTaxes are extra.\n")
    assert prices(account) == [
        ("H100", "on_demand", "3.20", "instance_hour"),
        ("V100S", "on_demand", "0.96", "instance_hour"),
    ]


def test_a_table_of_spaces() -> None:
    rows = [
        "Item         vRAM  Hourly  Spot",
        "NVIDIA H200  141   $4.40   $1.90",
        "NVIDIA A40   48    $1.40",
        "NVIDIA L4    24    $0.60   $0.20",
    ]
    account = read("GPU servers\n" + "\n".join(rows) + "\nPrices are per GPU-hour.\n")
    assert [(o.pricing_model, str(o.price)) for o in account.offers] == [
        ("on_demand", "4.40"), ("spot", "1.90"), ("on_demand", "1.40"), ("on_demand", "0.60"), ("spot", "0.20"),
    ]  # fmt: skip


def test_two_lines_above_a_rule_are_one_heading() -> None:
    table = "| GPU | Price |\n| --- | --- |\n| {} | ${} per hour |\n\n"
    account = read(
        f"On-demand prices\n----\n\n{table.format('MI300X', '2.60')}Spot prices\npreview\n-------\n\n{table.format('MI355X', '4.40')}"
    )
    assert [o.pricing_model for o in account.offers] == ["on_demand", "spot"]


def test_prose_that_fills_its_lines_is_one_paragraph() -> None:
    text = "Our flagship, the NVIDIA H100 with 80 GB of memory, is available from today and is\npriced at $2.90 per GPU-hour in all regions without any commitment or minimum usage\nat all.\n"
    assert [str(o.price) for o in read(f"# News\n\n{text}").offers] == ["2.90"]


def test_a_footnote_prices_nothing() -> None:
    account = read("# GPUs\n\n## V100\n\n$2.30 / hour\n\n\\*\\*$1.15/hour is for a commitment of 3 years.\n")
    assert [str(o.price) for o in account.offers] == ["2.30"]


def test_endpoints_of_a_page_have_one_pricing_model() -> None:
    def section(title: str, *cards: tuple[str, str]) -> str:
        return f"## {title}\n\n" + "".join(f"### NVIDIA {gpu}\n\n${price}/GPU-hr\n\n" for gpu, price in cards)

    account = read(
        section("GPU instances", ("H100", "3.80")) + section("Dedicated endpoints", ("H100", "5.40"), ("B200", "9.60"))
    )
    assert [(o.pricing_model, str(o.price)) for o in account.offers] == [
        ("on_demand", "3.80"), ("inference", "5.40"), ("inference", "9.60"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["a " * 200_000, "a\n" * 100_000, "a\n" * 50_000 + "===", " " * 200_000, "$1\nH100\n" * 5_000]
)
def test_long_texts_are_read_in_time(text: str) -> None:
    start = time.process_time()
    read(text)
    assert time.process_time() - start < 30  # quadratic, it would take minutes

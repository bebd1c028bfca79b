"""Pages that no boxes divide: sections below headings, cards and rows line by line, tables of tabs and spaces."""

from __future__ import annotations

import itertools
import time

import pytest

from scrapers.reading.account import Account
from tests.unit.scrapers.reading.test_reader import page, read, table


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
    "text",
    [
        "a " * 200_000,
        "a\n" * 100_000,
        "a\n" * 50_000 + "===",
        " " * 200_000,
        "$1\nH100\n" * 5_000,
        "H100\n$2/hr\nL4\n\n" * 4_000,
    ],
)
def test_long_texts_are_read_in_time(text: str) -> None:
    start = time.process_time()
    read(text)
    assert time.process_time() - start < 30  # quadratic, it would take minutes


def rows(account: Account) -> list[tuple[str, int, str, int | None, str]]:
    return [
        (o.gpu_label.removeprefix("NVIDIA "), int(o.gpu_count or 1), o.pricing_model, o.term_months, str(o.price))
        for o in account.offers
        if o.price
    ]


def test_an_amount_above_the_first_card_moves_no_price_to_the_next_name() -> None:
    cards = "".join(
        f"<p>{gpu}</p><p>${price}/GPU/hr</p>" for gpu, price in (("H100", "2.3"), ("A30", "0.9"), ("L4", "0.4"))
    )
    account = read(page(f"<h1>GPU cloud</h1><p>From $0.3/hr</p>{cards}"))
    assert not account.is_whole and not account.offers


@pytest.mark.parametrize("more", ["", "{} GB\n\n"])
def test_a_headline_with_a_name_moves_no_price_to_the_next_name(more: str) -> None:
    cards = "".join(
        f"${price}/hr\n\n{gpu}\n\n{more.format(gb)}" for gpu, price, gb in (("H100", 2, 80), ("L40S", 1, 48))
    )
    account = read(f"Get NVIDIA H100 GPUs today\n\n{cards}$0.4/hr\n\nL4\n\n{more.format(24)}")
    assert not account.is_whole and not account.offers


def test_a_card_with_a_badge_moves_no_price_to_the_next_name() -> None:
    cards = "RTX 4090\n24 GB VRAM\n0,45 € pro Stunde\n\nA100\n80 GB VRAM\nAusverkauft\n1,29 € pro Stunde\n\n"
    account = read(f"GPU-Server Preise\n\n{cards}H100\n80 GB VRAM\n2,59 € pro Stunde\n")
    assert [row[::4] for row in rows(account)] == [("RTX 4090", "0.45"), ("A100", "1.29"), ("H100", "2.59")]


def test_a_machine_without_a_gpu_moves_no_price_to_the_next_row() -> None:
    cells = "Plan|GPU|vCPU|Hourly|GPU-1|1x H100|24|$2.8|CPU-1|None|32|$0.9|GPU-2|1x L40S|16|$1.1|GPU-3|1x A100|16|$1.4"
    account = read("\n".join(["Machines", "", *cells.split("|"), ""]))
    assert {row[::4] for row in rows(account)} <= {("H100", "2.8"), ("L40S", "1.1"), ("A100", "1.4")}


def test_a_dash_in_a_line_of_its_own_is_an_empty_cell() -> None:
    cells = "GPU|vRAM|On demand|Reserved 1 year|H200|141 GB|$3.4|$2.4|H100|80 GB|$2.3|-|A100|80 GB|--|$0.9"
    account = read("\n".join(["Prices per GPU-hour", "", *cells.split("|"), ""]))
    assert rows(account) == [
        ("H200", 1, "on_demand", None, "3.4"), ("H200", 1, "reserved", 12, "2.4"),
        ("H100", 1, "on_demand", None, "2.3"), ("A100", 1, "reserved", 12, "0.9"),
    ]  # fmt: skip


COUNTS = "GPU|Count|On-demand ($/hr)|Spot ($/hr)\nH100|1|2.90|1.40\n|4|11.60|5.60\nA100|1|1.60|0.70\n|8|12.80|5.60"


@pytest.mark.parametrize("form", ["tabs", "html"])
def test_an_empty_cell_below_a_name_is_that_name_where_the_number_differs(form: str) -> None:
    text = f"GPU pricing\n{COUNTS.replace('|', chr(9))}\n" if form == "tabs" else page(table(*COUNTS.split("\n")))
    assert [row[:3] + row[4:] for row in rows(read(text))] == [
        ("H100", 1, "on_demand", "2.90"), ("H100", 1, "spot", "1.40"),
        ("H100", 4, "on_demand", "11.60"), ("H100", 4, "spot", "5.60"),
        ("A100", 1, "on_demand", "1.60"), ("A100", 1, "spot", "0.70"),
        ("A100", 8, "on_demand", "12.80"), ("A100", 8, "spot", "5.60"),
    ]  # fmt: skip


def test_an_empty_cell_below_a_name_is_that_name_in_a_table_of_spaces() -> None:
    account = read(
        "Prices per GPU-hour\n\nGPU      Plan        Region    Price\nH100     On-demand   EU        $2.90\n"
        "         Spot        EU        $1.40\nA100     On-demand   EU        $1.50\n         Spot        EU        $0.70\n"
    )
    assert [(gpu, model, price) for gpu, _, model, _, price in rows(account)] == [
        ("H100", "on_demand", "2.90"), ("H100", "spot", "1.40"), ("A100", "on_demand", "1.50"), ("A100", "spot", "0.70"),
    ]  # fmt: skip


def test_a_machine_below_a_name_that_may_have_no_gpu_has_no_price_of_one() -> None:
    account = read(
        page(table("GPU|Disk|Price per hour", "1x H100|800 GB|$2.90", "|200 GB|$0.40", "1x A100|400 GB|$1.40"))
    )
    assert [row[::4] for row in rows(account)] == [("H100", "2.90"), ("A100", "1.40")] and not account.is_whole


def test_rows_of_tabs_without_the_cells_that_rows_above_span() -> None:
    account = read(
        "GPU pricing\nGPU\tTerm\tPrice per GPU-hour\nH100\tOn-demand\t$2.90\n1 year\t$2.10\n3 years\t$1.70\n"
        "A100\tOn-demand\t$1.60\n1 year\t$1.20\n"
    )
    assert rows(account) == [
        ("H100", 1, "on_demand", None, "2.90"), ("H100", 1, "reserved", 12, "2.10"), ("H100", 1, "reserved", 36, "1.70"),
        ("A100", 1, "on_demand", None, "1.60"), ("A100", 1, "reserved", 12, "1.20"),
    ]  # fmt: skip


def test_lists_in_cells_of_other_lengths_price_nothing() -> None:
    def listed(*texts: str) -> str:
        return f"<ul>{''.join(f'<li>{text}</li>' for text in texts)}</ul>"

    account = read(
        page(table("GPUs|Price per GPU-hour", f"{listed('L40S', 'L4', 'T4')}|{listed('$0.90', '$0.50')}", "H100|$2.60"))
    )
    assert [row[::4] for row in rows(account)] == [("H100", "2.60")] and not account.is_whole


@pytest.mark.parametrize("lead", ["On-demand instances", ""])
@pytest.mark.parametrize("form", ["\n\n", "\n", "html"])
def test_a_line_above_cards_says_how_they_are_sold(lead: str, form: str) -> None:
    cards = [
        "H100",
        "$2.40/GPU/hr",
        "A100",
        "$1.40/GPU/hr",
        "Spot instances",
        "H100",
        "$1.20/GPU/hr",
        "L4",
        "$0.20/GPU/hr",
    ]
    lines = [lead, *cards] if lead else cards
    html = page("".join(f"<p>{line}</p>" for line in lines))
    account = read(html if form == "html" else form.join([*lines, ""]))
    assert account.is_whole and [(gpu, model, price) for gpu, _, model, _, price in rows(account)] == [
        ("H100", "on_demand", "2.40"), ("A100", "on_demand", "1.40"), ("H100", "spot", "1.20"), ("L4", "spot", "0.20"),
    ]  # fmt: skip


def test_a_line_above_names_with_their_prices_says_how_they_are_sold() -> None:
    account = read("H100 - $2.20/hr\nA100 - $1.20/hr\n\nSpot prices\n\nH200 - $1.10/hr\nL4 - $0.20/hr\n")
    assert [row[::2] for row in rows(account)] == [
        ("H100", "on_demand", "2.20"), ("A100", "on_demand", "1.20"), ("H200", "spot", "1.10"), ("L4", "spot", "0.20"),
    ]  # fmt: skip


def test_a_line_below_each_price_says_how_that_is_sold() -> None:
    cards = [
        "H100",
        "$2.40/GPU/hr",
        "On-demand",
        "A100",
        "$1.40/GPU/hr",
        "Spot",
        "L4",
        "$0.20/GPU/hr",
        "Reserved 1 year",
    ]
    assert [(gpu, model) for gpu, _, model, *_ in rows(read("\n".join([*cards, ""])))] == [
        ("H100", "on_demand"), ("A100", "spot"), ("L4", "reserved"),
    ]  # fmt: skip

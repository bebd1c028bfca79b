"""Tables drawn in text, cells side by side, titles in the first column, definitions, and several accelerators in a line."""

from __future__ import annotations

import pytest

from scrapers.reading.text_tables import is_code, text_rows
from tests.unit.scrapers.reading.test_reader import page, read, table


def rows(body: str, lang: str = "en") -> list[tuple[str, str, str]]:
    return [(o.gpu_label, str(o.price), o.price_unit) for o in read(page(body, lang)).offers]


def test_cells_drawn_with_spaces_stand_below_their_titles() -> None:
    text = """
NODE        GPUS            CPU   USD/NODE-HOUR
------------------------------------------------
n1.h100x8   8 x H100 SXM    128           18.40
n1.cpu                      128            2.10
"""
    assert text_rows(text) == [
        ("NODE", "GPUS", "CPU", "USD/NODE-HOUR"),
        ("n1.h100x8", "8 x H100 SXM", "128", "18.40"),
        ("n1.cpu", "", "128", "2.10"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "GPU          VRAM     USD/GPU-hour\nH100 SXM     80 GB    2.49\nL4           24 GB    0.45",
        "GPU\tVRAM\tUSD/GPU-hour\nH100 SXM\t80 GB\t2.49\nL4\t24 GB\t0.45",
        "+----------+-------+--------------+\n| GPU      | VRAM  | USD/GPU-hour |\n+----------+-------+--------------+\n| H100 SXM | 80 GB | 2.49         |\n| L4       | 24 GB | 0.45         |",
        "GPU prices (USD per GPU-hour)\n\nH100 SXM ......... 2.49\nL4 ............... 0.45",
    ],
)  # fmt: skip
def test_a_table_drawn_in_text_is_a_table(text: str) -> None:
    right = [("H100 SXM", "2.49", "gpu_hour"), ("L4", "0.45", "gpu_hour")]
    assert rows(f"<pre>{text}</pre>") == right
    assert [(o.gpu_label, str(o.price), o.price_unit) for o in read(f"# Prices\n\n```\n{text}\n```\n").offers] == right


@pytest.mark.parametrize(
    "text",
    [
        '{"gpu": "H100",\n "price_per_hour": "$2.49"}',
        "$ gpu rent --gpu H100 --max-price $2.49/hr",
        "price = '$2.49/hr'",
    ],
)
def test_code_is_no_price_list(text: str) -> None:
    assert is_code(text)
    assert rows(f"<h3>NVIDIA H100</h3><pre>{text}</pre>") == []


def test_cells_that_all_stand_side_by_side() -> None:
    texts = ("GPU", "VRAM", "Price per GPU-hour", "H100 SXM", "80 GB", "$2.49", "L4", "24 GB", "$0.45")
    cells = "".join(f"<div>{text}</div>" for text in texts)
    assert rows(f"<div>{cells}</div>") == [("H100 SXM", "2.49", "gpu_hour"), ("L4", "0.45", "gpu_hour")]


@pytest.mark.parametrize(
    ("lang", "titles"),
    [
        ("en", ("Plan", "GPU", "Setup fee", "Price per month", "Yearly contract, per month")),
        ("de", ("Tarif", "GPU", "Einrichtungsgebühr", "Preis pro Monat", "Preis pro Monat, Jahresvertrag")),
        ("ja", ("プラン", "GPU", "初期費用", "月額費用", "年間契約時の月額")),
    ],
)
def test_a_table_whose_titles_stand_in_the_first_column(lang: str, titles: tuple[str, ...]) -> None:
    values = ("S|M", "NVIDIA A16 × 1|NVIDIA A16 × 2", "€50|€50", "€90|€170", "€80|€150")
    body = table(*(f"{title}|{cells}" for title, cells in zip(titles, values, strict=True)))
    assert [(o.instance, o.gpu_count, o.pricing_model, o.term_months, str(o.price)) for o in read(page(body, lang)).offers] == [  # type: ignore[comparison-overlap]
        ("S", 1, "on_demand", None, "90"), ("S", 1, "reserved", 12, "80"),
        ("M", 2, "on_demand", None, "170"), ("M", 2, "reserved", 12, "150"),
    ]  # fmt: skip


def test_a_table_of_one_machine_below_its_name() -> None:
    body = "<h3>NVIDIA H100</h3><table><tr><td>GPU memory</td><td>80 GB</td></tr><tr><td>vCPUs</td><td>26</td></tr><tr><td>Price per hour</td><td>$2.49</td></tr></table>"
    (offer,) = read(page(body)).offers
    assert (offer.gpu_label, offer.gpu_memory, offer.vcpus, str(offer.price)) == ("NVIDIA H100", "80 GB", 26, "2.49")  # type: ignore[comparison-overlap]


def test_definitions_of_one_machine_and_of_several() -> None:
    one = "<dl><dt>GPU</dt><dd>8x NVIDIA H100</dd><dt>vCPUs</dt><dd>192</dd><dt>Memory</dt><dd>2048 GB</dd><dt>SSD</dt><dd>100 GB</dd><dt>Hourly</dt><dd>$19.92</dd></dl>"
    (offer,) = read(page(one)).offers
    assert (offer.gpu_count, str(offer.price), offer.gpu_memory) == (8, "19.92", "")  # type: ignore[comparison-overlap]
    several = "<dl><dt>NVIDIA H100</dt><dd>$2.49 per hour</dd><dt>NVIDIA A100</dt><dd>$1.29 per hour</dd><dt>cpu-small</dt><dd>$0.08 per hour</dd></dl>"
    assert [(label, price) for label, price, _ in rows(several)] == [("NVIDIA H100", "2.49"), ("NVIDIA A100", "1.29")]


def test_sentences_of_a_definition_price_two_models() -> None:
    text = "NVIDIA A40, 48 GB. Up to 8 per pod. Charged at $0.44 per GPU and hour; the interruptible rate is $0.26 per GPU and hour."
    offers = read(page(f"<dl><dt>A40</dt><dd><p>{text}</p></dd></dl>")).offers
    assert [(o.pricing_model, str(o.price), o.price_unit) for o in offers] == [
        ("on_demand", "0.44", "gpu_hour"), ("spot", "0.26", "gpu_hour"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        "<p>H100, A100: $2.50 / $1.40 per hour</p>",
        "<ul><li>H100 $2.50/hr, A100 $1.40/hr</li></ul>",
        "<p>H100 / A100: $2.50/hr and $1.40/hr</p>",
        table("GPU|Price per GPU per hour", "H100, A100|$2.50, $1.40"),
    ],
)
def test_several_accelerators_in_a_line_have_the_prices_in_their_order(body: str) -> None:
    assert [(label, price) for label, price, _ in rows(body)] == [("H100", "2.50"), ("A100", "1.40")]


@pytest.mark.parametrize(
    "body",
    ["<p>H100, A100, L4: $2.50 / $1.40 per hour</p>", table("GPU|Price per hour", "H100, A100|$2.50, $1.40, $0.90")],
)
def test_several_accelerators_in_no_clear_order_leave_the_page_partial(body: str) -> None:
    account = read(page(body))
    assert account.offers == [] and not account.is_whole


@pytest.mark.parametrize("names", ["wy-nav-content-wrap", "page has-menu", "site footer-fixed"])
def test_a_box_around_the_content_is_no_menu_whatever_its_class(names: str) -> None:
    body = f"<section class='{names}'><h1>GPUs</h1>{table('GPU|Price per hour', '1x H100|$2.49')}<div><h3>1x NVIDIA L4</h3><p>$0.45/hr</p></div></section>"
    assert [price for _, price, _ in rows(body)] == ["2.49", "0.45"]


def test_a_heading_stands_below_no_heading_of_its_own_level() -> None:
    cards = "".join(
        f"<div><h3>{name}</h3><p>1x NVIDIA L4</p><p>{price}/hr</p></div>"
        for name, price in [("Serverless", "$0.90"), ("Machines", "$0.45")]
    )
    assert [(o.product, str(o.price)) for o in read(page(cards)).offers][1] == ("", "0.45")


def test_a_table_drawn_with_bars() -> None:
    drawn = "+------+-------+\n| GPU        | Memory | $/hour |\n+------+\n| A100 SXM   | 80 GB  | 1.45   |\n| H100 SXM   | 80 GB  | 2.45   |\n"
    assert [str(o.price) for o in read(page(f"<pre>{drawn}</pre>")).offers] == ["1.45", "2.45"]


def test_signs_behind_amounts_do_not_begin_the_next_cell() -> None:
    """A grid of mere spans, in the words of assistive technology: each of its amounts is read, and none is left over."""
    cells = [
        ("Instance", "Carte", "Prix HT / heure", "Engagement 1 an"),
        ("l4-90", "1 × L4 24 Go", "0,75 €", "0,53 €"),
        ("h100-1520", "4 × H100 80 Go", "11,20 €", "7,84 €"),
    ]
    lines = ("".join(f'<span role="cell">{cell}</span>' for cell in row) for row in cells)
    grid = "".join(f'<div role="row">{line}</div>' for line in lines)
    reading = read(page(f'<h1>Tarifs GPU</h1><div role="table">{grid}</div>', "fr"))
    assert [(o.gpu_label, str(o.price), o.pricing_model) for o in reading.offers] == [
        ("L4 24 Go", "0.75", "on_demand"), ("L4 24 Go", "0.53", "reserved"),
        ("H100 80 Go", "11.20", "on_demand"), ("H100 80 Go", "7.84", "reserved"),
    ]  # fmt: skip
    assert reading.is_whole

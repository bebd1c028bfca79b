"""Lambda, CoreWeave and FluidStack: the layouts of their price pages over time, and cells that look like prices."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from scrapers import registry
from scrapers.model import LayoutError, NoPublicPrice, Offer, Page
from scrapers.parsing.text import drop_cut_end, money, number, price

TABS = '<button role="tab" id="t0">8x</button><button role="tab" id="t1">1x</button>'


def page(slug: str, body: str) -> Page:
    content = f"<!doctype html><html><body>{body}</body></html>".encode()
    return Page(slug, "https://x", datetime(2026, 9, 20, tzinfo=UTC), content=content)


def read(slug: str, body: str) -> list[Offer]:
    return list(registry.get(slug).parse(page(slug, body)))


def table(*rows: str) -> str:
    """Build a table from rows of cells separated by bars; the first is the header."""
    return "<table>" + "".join(f"<tr><td>{row.replace('|', '</td><td>')}</td></tr>" for row in rows) + "</table>"


def panel(tab: str, inner: str) -> str:
    return f'<div role="tabpanel" aria-labelledby="{tab}">{inner}</div>'


def facts(offer: Offer) -> tuple[object, ...]:
    return offer.instance, offer.pricing_model, offer.term_months, str(offer.price), offer.price_unit


# --- Lambda


def lambda_(*rows: str, before: str = "") -> list[Offer]:
    return read("lambda", before + table(*rows))


@pytest.mark.parametrize(
    ("header", "cell", "unit"),
    [
        ("PRICE", "$20.72 / hr", "instance_hour"),
        ("PRICE", "$2.99 / GPU / hr", "gpu_hour"),
        ("PRICE/GPU/HR*", "$2.99", "gpu_hour"),
        ("Price per GPU per hour", "$2.99", "gpu_hour"),
        ("PRICE", "$1.89/H100/hour", "gpu_hour"),
    ],
)
def test_lambda_price_unit(header: str, cell: str, unit: str) -> None:
    (offer,) = lambda_(f"GPUs|VRAM/GPU|{header}", f"8x NVIDIA H100 SXM|80 GB|{cell}")
    assert (offer.price_unit, offer.gpu_count, offer.gpu_memory) == (unit, Decimal(8), "80 GB")


def test_price_without_a_unit_raises() -> None:
    with pytest.raises(LayoutError, match="a price, its currency and its unit"):
        lambda_("GPUs|PRICE", "8x NVIDIA H100 SXM|$2.99")


@pytest.mark.parametrize(
    ("header", "cell", "unit"), [("PRICE", "$9,000 / month", "month"), ("PRICE/DAY", "$500", "day")]
)
def test_price_of_a_longer_time(header: str, cell: str, unit: str) -> None:
    (offer,) = lambda_(f"GPUs|{header}", f"8x NVIDIA H100 SXM|{cell}")
    assert offer.price_unit == unit


def test_tab_states_the_gpu_count() -> None:
    rows = [panel(f"t{i}", table("|VRAM/GPU|PRICE/GPU/HR*", f"NVIDIA H100 SXM|80 GB|${p}")) for i, p in enumerate("34")]
    assert [(o.gpu_count, str(o.price)) for o in read("lambda", TABS + "".join(rows))] == [
        (Decimal(8), "3"),
        (Decimal(1), "4"),
    ]


CLUSTERS = (
    "Plan|Duration|GPU count|Price per hour|Action",
    "NVIDIA HGX B200|2 weeks – 1 year|16|$9.86|Talk to our team",
    "NVIDIA HGX B200|2 weeks – 1 year|64|$9.36|Talk to our team",
    "NVIDIA HGX B200|2 weeks – 1 year|256+|$8.87|Talk to our team",
    "NVIDIA HGX B200|1 year+|16+|—|Talk to our team",
)


def test_clusters_are_commitments_of_unknown_term_priced_per_gpu() -> None:
    """Sixteen GPUs cost no less than 256 in this table: it can only be the price of one."""
    offers = lambda_(*CLUSTERS, before="<h2>1-Click Clusters pricing</h2><h3>NVIDIA HGX B200 systems</h3>")
    assert [facts(o) for o in offers] == [
        ("16x NVIDIA HGX B200, 2 weeks – 1 year", "reserved", None, "9.86", "gpu_hour"),
        ("64x NVIDIA HGX B200, 2 weeks – 1 year", "reserved", None, "9.36", "gpu_hour"),
        ("256x NVIDIA HGX B200, 2 weeks – 1 year", "reserved", None, "8.87", "gpu_hour"),
    ]
    assert [o.gpu_count for o in offers] == [16, 64, 256]


def test_a_cluster_has_the_pricing_model_that_its_column_says() -> None:
    offers = lambda_(
        "|GPUs|On-demand price per GPU/hr|1 year price per GPU/hr|3 years price per GPU/hr",
        "NVIDIA B200 SXM6|16 - 2,048|$5.99|$4.99|Contact sales",
        before="<h2>1-Click Clusters</h2>",
    )
    assert [facts(o) for o in offers] == [
        ("NVIDIA B200 SXM6", "on_demand", None, "5.99", "gpu_hour"),
        ("NVIDIA B200 SXM6", "reserved", 12, "4.99", "gpu_hour"),
        ("NVIDIA B200 SXM6", "reserved", 36, "None", ""),
    ]
    assert {o.product for o in offers} == {"cluster"}


def test_clusters_of_one_size_have_an_unknown_unit() -> None:
    with pytest.raises(LayoutError, match="a price, its currency and its unit"):
        lambda_(*CLUSTERS[:2])


@pytest.mark.parametrize(
    ("term", "months"),
    [("3-years", 36), ("3 months", 3), ("1 year", 12), ("1-3 months", None), ("1 year+", None), ("2 weeks", None)],
)
def test_duration_is_a_commitment(term: str, months: int | None) -> None:
    (offer,) = lambda_("Plan|Term|PRICE/GPU/HR", f"8x NVIDIA H100|{term}|$2.29")
    assert (offer.pricing_model, offer.term_months) == ("reserved", months)


def test_heading_makes_a_row_without_term_a_commitment() -> None:
    (offer,) = lambda_(
        "GPUs|PRICE/GPU/HR", "8x NVIDIA H100|$1.89", before="<h2>Reserved Cloud pricing</h2><h3>Best</h3>"
    )
    assert (offer.pricing_model, offer.term_months) == ("reserved", None)


def test_struck_out_price_is_ignored() -> None:
    (offer,) = lambda_("GPUs|PRICE", "8x NVIDIA H100|<s>$2.99 / GPU / hr</s> $2.49 / GPU / hr")
    assert str(offer.price) == "2.49"


# --- CoreWeave


def grid(header: str, *rows: str, region: str = "") -> str:
    def cells(row: str, tag: str) -> str:
        first, *rest = row.split("|")
        inner = "".join(f'<div class="table-v2-cell"><div>{c}</div></div>' for c in rest)
        return f'<div class="table-v2-cell table-v2-cell--name"><{tag}>{first}</{tag}></div>{inner}'

    heads = f'<div class="table-v2-header"><div class="table-grid">{cells(header, "div")}</div></div>'
    body = "".join(f'<div class="table-grid">{cells(row, "h3")}</div>' for row in rows)
    return f'<h5>{region}</h5><div class="table-v2">{heads}{body}</div>'


SEVEN = "GPU Model|GPU Count|VRAM (GB)|vCPUs|System RAM (GB)|Local Storage (TB)|Instance Price Per Hour"


def test_coreweave_of_2025_has_one_price_per_instance() -> None:
    body = grid(
        SEVEN, "NVIDIA GB200 NVL72|4<sup>1</sup>|186|144|960|30.72|$42.00", "NVIDIA HGX H100|8|80||2,048|61|$49.24"
    )
    assert [(*facts(o), o.gpu_count, o.region) for o in read("coreweave", body)] == [
        ("NVIDIA GB200 NVL72", "on_demand", None, "42.00", "instance_hour", 4, "global"),
        ("NVIDIA HGX H100", "on_demand", None, "49.24", "instance_hour", 8, "global"),
    ]


def test_blank_cell_shifts_no_column() -> None:
    body = grid(SEVEN + "|Spot Price Per Hour", "NVIDIA L40|8|48|128|1,024|||$6.27", region="REGION: EUROPE")
    (offer,) = read("coreweave", body)
    assert (offer.pricing_model, str(offer.price), offer.region) == ("spot", "6.27", "EUROPE")


@pytest.mark.parametrize(
    ("header", "model", "unit"),
    [
        ("On-Demand Price (Per Hour)", "on_demand", "instance_hour"),
        ("Price per GPU per hour", "on_demand", "gpu_hour"),
        ("Price / GPU / hr", "on_demand", "gpu_hour"),
        ("Spot Price (Per Month)", "spot", "month"),
        ("Inference Single GPU Price(Per Hour)²", "inference", "gpu_hour"),
    ],
)
def test_coreweave_headers_state_the_unit(header: str, model: str, unit: str) -> None:
    (offer,) = read("coreweave", grid(f"GPU Model|GPU Count|VRAM (GB)|{header}", "NVIDIA A100|8|80|$2.70"))
    assert (offer.pricing_model, offer.price_unit) == (model, unit)


def test_component_is_not_an_instance() -> None:
    head = "GPU Model|VRAM (GB)|Max vCPUs per GPU ($0.01/hr)|GPU Component Cost Per Hour"
    (offer,) = read("coreweave", grid(head, "NVIDIA A40|48|48|$1.28"))
    assert (offer.price_scope, offer.price_unit, offer.gpu_count) == ("gpu_component", "gpu_hour", Decimal(1))


def test_header_without_time_unit_raises() -> None:
    with pytest.raises(LayoutError, match="unit of time"):
        read("coreweave", grid("GPU Model|GPU Count|VRAM (GB)|Price", "NVIDIA A100|8|80|$2.70"))


def test_coreweave_cells_without_price_state_the_reason() -> None:
    row = "NVIDIA B300|8|270|Contact sales|N/A|$0.00"
    head = "GPU Model|GPU Count|VRAM (GB)|Price (Per Hour)|Spot Price (Per Hour)|Inference Single GPU Price (Per Hour)"
    assert [o.price_status for o in read("coreweave", grid(head, row))] == [
        "contact_sales", "not_offered", "no_price_stated",
    ]  # fmt: skip


# --- FluidStack


def card(name: str, text: str) -> str:
    return f"<div><h3>{name}</h3><div><p>{text}</p></div></div>"


def test_fluidstack_of_2025_has_a_card_per_gpu() -> None:
    cards = card("H200 SXM", "$2.30 / GPU / H") + card("H100 SXM", "$2.10 / GPU / H") + card("GB200", "On Request")
    assert [facts(o) for o in read("fluidstack", f"<main>{cards}</main>")] == [
        ("H200 SXM", "on_demand", None, "2.30", "gpu_hour"),
        ("H100 SXM", "on_demand", None, "2.10", "gpu_hour"),
    ]


def test_fluidstack_without_amounts_has_no_public_price() -> None:
    with pytest.raises(NoPublicPrice, match=r"(?i)contact sales"):
        read("fluidstack", "<p>Contact sales</p>")
    with pytest.raises(LayoutError, match="an accelerator with a price, its currency and its unit"):
        read("fluidstack", "<p>H100</p><p>$2.10</p><p>Contact sales</p>")
    with pytest.raises(LayoutError, match="an accelerator with a price, its currency and its unit"):
        read("fluidstack", "<p>Hello</p>")


# --- shared helpers


@pytest.mark.parametrize(
    ("text", "value"), [("4,096", 4096), ("0,919", "0.919"), ("1.189,00", "1189.00"), ("1,35", "1.35")]
)
def test_numbers(text: str, value: object) -> None:
    assert number(text) == Decimal(str(value))


@pytest.mark.parametrize("text", ["from $2.49", "Starting at $2.49/hr", "up to $5", "$0.00", "Contact sales", ""])
def test_text_without_a_price(text: str) -> None:
    assert price(page("lambda", ""), text) is None


@pytest.mark.parametrize("text", ["$1 - $2", "$1.00 $2.00", "$1.2.3"])
def test_several_or_invalid_amounts_raise(text: str) -> None:
    with pytest.raises(LayoutError):
        price(page("lambda", ""), text)


def test_thead_with_an_amount_is_still_a_header() -> None:
    head = "<thead><tr><th>GPUs</th><th>vCPU ($0.01/hr)</th><th>PRICE/GPU/HR</th></tr></thead>"
    (offer,) = read("lambda", f"<table>{head}<tr><td>1x NVIDIA A10</td><td>30</td><td>$0.75</td></tr></table>")
    assert (str(offer.price), offer.price_unit) == ("0.75", "gpu_hour")


@pytest.mark.parametrize(
    ("text", "amount", "currency", "unit"),
    [
        ("$2.99 / GPU / hr", "2.99", "USD", "/ GPU / hr"),
        ("2,99 € / h", "2.99", "EUR", "/ h"),
        ("US$1,234.50", "1234.50", "USD", ""),
        ("INR 219 per hour", "219", "INR", "per hour"),
    ],
)
def test_money(text: str, amount: str, currency: str, unit: str) -> None:
    parsed = money(text)
    assert parsed and (str(parsed.amount), parsed.currency, parsed.unit) == (amount, currency, unit)


@pytest.mark.parametrize(
    ("cut", "left"),
    [
        ("<p>a</p><p>$2.4", "<p>a</p><p>"),
        ("<p>a</p><p sty", "<p>a</p>"),
        ("<tr><td>1</td></tr><tr><td>$2</td>", "<tr><td>1</td></tr>"),
        ("<p>$2.49</p></html>\n", "<p>$2.49</p></html>\n"),
    ],
)
def test_cut_end_is_dropped(cut: str, left: str) -> None:
    assert drop_cut_end(cut) == left


def test_from_is_a_price_only_for_a_range_of_sizes() -> None:
    head, sizes = "Item|vCPUs|On-demand, GPU-hour", "NVIDIA L40S|16-192|from $1.82"
    one = {str(offer.price) for offer in read("nebius", table(head, "NVIDIA H200|16|$3.50", sizes))}
    assert one == {"3.50", "1.82"}
    # The page does not state which GPUs the price is for.
    assert [o.price for o in read("nebius", table("Item|VRAM|On-demand, GPU-hour", "NVIDIA A100|40-80|from $1"))] == [
        None
    ]
    # A column in which one size is "from", too, states bounds: of a market, say.
    (several,) = {o.price for o in read("nebius", table(head, "NVIDIA H200|16|from $0.99", sizes))}
    assert several is None

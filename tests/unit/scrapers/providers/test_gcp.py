"""Google's layouts, one by one with their traps, then every recorded file with figures checked by eye."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from scrapers.model import LayoutError, Offer, Page, Request
from scrapers.providers.gcp import CATALOG_REQUEST, PROVIDER
from scrapers.providers.gcp.cells import amounts, column, count

HEAD = ["Machine type", "GPU", "Components", "Price (USD)", "DWS Flex-start price (USD)", "Current Spot pricing (USD)"]
A2_PRICES = ["$3.673385 / 1 hour", "$2 .0000/ 1 hour", "$2.20401 / 1 hour"]
A2 = ["a2-highgpu-1g", "Nvidia A100", "GPUs: 1 vCPUs: 12", *A2_PRICES]
H200 = ["a3-ultragpu-8g", "Nvidia H200", "GPUs: 8 vCPUs: 224", "-", "$42.4 / 1 hour", "-"]


def page(content: str | bytes, source: str = "") -> Page:
    raw = content.encode() if isinstance(content, str) else content
    return Page("gcp", "https://x", datetime(2026, 9, 20, tzinfo=UTC), content=raw, source=source)


def read(content: str | bytes) -> list[Offer]:
    return list(PROVIDER.parse(page(content)))


def priced(content: str | bytes) -> list[Offer]:
    return [o for o in read(content) if o.price is not None]


def table(*rows: list[str]) -> str:
    return "<table>" + "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows) + "</table>"


def html(body: str) -> str:
    return f"<!doctype html><html><body>{body}</body></html>"


def prices_of(offers: list[Offer]) -> dict[tuple[str, str, str, int | None], str]:
    return {(o.instance or o.gpu_label, o.region, o.pricing_model, o.term_months): str(o.price) for o in offers}


# --- cells and headers


@pytest.mark.parametrize(
    ("header", "meaning"),
    [
        ("PRICE (USD) INFO CONSUMPTION MODEL ID: 7754-699E-0EBF", ("on_demand", None)),
        ("DEFAULT (USD)", ("on_demand", None)),
        ("GPU PRICE (USD)", ("on_demand", None)),
        ("CURRENT SPOT PRICING (USD)", ("spot", None)),
        ("DWS FLEX-START PRICE (USD)", ("dws_flex_start", None)),
        ("DWS CALENDAR MODE PRICE (USD)", ("dws_calendar", None)),
        ("COMPUTE RESOURCE CUDS - 3 YEAR (USD)", ("reserved", 36)),
        ("COMPUTE FLEXIBLE CUD - 1 YEAR (USD)", ("flexible_cud", 12)),
        ("1 YEAR COMMITMENT PRICE (USD)", ("reserved", 12)),
        ("LOWEST PRICE WITH SUSTAINED USE (USD)", None),
        ("COMPONENTS", None),
    ],
)
def test_headers(header: str, meaning: object) -> None:
    assert column(header) == meaning


@pytest.mark.parametrize(
    ("cell", "read_as"),
    [
        ("$2 .0000/ 1 hour", {"hour": "2.0000"}),
        ("$1,723.67 / 1 month", {"month": "1723.67"}),
        ("$3.67 / 1 hour $2,681.57 / 1 month", {"hour": "3.67", "month": "2681.57"}),
        ("$2.7000 / 1 chip hour", {"hour": "2.7000"}),
        ("$0.000109589 / 1 gibibyte hour", {}),
        ("g2-standard-24-spot", {}),
        ("N/A", {}),
        ("$3.67", {}),
    ],
)
def test_price_cells(cell: str, read_as: dict[str, str]) -> None:
    assert {unit: str(amount) for unit, amount in amounts(cell).items()} == read_as


def test_counts() -> None:
    assert [count(t) for t in ("8", "1 GPU", "1/8", "", "1 GPU 2 GPUs")] == [8, 1, Decimal("0.125"), None, None]


# --- visible tables


def test_missing_prices_keep_their_column() -> None:
    offers = read(html(table(HEAD, ["A3 Ultra", "", "", "", "", ""], H200)))
    assert {o.pricing_model: (o.price and str(o.price), o.price_status) for o in offers} == {
        "on_demand": (None, "no_price_stated"),
        "dws_flex_start": ("42.4", "priced"),
        "spot": (None, "no_price_stated"),
    }
    assert {(str(o.gpu_count), o.gpu_label, o.region) for o in offers} == {("8", "Nvidia H200", "")}


def test_broken_cells_and_na_are_not_prices() -> None:
    prices = ["N/A", "$0.32344 / 1 hour", "g4-standard-6-spot"]
    row = ["g4-standard-6", "NVIDIA RTX PRO 6000", "GPUs: 1/8 vCPUs: 6", *prices]
    offers = {o.pricing_model: o for o in read(html(table(HEAD, row)))}
    assert offers["on_demand"].price_status == "not_offered"
    assert offers["spot"].price_status == "no_price_stated"
    assert offers["dws_flex_start"].gpu_count == Decimal("0.125")


def test_columns_are_found_by_name_not_by_position() -> None:
    order = [0, 5, 2, 1, 4, 3]
    shuffled = table([HEAD[i] for i in order], [A2[i] for i in order])
    assert prices_of(priced(html(shuffled))) == prices_of(priced(html(table(HEAD, A2))))


def test_plain_machines_disks_and_workstations_are_left_out() -> None:
    gpus = ["Model", "GPUs", "GPU memory", "GPU price (USD)"]
    other = (
        table(["Machine type", "Virtual CPUs", "Default (USD)"], ["c4-standard-2", "2", "$0.096866 / 1 hour"])
        + table(["Type", "Default (USD)"], ["Local SSD", "$0.000109589 / 1 gibibyte hour"])
        + table(gpus, ["NVIDIA T4 Virtual Workstation", "1 GPU", "16 GB", "$0.55 / 1 hour"])
    )
    with pytest.raises(LayoutError, match="table with machine types"):
        read(html(other))
    offers = priced(html(other + table(gpus, ["NVIDIA T4", "1 GPU", "16 GB GDDR6", "$0.35 / 1 hour"])))
    assert [(o.gpu_label, o.gpu_memory, o.price_scope, o.price_unit, o.instance) for o in offers] == [
        ("NVIDIA T4", "16 GB GDDR6", "gpu_component", "gpu_hour", "")
    ]


def test_tpus_need_a_price_per_chip() -> None:
    head = ["TPU version", "Price (USD)"]
    (offer,) = priced(html(table(head, ["v5e", "$1.2000 / 1 chip hour"])))
    assert (offer.gpu_label, offer.price_unit, offer.price_scope) == ("TPU v5e", "gpu_hour", "instance")
    with pytest.raises(LayoutError):
        read(html(table(head, ["v3", "$8.00 / 1 hour"])))  # eight cores, not a chip


def test_monthly_price_must_equal_730_hours() -> None:
    def cell(month: str) -> str:
        return html(table(HEAD[:4], [*A2[:3], f"$3.673385 / 1 hour ${month} / 1 month"]))

    assert [str(o.price) for o in priced(cell("2,681.57"))] == ["3.673385"]
    assert read(cell("2,750.00"))[0].price_status == "no_price_stated"


def test_region_is_printed_before_the_table() -> None:
    one = priced(html("<div>Iowa (us-central1)</div>" + table(HEAD, A2)))
    assert {o.region for o in one} == {"us-central1"}
    menu = priced(html("<i>Iowa (us-central1)</i><i>Tokyo (asia-northeast1)</i>" + table(HEAD, A2)))
    assert {o.region for o in menu} == {""}


def test_two_prices_for_one_product_are_not_published() -> None:
    other = [*A2[:3], "$9.99 / 1 hour", *A2[4:]]
    offers = {o.pricing_model: o.price for o in read(html(table(HEAD, A2) + table(HEAD, other)))}
    assert offers["on_demand"] is None and offers["spot"] == Decimal("2.20401")


def test_cut_page_loses_only_the_cut_row() -> None:
    text = html(table(HEAD, A2, [*H200[:5], "$50.874449096 / 1 hour"]))
    cut = text[: text.index("874449096")]
    assert {o.instance for o in read(cut)} == {"a2-highgpu-1g"}


# --- the inline list of all regions


def inline(*blocks: Any, closed: bool = True) -> str:
    array = json.dumps([[None, list(blocks)]])
    return f"<script>cb({{data:{array}, sideChannel: {{}}}});{'</script>' if closed else ''}"


def cells(row: list[str]) -> list[Any]:
    return [[[f"<p>{c}</p>"]] for c in row]


def test_inline_list_yields_every_region_and_each_row_once() -> None:
    blob = inline([["Iowa (us-central1)"], [cells(A2)]], [["Netherlands (europe-west4)"], [cells(H200)]])
    offers = priced(html(table(HEAD, A2) + blob))
    assert prices_of(offers) == {
        ("a2-highgpu-1g", "us-central1", "on_demand", None): "3.673385",
        ("a2-highgpu-1g", "us-central1", "dws_flex_start", None): "2.0000",
        ("a2-highgpu-1g", "us-central1", "spot", None): "2.20401",
        ("a3-ultragpu-8g", "europe-west4", "dws_flex_start", None): "42.4",
    }


def test_inline_rows_with_own_region_and_headers() -> None:
    rows = [[cell, *map(str, row)] for cell, row in (("Iowa (us-central1)", A2), ("Tokyo (asia-northeast1)", H200))]
    offers = priced(html(table(HEAD, ["a4-highgpu-8g", *H200[1:]]) + inline(HEAD, *rows)))
    seen = {(o.instance, o.region) for o in offers}
    assert seen >= {("a2-highgpu-1g", "us-central1"), ("a3-ultragpu-8g", "asia-northeast1")}


def test_inline_columns_are_never_guessed() -> None:
    blob = inline([["Iowa (us-central1)"], [cells(H200)]], [["Tokyo (asia-northeast1)"], [cells(H200)]])
    with pytest.raises(LayoutError, match="headers for the 6 cells"):
        read(html(table(HEAD, A2) + blob))  # no row of the list is one that the visible table shows
    short = inline([["Iowa (us-central1)"], [cells(A2), cells(A2[:5])]])
    with pytest.raises(LayoutError, match="headers for the 5 cells"):
        read(html(table(HEAD, A2) + short))


def test_monthly_inline_row_checks_the_hourly_one() -> None:
    month = [*A2[:3], "$2,681.57105 / 1 month", "$1,460 / 1 month", "$9,999 / 1 month"]
    blob = inline([["Iowa (us-central1)"], [cells(A2), cells(month)]])
    offers = {o.pricing_model: o.price for o in read(html(table(HEAD, A2) + blob))}
    assert offers == {"on_demand": Decimal("3.673385"), "dws_flex_start": Decimal("2.0000"), "spot": None}


def test_unreadable_list_raises_and_cut_list_is_left_out() -> None:
    broken = "<script>data:[[ nonsense Iowa (us-central1) ]]</script>"
    with pytest.raises(LayoutError, match="JSON array"):
        read(html(table(HEAD, A2) + broken))
    cut = table(HEAD, A2) + inline([["Iowa (us-central1)"], [cells(A2)]], closed=False)[:-40]
    assert {o.region for o in priced("<html>" + cut)} == {""}


# --- the Billing Catalog


def sku(
    words: str, usage: str = "OnDemand", unit: str = "h", units: str = "2", nanos: int = 500_000_000, **rest: Any
) -> Any:
    price = {"currencyCode": rest.get("currency", "USD"), "units": units, "nanos": nanos}
    rates = rest.get("rates", [{"unitPrice": price}])
    return {
        "skuId": "0-0", "description": words,
        "category": {"resourceGroup": rest.get("group", ""), "usageType": usage},
        "serviceRegions": rest.get("regions", ["us-central1"]),
        "pricingInfo": [{"effectiveTime": "2026-08-01T07:00:00Z",
                         "pricingExpression": {"usageUnit": unit, "tieredRates": rates}}],
    }  # fmt: skip


def catalog(*skus: Any) -> list[Offer]:
    return read(json.dumps({"skus": list(skus)}))


@pytest.mark.parametrize(
    ("words", "usage", "unit", "expected"),
    [
        ("Nvidia L4 GPU running in Iowa", "OnDemand", "h",
         ("Nvidia L4", "on_demand", None, "gpu_hour", "gpu_component")),
        ("Nvidia Tesla A100 80GB GPU attached to Spot Preemptible VMs running in Iowa", "Preemptible", "h",
         ("Nvidia Tesla A100 80GB", "spot", None, "gpu_hour", "gpu_component")),
        ("Commitment v1: Nvidia L4 GPU running in Iowa for 1 Year", "Commit1Yr", "h",
         ("Nvidia L4", "reserved", 12, "gpu_hour", "gpu_component")),
        ("H200 141GB GPU running in Americas", "OnDemand", "h",
         ("H200 141GB", "on_demand", None, "gpu_hour", "gpu_component")),
        ("A3Plus Instance Core running in Americas", "OnDemand", "h",
         ("A3Plus", "on_demand", None, "vcpu_hour", "host_component")),
        ("Spot Preemptible A3 Instance Ram running in Iowa", "Preemptible", "GiBy.h",
         ("A3", "spot", None, "gib_hour", "host_component")),
        ("Commitment v1: A2 Cpu in Americas for 3 Year", "Commit3Yr", "h",
         ("A2", "reserved", 36, "vcpu_hour", "host_component")),
        ("SSD backed Local Storage", "OnDemand", "GiBy.mo",
         ("Local SSD", "on_demand", None, "gib_month", "host_component")),
        ("A4 Nvidia B200 (1 gpu slice) running in Americas", "OnDemand", "h",
         ("A4", "on_demand", None, "gpu_hour", "instance")),
        ("Spot Preemptible A4 Nvidia B200 (1 gpu slice) running in Americas", "OnDemand", "h",
         ("A4", "spot", None, "gpu_hour", "instance")),
        ("DWS Calendar Mode A4 Nvidia B200 (1 gpu slice) running in Americas", "OnDemand", "h",
         ("A4", "dws_calendar", None, "gpu_hour", "instance")),
        ("Nvidia H100 Mega 80GB GPU attached to DWS Defined Duration VMs running in Americas", "OnDemand", "h",
         ("Nvidia H100 Mega 80GB", "dws_flex_start", None, "gpu_hour", "gpu_component")),
    ],
)  # fmt: skip
def test_sku_products(words: str, usage: str, unit: str, expected: tuple[object, ...]) -> None:
    (offer,) = catalog(sku(words, usage, unit))
    assert (offer.instance, offer.pricing_model, offer.term_months, offer.price_unit, offer.price_scope) == expected
    assert offer.price == Decimal("2.5") and str(offer.effective_from) == "2026-08-01"


def test_rtx_and_tpu_skus_are_recognised_by_group() -> None:
    card, chip = sku("RTX 6000 96GB running in Iowa", group="GPU"), sku("TpuV6e running in Columbus", group="TPU")
    rtx, tpu = catalog(card, chip)
    assert (rtx.gpu_label, rtx.price_scope) == ("RTX 6000 96GB", "gpu_component")
    assert (tpu.instance, tpu.price_unit, tpu.price_scope) == ("TpuV6e", "gpu_hour", "instance")


@pytest.mark.parametrize(
    "words",
    ["T2D AMD Instance Core running in Singapore", "E2 Instance Ram running in Americas",
     "A2 Sole Tenancy Instance Core running in Americas", "Reserved Nvidia L4 GPU in Americas",
     "Nvidia Tesla T4 Virtual Workstation GPU running in Americas", "G2 Custom Instance Core running in Iowa",
     "A2 Instance Core running in Americas suspended"],
)  # fmt: skip
def test_other_skus_are_left_out(words: str) -> None:
    assert catalog(sku(words)) == []


def test_units_and_nanos_make_one_price_and_zero_none() -> None:
    rates = (("0", 4237000), ("68", 1), ("0", 0))
    small, large, zero = (sku("Nvidia L4 GPU running in Iowa", units=u, nanos=n) for u, n in rates)
    assert [o.price for o in catalog(small)] == [Decimal("0.004237")]
    assert [o.price for o in catalog(large)] == [Decimal("68.000000001")]
    assert catalog(zero) == []


def test_regions_currencies_and_repetition() -> None:
    one = sku("Nvidia L4 GPU running in Iowa", regions=["us-central1", "us-east1"], currency="IDR")
    assert [(o.region, o.currency) for o in catalog(one, one)] == [("us-central1", "IDR"), ("us-east1", "IDR")]


def test_ambiguous_rates_are_not_prices() -> None:
    tiers = sku("Nvidia L4 GPU running in Iowa", rates=[{"unitPrice": {"units": "1"}}, {"unitPrice": {"units": "2"}}])
    monthly = sku("Nvidia T4 GPU running in Iowa", unit="mo")
    assert [o.price_status for o in catalog(tiers, monthly)] == ["no_price_stated"] * 2


def test_cut_catalog_keeps_complete_skus_of_an_excerpt_only() -> None:
    text = json.dumps({"skus": [sku("Nvidia L4 GPU running in Iowa"), sku("Nvidia T4 GPU running in Iowa")]})
    excerpt = replace(page(text[:-60]), is_excerpt=True)
    assert [o.instance for o in PROVIDER.parse(excerpt)] == ["Nvidia L4"]
    with pytest.raises(LayoutError, match="https://x"):
        read(text[:-60])


def test_paging_sends_the_key_in_the_header_only() -> None:
    assert PROVIDER.follow is not None
    (request,) = PROVIDER.follow(page('{"skus": [], "nextPageToken": "a/b="}', CATALOG_REQUEST.source))
    assert isinstance(request, Request) and request.url == CATALOG_REQUEST.url + "&pageToken=a%2Fb%3D"
    assert request.headers == {"X-Goog-Api-Key": "{GPUHOUR_GCP_API_KEY}"} and "key=" not in request.url.lower()
    for last in ('{"skus": [], "nextPageToken": ""}', '{"skus": []}'):
        assert list(PROVIDER.follow(page(last, CATALOG_REQUEST.source))) == []
    assert list(PROVIDER.follow(page('{"nextPageToken": "x"}', "pricing_page"))) == []


# --- the community file

YML = """---
compute:
  instance:
    a2-highgpu-1g:
      a100: 1
      cost:
        r1: {hour: 3.673385, hour_spot: 1.10, month: 2681.57105, month_1y: 1689.3711392, month_spot: 803}
        r2: {hour: 3.9, month_3y: 0}
        r3: {hour: 0.739477, hour_spot: 0.22}
      cpu: 12
    z3-highmem-88:
      cost:
        r1: {hour: 13.0}
      local-ssd: 36000
  license:
    a2-highgpu-1g: {cost: {windows: {hour: 0.552}}}
    g2-standard-4: {cost: {windows: {hour: 0.184}}}
"""


def test_figures_keep_their_digits_and_months_their_unit() -> None:
    offers = priced(YML)
    assert [(o.region, o.pricing_model, o.term_months, str(o.price), o.price_unit) for o in offers] == [
        ("r1", "on_demand", None, "3.673385", "instance_hour"),
        ("r1", "spot", None, "1.10", "instance_hour"),
        ("r1", "reserved", 12, "1689.3711392", "month"),
        ("r2", "on_demand", None, "3.9", "instance_hour"),
    ]
    assert {(o.instance, o.gpu_label, o.gpu_count) for o in offers} == {("a2-highgpu-1g", "a100", Decimal(1))}


def test_total_without_its_gpu_is_not_a_price() -> None:
    assert [o.price_status for o in read(YML) if o.region == "r3"] == ["no_price_stated"] * 2


def test_cut_file_invents_no_number() -> None:
    begun = "compute:\n  instance:\n    g2-standard-4:\n      cost:\n        r1:\n          hour: 0.70\n"
    offers = priced(begun + "          hour_spot: 0.2")
    assert prices_of(offers) == {("g2-standard-4", "r1", "on_demand", None): "0.70"}


# --- unknown layouts


@pytest.mark.parametrize(
    "content",
    ["", "prices follow soon", "<html><p>moved</p></html>", "{}", '{"skus": []}', '{"skus": [{"a": 1}]}',
     '{"skus": [nonsense]}', "compute:\n  instances: {}\n", "compute: [\n"],
)  # fmt: skip
def test_other_content_is_an_unknown_layout(content: str) -> None:
    with pytest.raises(LayoutError):
        read(content)


# --- every recorded file


def test_shared_page_of_2026(shared: Callable[[str], Path]) -> None:
    offers = priced(shared("captures/gcp/2026-09_gpus-pricing_tables.html").read_bytes())
    assert Counter((o.pricing_model, o.term_months) for o in offers) == {
        ("on_demand", None): 27, ("spot", None): 27, ("reserved", 12): 25, ("reserved", 36): 25,
        ("dws_flex_start", None): 19, ("dws_calendar", None): 4, ("flexible_cud", 12): 15, ("flexible_cud", 36): 15,
    }  # fmt: skip
    prices = prices_of(offers)
    assert prices["a2-highgpu-1g", "", "dws_flex_start", None] == "2.0000"
    assert prices["g4-standard-192", "", "dws_flex_start", None] == "9.0000"
    assert prices["a4-highgpu-8g", "", "reserved", 36] == "56.7072"
    assert ("a4-highgpu-8g", "", "on_demand", None) not in prices
    assert ("g2-standard-24", "", "spot", None) not in prices


def test_shared_catalog(shared: Callable[[str], Path]) -> None:
    offers = priced(shared("captures/gcp/billing_skus_excerpt.json").read_bytes())
    assert {(o.instance, o.price_unit, o.price) for o in offers} == {
        ("Nvidia Tesla A100", "gpu_hour", Decimal("2.933908")),
        ("A2", "gib_hour", Decimal("0.004237")),
        ("A2", "vcpu_hour", Decimal("0.031611")),
    }
    assert len(offers) == 9


@pytest.mark.parametrize(
    ("name", "count_of", "a2_spot"),
    [("2023-05-12", (624, 624, 1248), "1.1020155"), ("2025-04-03", (844, 844, 1368), "1.442955")],
)
def test_shared_community_files(
    shared: Callable[[str], Path], name: str, count_of: tuple[int, int, int], a2_spot: str
) -> None:
    offers = priced(shared(f"captures/gcp/{name}_cyclenerd_pricing.yml").read_bytes())
    models = Counter(o.pricing_model for o in offers)
    assert (models["on_demand"], models["spot"], models["reserved"]) == count_of
    prices = prices_of(offers)
    assert prices["a2-highgpu-1g", "us-central1", "on_demand", None] == "3.673385"
    assert prices["a2-highgpu-1g", "us-central1", "spot", None] == a2_spot
    assert prices["a2-highgpu-1g", "us-central1", "reserved", 36] == "938.56707798"
    # In 2023 the A2 of Toronto is stated without its GPU.
    assert ("a2-highgpu-1g", "northamerica-northeast2", "on_demand", None) not in prices

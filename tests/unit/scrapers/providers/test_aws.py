"""AWS: each layout in which it publishes prices, and each row that looks like a price but is none."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from scrapers.model import LayoutError, Offer, Page
from scrapers.providers.aws import PROVIDER, bulk_csv, follow
from scrapers.providers.aws.accelerators import is_accelerated

COLUMNS = [
    "SKU",
    "OfferTermCode",
    "TermType",
    "PriceDescription",
    "EffectiveDate",
    "Unit",
    "PricePerUnit",
    "Currency",
    "LeaseContractLength",
    "PurchaseOption",
    "OfferingClass",
    "Location",
    "Location Type",
    "Instance Type",
    "Instance Family",
    "Tenancy",
    "Operating System",
    "License Model",
    "usageType",
    "operation",
    "CapacityStatus",
    "GPU",
    "GPU Memory",
    "MarketOption",
    "Pre Installed S/W",
    "Region Code",
    "serviceName",
]
P5 = {
    "SKU": "S1",
    "OfferTermCode": "JRTCKXETXF",
    "TermType": "OnDemand",
    "PriceDescription": "$55.04 per hour",
    "EffectiveDate": "2025-06-05",
    "Unit": "Hrs",
    "PricePerUnit": "55.0400000000",
    "Currency": "USD",
    "Location": "US East (N. Virginia)",
    "Location Type": "AWS Region",
    "Instance Type": "p5.48xlarge",
    "Instance Family": "GPU instance",
    "Tenancy": "Shared",
    "Operating System": "Linux",
    "License Model": "No License required",
    "usageType": "BoxUsage:p5.48xlarge",
    "operation": "RunInstances",
    "CapacityStatus": "Used",
    "GPU": "8",
    "GPU Memory": "640 GB HBM3",
    "MarketOption": "OnDemand",
    "Pre Installed S/W": "NA",
    "Region Code": "us-east-1",
    "serviceName": "Amazon Elastic Compute Cloud",
}
RESERVED = {
    "TermType": "Reserved",
    "LeaseContractLength": "3yr",
    "OfferingClass": "standard",
    "OfferTermCode": "R",
    "PurchaseOption": "Partial Upfront",
}
PREAMBLE = [
    '"FormatVersion","v1.0"',
    '"Disclaimer","none, really"',
    '"Publication Date","x"',
    '"Version","1"',
    '"OfferCode","AmazonEC2"',
]


def line(columns: list[str] = COLUMNS, /, **changes: str) -> str:
    cells = {**P5, **{name.replace("_", " "): value for name, value in changes.items()}}
    return ",".join('"' + cells[c].replace('"', '""') + '"' if cells.get(c) else "" for c in columns)


def listing(*lines: str, columns: list[str] = COLUMNS) -> str:
    return "\n".join([*PREAMBLE, ",".join(f'"{c}"' for c in columns), *lines]) + "\n"


def page(content: str | bytes | object, url: str = "https://x/", **more: Any) -> Page:
    text = content if isinstance(content, str | bytes) else json.dumps(content)
    return Page(
        "aws", url, datetime(2026, 9, 20, tzinfo=UTC), content=text.encode() if isinstance(text, str) else text, **more
    )


def parse(content: str | bytes | object, **more: Any) -> list[Offer]:
    return list(PROVIDER.parse(page(content, **more)))


def with_cells(**changes: str) -> str:
    return line(**RESERVED | changes)


# --- instance names


@pytest.mark.parametrize(
    "name",
    [
        *("p2.xlarge", "p6-b200.48xlarge", "u-p6e-gb200x72", "g4dn.metal", "g6f.large", "gr6.4xlarge"),
        *("g7e.2xlarge", "inf2.xlarge", "trn2u.48xlarge", "dl1.24xlarge"),
    ],
)
def test_accelerated(name: str) -> None:
    assert is_accelerated(name)


@pytest.mark.parametrize(
    "name",
    [
        "m5.large",
        "f1.2xlarge",
        "f2.6xlarge",
        "vt1.3xlarge",
        "dl2q.24xlarge",
        "u-6tb1.metal",
        "i4g.large",
        "p4d",
        "hpc7g.4xlarge",
    ],
)
def test_not_accelerated(name: str) -> None:
    assert not is_accelerated(name)


# --- bulk CSV


def test_csv_on_demand_offer_keeps_printed_values() -> None:
    (offer,) = parse(listing(line()))
    assert (offer.source, offer.instance, offer.region, offer.pricing_model) == (
        "price_list",
        "p5.48xlarge",
        "us-east-1",
        "on_demand",
    )
    assert (str(offer.price), offer.price_unit, offer.currency, offer.term_months, offer.upfront) == (
        "55.0400000000",
        "instance_hour",
        "USD",
        None,
        "",
    )
    assert (offer.gpu_label, offer.gpu_count, offer.gpu_memory, offer.gpu_memory_is_total) == (
        "",
        Decimal(8),
        "640 GB HBM3",
        True,
    )
    assert offer.effective_from == date(2025, 6, 5)


def test_csv_columns_are_found_by_name() -> None:
    columns = list(reversed(COLUMNS))
    assert [o.price for o in parse(listing(line(columns), columns=columns))] == [Decimal("55.04")]
    assert len(parse(listing(line()).split("\n", 5)[5])) == 1  # an excerpt without the preamble


@pytest.mark.parametrize(
    "changes",
    [
        {"Operating_System": "Windows"},
        {"Operating_System": "RHEL"},
        {"Tenancy": "Dedicated"},
        {"Tenancy": "Host"},
        {"CapacityStatus": "UnusedCapacityReservation"},
        {"CapacityStatus": "AllocatedCapacityReservation"},
        {"Pre_Installed_S/W": "SQL Std"},
        {"License_Model": "Bring your own license"},
        {"MarketOption": "CapacityBlock"},
        {"operation": "RunInstances:CB", "MarketOption": ""},
        {"PricePerUnit": "0.0000000000"},
        {"PricePerUnit": "-1"},
        {"PricePerUnit": "free"},
        {"Unit": "Quantity"},
        {"Location_Type": "AWS Outposts"},
        {"Region_Code": ""},
        {"usageType": "DedicatedUsage:p5.48xlarge"},
        {"Instance_Type": "m5.large"},
        {"Instance_Type": "f1.2xlarge"},
        {"TermType": "Other"},
    ],
)
def test_csv_traps_yield_no_offers(changes: dict[str, str]) -> None:
    assert parse(listing(line(**changes))) == []


def test_csv_zones_fractions_and_repeats() -> None:
    zone = line(
        SKU="S2",
        Region_Code="us-west-2-lax-1",
        Location_Type="AWS Local Zone",
        Instance_Type="g6f.large",
        GPU="0.125",
        GPU_Memory="NA",
    )
    first, second = parse(listing(line(), zone, zone, line()))
    assert (first.region, second.region, second.gpu_count, second.gpu_memory) == (
        "us-east-1",
        "us-west-2-lax-1",
        Decimal("0.125"),
        "",
    )


def test_csv_metal_uses_dedicated_tenancy_only_without_shared() -> None:
    alone = {
        "Instance_Type": "g4dn.metal",
        "Tenancy": "Dedicated",
        "usageType": "DedicatedUsage:g4dn.metal",
        "PricePerUnit": "8.0",
        "SKU": "D",
    }
    assert [str(o.price) for o in parse(listing(line(**alone)))] == ["8.0"]
    shared = {**alone, "Tenancy": "Shared", "usageType": "BoxUsage:g4dn.metal", "PricePerUnit": "7.824", "SKU": "M"}
    assert [str(o.price) for o in parse(listing(line(**shared), line(**alone)))] == ["7.824"]


def test_csv_newest_price_wins_and_a_tie_yields_none() -> None:
    older = line(SKU="S2", PricePerUnit="98.32", EffectiveDate="2025-01-01")
    assert [o.price for o in parse(listing(older, line()))] == [Decimal("55.04")]
    assert parse(listing(line(SKU="S2", PricePerUnit="98.32"), line())) == []


def test_csv_reserved_joins_hourly_part_and_fee() -> None:
    rows = [
        with_cells(PricePerUnit="10.5"),
        with_cells(PricePerUnit="100000", Unit="Quantity"),
        with_cells(OfferTermCode="A", PurchaseOption="All Upfront", PricePerUnit="0.0000000000"),
        with_cells(OfferTermCode="A", PurchaseOption="All Upfront", PricePerUnit="190000", Unit="Quantity"),
        with_cells(OfferTermCode="N", PurchaseOption="No Upfront", PricePerUnit="20.1", LeaseContractLength="1 yr"),
    ]
    for order in (rows, rows[::-1]):
        by_upfront = {o.upfront: (o.term_months, str(o.price), o.upfront_price) for o in parse(listing(*order))}
        assert by_upfront == {"partial": (36, "10.5", 100000), "all": (36, "0", 190000), "none": (12, "20.1", None)}


@pytest.mark.parametrize(
    "rows",
    [
        [with_cells(PricePerUnit="10.5")],  # the fee is missing: half a price
        [with_cells(PricePerUnit="100000", Unit="Quantity")],
        [with_cells(PurchaseOption="All Upfront", PricePerUnit="0.0")],
        [
            with_cells(PurchaseOption="All Upfront", PricePerUnit="0.0"),
            with_cells(PurchaseOption="All Upfront", PricePerUnit="0", Unit="Quantity"),
        ],
        [with_cells(PurchaseOption="No Upfront", PricePerUnit="0.0")],
        [
            with_cells(PurchaseOption="No Upfront", PricePerUnit="1.0"),
            with_cells(PurchaseOption="No Upfront", PricePerUnit="9", Unit="Quantity"),
        ],
        [with_cells(PurchaseOption="No Upfront", OfferingClass="convertible")],
        [with_cells(PurchaseOption="No Upfront", LeaseContractLength="")],
        [with_cells(PurchaseOption="Heavy Utilization")],
    ],
)
def test_csv_incomplete_reservations_yield_no_offers(rows: list[str]) -> None:
    assert parse(listing(*rows)) == []


def test_csv_quoted_line_breaks_do_not_split_rows() -> None:
    broken = line(PriceDescription='two\nlines, "quoted"', SKU="S2", Region_Code="eu-west-1")
    assert {o.region for o in parse(listing(line(), broken))} == {"us-east-1", "eu-west-1"}


def test_csv_renamed_families_are_found_by_type() -> None:
    assert len(parse(listing(line(Instance_Family="Accelerated")))) == 1
    columns = [c for c in COLUMNS if c != "Instance Family"]
    assert len(parse(listing(line(columns), columns=columns))) == 1


def test_csv_rows_across_block_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    text = listing(*(line(SKU=f"S{n}", Region_Code=f"r-{n}") for n in range(50)))
    monkeypatch.setattr(bulk_csv, "_BLOCK", 1000)
    assert [o.region for o in parse(text)] == [f"r-{n}" for n in range(50)]
    assert len(parse(text.rstrip("\n"))) == 50
    assert len(parse(text.replace("\n", "\r\n"))) == 50


def test_csv_cut_anywhere_yields_a_prefix_only() -> None:
    whole = listing(line(), line(SKU="S2", Region_Code="eu-west-1", PricePerUnit="66.0"))
    right = {("us-east-1", Decimal("55.04")), ("eu-west-1", Decimal(66))}
    start = whole.index('"S1"')
    for end in range(start, len(whole)):
        rows = {(o.region, o.price) for o in parse(whole[:end], fetched_by="file")}
        assert rows <= right, whole[:end][-40:]
    cpu = line(Instance_Type="m5.large", Instance_Family="General purpose")
    with pytest.raises(LayoutError, match="whole last row"):  # a live list must be whole, whatever the cut hits
        parse((listing(line()) + cpu)[:-60])


def test_csv_gzip_and_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "index.csv.gz"
    file.write_bytes(gzip.compress(b"\xef\xbb\xbf" + listing(line()).encode()))
    assert len(list(PROVIDER.parse(replace(page(""), content=None, path=file)))) == 1


def test_csv_without_required_columns_raises() -> None:
    columns = [c for c in COLUMNS if c != "Tenancy"]
    with pytest.raises(LayoutError, match="tenancy"):
        parse(listing(line(columns), columns=columns))


# --- price list as JSON


def product(**changes: str) -> dict[str, Any]:
    attributes = {
        "instanceType": "p4d.24xlarge",
        "tenancy": "Shared",
        "operatingSystem": "Linux",
        "preInstalledSw": "NA",
        "capacitystatus": "Used",
        "marketoption": "OnDemand",
        "operation": "RunInstances",
        "gpu": "8",
        "gpuMemory": "320 GB HBM2",
        "usagetype": "BoxUsage:p4d.24xlarge",
        "locationType": "AWS Region",
        "regionCode": "us-east-1",
        "licenseModel": "No License required",
        **changes,
    }
    return {"sku": "H1", "productFamily": "Compute Instance", "attributes": attributes}


def term(currency: str = "USD", attributes: dict[str, str] | None = None, **dimensions: str) -> dict[str, Any]:
    return {
        "offerTermCode": "T",
        "sku": "H1",
        "effectiveDate": "2023-03-01T00:00:00Z",
        "termAttributes": attributes or {},
        "priceDimensions": {
            u: {"unit": u, "description": "d", "pricePerUnit": {currency: p}} for u, p in dimensions.items()
        },
    }


def bulk(products: dict[str, Any], **terms: Any) -> dict[str, Any]:
    return {"formatVersion": "v1.0", "offerCode": "AmazonEC2", "products": products, "terms": terms}


def test_bulk_json_yields_the_same_offers_as_csv() -> None:
    attributes = {"LeaseContractLength": "1yr", "PurchaseOption": "All Upfront", "OfferingClass": "standard"}
    on_demand, reserved = parse(
        bulk(
            {"H1": product()},
            OnDemand={"H1": {"a": term(Hrs="32.7726")}},
            Reserved={"H1": {"b": term(attributes=attributes, Hrs="0", Quantity="9000")}},
        )
    )
    assert (on_demand.price, on_demand.gpu_count, on_demand.gpu_memory) == (
        Decimal("32.7726"),
        Decimal(8),
        "320 GB HBM2",
    )
    assert (reserved.term_months, reserved.upfront) == (12, "all")
    assert (reserved.price, reserved.upfront_price) == (Decimal(0), Decimal(9000))


def test_bulk_json_of_china_keeps_its_currency() -> None:
    (offer,) = parse(bulk({"H1": product(regionCode="cn-north-1")}, OnDemand={"H1": {"a": term("CNY", Hrs="168.5")}}))
    assert (offer.currency, offer.region) == ("CNY", "cn-north-1")


def test_bulk_json_without_accelerators_is_an_empty_list() -> None:
    assert parse(bulk({"H1": product(instanceType="m5.large")}, OnDemand={})) == []


def test_bulk_json_faults_raise() -> None:
    with pytest.raises(LayoutError, match="terms"):
        parse(bulk({"H1": product()}, OnDemand={}))
    with pytest.raises(LayoutError, match="products"):
        parse(bulk({}, OnDemand={}))
    valid = json.dumps(bulk({"H1": product()}, OnDemand={"H1": {"a": term(Hrs="1")}}))
    with pytest.raises(LayoutError, match="valid JSON"):
        parse(valid.replace("}}}}", "}}},}", 1), fetched_by="file")
    with pytest.raises(LayoutError, match="valid JSON"):
        parse(valid[:-10])


@pytest.mark.parametrize(
    "wrap",
    [lambda x: x, lambda x: [json.dumps(x[0])], lambda x: {"FormatVersion": "aws_v1", "PriceList": [json.dumps(x[0])]}],
)
def test_get_products_answers(wrap: Callable[[Any], Any]) -> None:
    answer = [{"product": product(), "serviceCode": "AmazonEC2", "terms": {"OnDemand": {"a": term(Hrs="21.957642")}}}]
    (offer,) = parse(wrap(answer))
    assert (offer.source, offer.price, offer.instance) == ("price_list_api", Decimal("21.957642"), "p4d.24xlarge")


def test_get_products_capacity_block_at_zero_yields_no_offer() -> None:
    block = product(marketoption="CapacityBlock", operation="RunInstances:CB")
    assert parse([{"product": block, "terms": {"OnDemand": {"a": term(Hrs="0.0")}}}]) == []


# --- feeds of the website


def b0p(**changes: str) -> dict[str, str]:
    return {
        "rateCode": "x",
        "price": "27.4470500000",
        "Location": "US East (Ohio)",
        "Instance Type": "p4de.24xlarge",
        "Operating System": "Linux",
        "Pre Installed S/W": "NA",
        "License Model": "No License required",
        **changes,
    }


def test_website_prices_in_both_nestings() -> None:
    regions = {
        "US East (Ohio)": {
            "a": b0p(),
            "b": b0p(),
            "w": b0p(**{"Operating System": "Windows"}),
            "c": b0p(**{"Instance Type": "m5.large"}),
        }
    }
    for feed in ({"manifest": {"serviceId": "ec2"}, "regions": regions}, {"US East (Ohio)": {"regions": regions}}):
        (offer,) = parse(feed)
        assert (offer.region, str(offer.price), offer.pricing_model) == ("US East (Ohio)", "27.4470500000", "on_demand")
    assert parse({"regions": {"R": {"a": b0p(), "b": b0p(price="9")}}}) == []  # two prices for one thing
    assert parse({"regions": {"R": {"a": b0p(price="0.0000000000")}}}) == []


def spot_feed(rate: str = "perhr") -> str:
    def size(name: str, linux: str) -> dict[str, Any]:
        return {
            "size": name,
            "valueColumns": [{"name": "mswin", "prices": {"USD": "9.9"}}, {"name": "linux", "prices": {"USD": linux}}],
        }

    sizes = [size("p3.16xlarge", "7.3440"), size("g5.xlarge", "N/A*"), size("m5.large", "0.03")]
    regions = [{"region": "us-east", "instanceTypes": [{"type": "x", "sizes": sizes}]}]
    return f"callback({json.dumps({'vers': 0.01, 'config': {'rate': rate, 'regions': regions}})});\n"


def test_spot_feed() -> None:
    (offer,) = parse(spot_feed())
    assert (offer.instance, offer.region, offer.pricing_model, str(offer.price)) == (
        "p3.16xlarge",
        "us-east",
        "spot",
        "7.3440",
    )
    with pytest.raises(LayoutError, match="perhr"):
        parse(spot_feed("permonth"))
    with pytest.raises(LayoutError):
        parse(spot_feed()[:-40])


def test_spot_advisor_states_no_price() -> None:
    facts = {"p4d.24xlarge": {"s": 70, "r": 4}, "m5.large": {"s": 1, "r": 0}}
    (offer,) = parse({"instance_types": {}, "spot_advisor": {"us-east-1": {"Linux": facts, "Windows": facts}}})
    assert (offer.price, offer.price_status, offer.text, offer.region) == (
        None,
        "no_price_stated",
        "s=70 r=4",
        "us-east-1",
    )


def quote(zone: str, price: str, at: str, kind: str = "Linux/UNIX") -> dict[str, str]:
    return {
        "AvailabilityZone": zone,
        "InstanceType": "p3.16xlarge",
        "ProductDescription": kind,
        "SpotPrice": price,
        "Timestamp": at,
    }


def test_spot_history_gives_the_latest_linux_quote_per_zone() -> None:
    quotes = [
        quote("us-east-1a", "7.1", "2020-02-19T00:00:00.000Z"),
        quote("us-east-1a", "7.2", "2020-02-20T00:00:00.000Z"),
        quote("us-east-1a", "14", "2020-02-21T00:00:00.000Z", "Windows"),
        quote("us-east-1b", "7.3", "2020-01-01T00:00:00Z"),
    ]
    assert {o.region: str(o.price) for o in parse({"SpotPriceHistory": quotes})} == {
        "us-east-1a": "7.2",
        "us-east-1b": "7.3",
    }
    with pytest.raises(LayoutError):
        parse({"SpotPriceHistory": []})
    with pytest.raises(LayoutError, match="time"):
        parse({"SpotPriceHistory": [quote("a", "1", "yesterday")]})


# --- savings plans


def savings(
    family: str = "ComputeSavingsPlans", years: str = "1yr", option: str = "No Upfront", **rate: Any
) -> dict[str, Any]:
    stated = {
        "discountedUsageType": "USE2-BoxUsage:p4d.24xlarge",
        "discountedOperation": "RunInstances",
        "unit": "Hrs",
        "discountedRate": {"price": "15.1", "currency": "USD"},
        "discountedRegionCode": "us-east-2",
        **rate,
    }
    plan = {"sku": "P", "productFamily": family, "attributes": {"purchaseTerm": years, "purchaseOption": option}}
    return {
        "version": "1",
        "regionCode": "us-east-2",
        "products": [plan],
        "terms": {"savingsPlan": [{"sku": "P", "rates": [stated]}]},
    }


def test_savings_plans_are_hourly_and_two_sources() -> None:
    (compute,) = parse(savings())
    assert (compute.source, compute.instance, compute.region, str(compute.price)) == (
        "compute_savings_plan",
        "p4d.24xlarge",
        "us-east-2",
        "15.1",
    )
    assert (compute.pricing_model, compute.term_months, compute.upfront, compute.upfront_price) == (
        "reserved",
        12,
        "none",
        None,
    )
    (family,) = parse(savings("EC2InstanceSavingsPlans", "3yr", "All Upfront"))
    assert (family.source, family.term_months, family.upfront) == ("ec2_instance_savings_plan", 36, "all")


@pytest.mark.parametrize(
    "rate",
    [
        {"discountedOperation": "RunInstances:0002"},
        {"discountedUsageType": "DedicatedUsage:p4d.24xlarge"},
        {"discountedUsageType": "UnusedBox:p4d.24xlarge"},
        {"discountedUsageType": "HostBoxUsage:p4d.24xlarge"},
        {"discountedUsageType": "BoxUsage:m5.large"},
        {"discountedRate": {"price": "0", "currency": "USD"}},
        {"unit": "Request"},
    ],
)
def test_savings_plan_traps_yield_no_offers(rate: dict[str, Any]) -> None:
    assert parse(savings(**rate)) == []


def test_savings_plans_of_unknown_kind_raise() -> None:
    with pytest.raises(LayoutError, match="productFamily"):
        parse(savings("DatabaseSavingsPlans"))
    with pytest.raises(LayoutError, match="savingsPlan"):
        parse({**savings(), "terms": {}})


# --- capacity blocks


def blocks(*rows: tuple[str, str, int, str, float, float | None]) -> dict[str, Any]:
    types: dict[str, Any] = {}
    for instance, label, count, region, hourly, each in rows:
        entry = types.setdefault(instance, {"accelerator_type": label, "accelerator_count": count, "pricing": []})
        entry["pricing"].append(
            {"region": region, "region_code": region, "hourly_rate_usd": hourly, "accelerator_hourly_rate_usd": each}
        )
    return {"metadata": {}, "instance_types": types}


GOOD = ("p5.48xlarge", "H100", 8, "us-east-2", 31.464, 3.933)


def test_capacity_block_with_consistent_rates() -> None:
    (offer,) = parse(blocks(GOOD))
    assert (offer.pricing_model, offer.term_months, str(offer.price), offer.price_unit) == (
        "reserved",
        None,
        "31.464",
        "instance_hour",
    )
    assert (offer.gpu_label, offer.gpu_count) == ("H100", Decimal(8))


def test_same_rate_for_two_sizes_is_per_accelerator() -> None:
    offers = parse(
        blocks(
            GOOD, ("u-p6e-gb200x72", "GB200", 72, "z", 10.582, 0.0), ("u-p6e-gb200x36", "GB200", 36, "z", 10.582, 0.0)
        )
    )
    assert {(o.instance, o.price_unit, str(o.price)) for o in offers[1:]} == {
        ("u-p6e-gb200x72", "gpu_hour", "10.582"),
        ("u-p6e-gb200x36", "gpu_hour", "10.582"),
    }


@pytest.mark.parametrize(
    "row",
    [
        ("p5.48xlarge", "H100", 8, "r", 31.464, 3.5),  # the rates contradict each other
        ("p5.48xlarge", "H100", 8, "r", 3.933, 3.933),  # both columns hold the accelerator's rate
        ("u-p6e-gb200x72", "GB200", 72, "r", 10.582, 0.0),  # would make a GB200 cheaper than anything on the page
        ("p5.48xlarge", "H100", 8, "r", 0.0, 3.933),
    ],
)
def test_ambiguous_capacity_blocks_yield_no_offers(row: tuple[str, str, int, str, float, float]) -> None:
    assert [o.region for o in parse(blocks(GOOD, row))] == ["us-east-2"]


def test_instance_rate_is_kept_without_accelerator_rate() -> None:
    offers = parse(blocks(GOOD, ("p5e.48xlarge", "H200", 8, "r", 39.799, 0.0)))
    assert [(o.price_unit, str(o.price)) for o in offers] == [("instance_hour", "31.464"), ("instance_hour", "39.799")]


HTML = """<!-- FIXTURE nobody reads this $1 --><html><body><table><tr><th>Instance type</th><th>Region</th>
<th>Effective instance hourly rate</th><th>Effective accelerator hourly rate</th><th>GPU</th></tr>
<tr><td>p5.48xlarge</td><td>US East (Ohio)</td><td>$39.33 USD</td><td>$4.916 USD</td><td>8 x H100</td></tr>
<tr><td>p5.48xlarge</td><td>US West (Oregon)</td><td>N/A</td><td>N/A</td><td>8 x H100</td></tr>
<tr><td>p5.48xlarge</td><td>cut</td><td>$39"""


def test_capacity_blocks_page() -> None:
    (offer,) = parse(HTML)
    assert (offer.instance, offer.region, str(offer.price), offer.gpu_count) == (
        "p5.48xlarge",
        "US East (Ohio)",
        "39.33",
        Decimal(8),
    )
    with pytest.raises(LayoutError, match="capacity blocks"):
        parse("<html><table><tr><th>Instance</th></tr><tr><td>p5</td></tr></table></html>")


# --- the rest


def test_reserved_map_is_recognised_by_its_quotients() -> None:
    (offer,) = parse(
        {"p4d.24xlarge/us-east-2": 10.878729071537292, "m5.large/us-east-1": 0.0411339421613394, "f1.2xlarge/x": 0.1}
    )
    assert (offer.pricing_model, offer.term_months, str(offer.price), offer.region) == (
        "reserved",
        None,
        "10.878729071537292",
        "us-east-2",
    )
    with pytest.raises(LayoutError):  # the same shape could hold on-demand prices
        parse({"p4d.24xlarge/us-east-2": 32.7726, "m5.large/us-east-1": 0.096})


@pytest.mark.parametrize("text", ["", "hello", "{}", "[]", "<html></html>", '{"a": 1}', "a,b\n1,2\n", "[1, 2]", "null"])
def test_unknown_layouts_raise(text: str) -> None:
    with pytest.raises(LayoutError):
        parse(text)


def test_region_index_links_to_every_open_region() -> None:
    index = {
        "regions": {
            r: {"regionCode": r, "currentVersionUrl": f"/v/{r}/index.json"}
            for r in ("us-east-1", "us-gov-west-1", "us-west-2-lax-1")
        }
    }
    url = "https://pricing.us-east-1.amazonaws.com/a/region_index.json"
    requests = list(follow(page(index, url, source="price_list")))
    assert [r.url.partition(".com")[2] for r in requests] == ["/v/us-east-1/index.csv", "/v/us-west-2-lax-1/index.csv"]
    plans = {"regions": [{"regionCode": "us-east-1", "versionUrl": "/s/us-east-1/index.json"}]}
    assert [r.url for r in follow(page(plans, url, source="savings_plans"))] == [
        "https://pricing.us-east-1.amazonaws.com/s/us-east-1/index.json"
    ]
    with pytest.raises(LayoutError):
        list(follow(page({"regions": []}, url, source="savings_plans")))
    assert list(follow(page("any other page", PROVIDER.requests[2].url))) == []


@pytest.mark.parametrize(
    ("name", "count", "some"),
    [
        ("2020_spot_history_us-east-1_p3.16xlarge.json", 4, ("p3.16xlarge", "us-east-1f", "7.344000", "instance_hour")),
        ("2021-02-10_spot_advisor.json", 320, ("p2.8xlarge", "ap-southeast-1", "None", "")),
        ("2021-09-21_reserved_hourly.json", 295, ("p4d.24xlarge", "us-east-2", "10.878729071537292", "instance_hour")),
        ("2023-03-14_offer_excerpt.json", 0, None),
        ("2026-01-31_capacity_blocks.json", 60, ("u-p6e-gb200x72", "us-east-1-dfw-2a", "10.582", "gpu_hour")),
        (
            "2026-09_b0p_ondemand_by_region.json",
            51,
            ("p6-b300.48xlarge", "South America (Sao Paulo)", "281.1300000000", "instance_hour"),
        ),
        ("2026-09_getproducts_us-east-1.json", 5, ("p4d.24xlarge", "us-east-1", "21.9576420000", "instance_hour")),
    ],
)
def test_shared_captures(
    shared: Callable[[str], Path], name: str, count: int, some: tuple[str, str, str, str] | None
) -> None:
    file = shared(f"captures/aws/{name}")
    offers = list(PROVIDER.parse(Page("aws", str(file), datetime.now(UTC), path=file, fetched_by="file")))
    assert len(offers) == count
    assert some is None or some in {(o.instance, o.region, str(o.price), o.price_unit) for o in offers}


def test_shared_invalid_capture_raises(shared: Callable[[str], Path]) -> None:
    file = shared("captures/aws/2024-05-28_offer_excerpt_invalid.json")
    with pytest.raises(LayoutError, match="valid JSON"):
        list(PROVIDER.parse(Page("aws", str(file), datetime.now(UTC), path=file, fetched_by="file")))


def test_capacity_blocks_with_accelerator_rate_in_brackets() -> None:
    header = "<tr><th>Instance Type</th><th>Region</th><th>Effective Hourly Rate</th><th>Accelerators</th></tr>"
    row = "<tr><td>p5.48xlarge</td><td>US East (Ohio)</td><td>{}</td><td>8 x H100</td></tr>"

    def read(*rates: str) -> list[Offer]:
        content = f"<html><table>{header}{''.join(row.format(r) for r in rates)}</table></html>".encode()
        return list(PROVIDER.parse(Page("aws", "https://x", datetime(2025, 1, 1, tzinfo=UTC), content=content)))

    (offer,) = read("$31.464 USD ($3.933 USD)")
    assert (str(offer.price), offer.price_unit, offer.gpu_count) == ("31.464", "instance_hour", Decimal(8))
    with pytest.raises(LayoutError, match="hourly rates"):
        read("on request")

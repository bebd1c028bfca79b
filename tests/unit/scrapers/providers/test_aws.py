"""AWS: each layout in which it publishes prices, and each row that looks like a price but is none."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from scrapers.model import LayoutError, Offer, Page
from scrapers.providers.aws import PROVIDER, bulk_csv
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


@pytest.mark.parametrize("columns", [COLUMNS, [name for name in COLUMNS if name != "usageType"]])
def test_csv_gaudi_of_any_size_is_found_beside_gpus(columns: list[str]) -> None:
    gaudi = line(
        columns,
        SKU="D",
        Instance_Type="dl1.12xlarge",
        Instance_Family="Accelerators",
        usageType="USE2-BoxUsage:dl1.12xlarge",
    )
    found = parse(listing(line(columns), gaudi, columns=columns))
    assert sorted(offer.instance for offer in found) == ["dl1.12xlarge", "p5.48xlarge"]


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

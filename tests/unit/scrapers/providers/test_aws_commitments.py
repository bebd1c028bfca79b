"""AWS's savings plans and capacity blocks, and layouts that are not known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from scrapers.model import LayoutError, Offer, Page
from scrapers.providers.aws import PROVIDER, follow
from tests.unit.scrapers.providers.test_aws import page, parse

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

"""AWS's price list as JSON, and the feeds of its website."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from scrapers.model import LayoutError
from tests.unit.scrapers.providers.test_aws import parse

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

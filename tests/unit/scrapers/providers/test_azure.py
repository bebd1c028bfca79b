"""Azure's Retail Prices API: which items are prices, and of which product."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from scrapers.model import LayoutError, Offer, Page
from scrapers.providers.azure import PROVIDER, follow

URL = PROVIDER.requests[0].url


def item(**changes: Any) -> dict[str, Any]:
    return {
        "currencyCode": "USD",
        "tierMinimumUnits": 0.0,
        "retailPrice": 3.673,
        "unitPrice": 3.673,
        "armRegionName": "eastus",
        "effectiveStartDate": "2023-11-01T00:00:00Z",
        "meterName": "NC24ads A100 v4",
        "productName": "Virtual Machines NCads A100 v4 Series",
        "skuName": "NC24ads A100 v4",
        "serviceName": "Virtual Machines",
        "unitOfMeasure": "1 Hour",
        "type": "Consumption",
        "isPrimaryMeterRegion": True,
        "armSkuName": "Standard_NC24ads_A100_v4",
        **changes,
    }


def page(*items: dict[str, Any], url: str = URL, link: str | None = None) -> Page:
    content = json.dumps({"BillingCurrency": "USD", "Items": items, "NextPageLink": link, "Count": len(items)})
    return Page("azure", url, datetime(2026, 9, 20, 6, 15, tzinfo=UTC), content=content.encode())


def parse(*items: dict[str, Any]) -> list[Offer]:
    return list(PROVIDER.parse(page(*items)))


def test_on_demand_offer_keeps_printed_values() -> None:
    (offer,) = parse(item())
    assert (offer.instance, offer.region, offer.pricing_model) == ("Standard_NC24ads_A100_v4", "eastus", "on_demand")
    assert (str(offer.price), offer.price_unit, offer.currency) == ("3.673", "instance_hour", "USD")
    assert offer.effective_from == date(2023, 11, 1)
    assert "3.673" in offer.text


@pytest.mark.parametrize(("term", "months"), [("1 Year", 12), ("3 Years", 36), ("5 Years", 60)])
def test_reservation_price_is_the_total_of_its_term(term: str, months: int) -> None:
    (offer,) = parse(item(type="Reservation", reservationTerm=term, retailPrice=551221.0))
    assert (offer.pricing_model, offer.price_unit, offer.term_months) == ("reserved", "term_total", months)
    assert offer.price == Decimal(551221)


def test_savings_plans_are_hourly_and_a_separate_source() -> None:
    plans = [{"unitPrice": 2.5, "retailPrice": 2.5, "term": "3 Years"}, {"retailPrice": 3.1, "term": "1 Year"}]
    on_demand, three, one = parse(item(savingsPlan=plans))
    assert on_demand.pricing_model == "on_demand"
    assert (three.source, three.price, three.price_unit, three.term_months) == (
        "savings_plan",
        Decimal("2.5"),
        "instance_hour",
        36,
    )
    assert (one.pricing_model, one.price, one.term_months) == ("reserved", Decimal("3.1"), 12)


def test_spot_is_recognised_by_sku_name() -> None:
    (offer,) = parse(
        item(skuName="NC24ads A100 v4 Spot", meterName="NC24ads A100 v4 Spot", savingsPlan=[{"term": "?"}])
    )
    assert offer.pricing_model == "spot"


@pytest.mark.parametrize(
    "changes",
    [
        {"productName": "Virtual Machines NCads A100 v4 Series Windows"},
        {"productName": "Virtual Machines NCads H100 v5 Series Win"},
        {"skuName": "NC24ads A100 v4 Low Priority", "meterName": "NC24ads A100 v4 Low Priority"},
        {"productName": "NCads A100 v4 Series Cloud Services"},
        {"productName": "NCads Series CloudServices"},
        {"productName": "NCads A100 v4 Series Dedicated Host"},
        {"armSkuName": "Standard_NC24_Promo"},
        {"armSkuName": "Standard_NP10s"},
        {"armSkuName": "Standard_D2s_v5"},
        {"armSkuName": ""},
        {"armRegionName": "eastus2euap"},
        {"armRegionName": "centraluseuap"},
        {"armRegionName": ""},
        {"retailPrice": 0.0},
        {"tierMinimumUnits": 100.0},
        {"type": "DevTestConsumption"},
        {"unitOfMeasure": "1/Month"},
        {"serviceName": "Virtual Machines Licenses"},
    ],
)
def test_prices_not_open_to_everyone_are_left_out(changes: dict[str, Any]) -> None:
    assert parse(item(**changes)) == []


def test_unlisted_size_is_kept() -> None:
    assert [o.instance for o in parse(item(armSkuName="Standard_NX24_R100_v9"))] == ["Standard_NX24_R100_v9"]


def test_primary_meter_then_latest_start_wins() -> None:
    other = item(retailPrice=9.0, isPrimaryMeterRegion=False, effectiveStartDate="2026-01-01T00:00:00Z")
    newer = item(retailPrice=4.0, effectiveStartDate="2026-08-01T00:00:00Z")
    announced = item(retailPrice=5.0, effectiveStartDate="2026-10-01T00:00:00Z")
    later = item(retailPrice=6.0, effectiveStartDate="2026-12-01T00:00:00Z")
    for order in ((item(), other, newer, announced, later), (later, announced, newer, other, item())):
        now, following = parse(*order)
        assert now.price == Decimal("4.0")
        assert (following.price, following.effective_from) == (Decimal("5.0"), date(2026, 10, 1))
    secondary = item(retailPrice=9.0, isPrimaryMeterRegion=False, effectiveStartDate="2026-11-01T00:00:00Z")
    assert [o.price for o in parse(newer, secondary)] == [4]


@pytest.mark.parametrize(
    "text", ["31/10/2026", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-02-31T00:00:00Z", "", None]
)
def test_an_end_of_another_form_is_none(text: str | None) -> None:
    assert [(o.price, o.effective_until) for o in parse(item(retailPrice=4.0, effectiveEndDate=text))] == [(4, None)]  # type: ignore[comparison-overlap]


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("2026-09-30T23:59:59Z", date(2026, 9, 30)),
        ("2026-09-30", date(2026, 9, 30)),
        ("2026-10-01T00:00:00Z", date(2026, 9, 30)),  # ends as the day begins
        ("2026-09-20T23:59:59.999Z", date(2026, 9, 20)),
    ],
)
def test_an_end_that_lies_ahead_is_stated(text: str, last: date) -> None:
    (offer,) = parse(item(effectiveEndDate=text))
    assert offer.effective_until == last
    now, following = parse(
        item(effectiveEndDate=text), item(retailPrice=5.0, effectiveStartDate="2026-10-01T00:00:00Z")
    )
    assert (now.effective_until, following.effective_until) == (last, None)
    assert parse(item(effectiveEndDate="2026-09-20T00:00:00Z")) == []


def test_two_prices_of_equal_rank_are_not_published() -> None:
    assert parse(item(retailPrice=3.0), item(retailPrice=4.0)) == []
    assert len(parse(item(), item())) == 1


def test_empty_first_answer_raises() -> None:
    with pytest.raises(LayoutError, match="Items"):
        parse()
    assert list(PROVIDER.parse(page(url=f"{URL}&$skip=1000"))) == []


def test_faults_raise() -> None:
    lost = item()
    del lost["productName"]
    with pytest.raises(LayoutError, match="productName"):
        parse(lost)
    with pytest.raises(LayoutError, match="term in years"):
        parse(item(type="Reservation", reservationTerm="a while"))
    with pytest.raises(LayoutError, match="number"):
        parse(item(retailPrice="call us"))
    html = Page("azure", URL, datetime.now(UTC), content=b"<html>sorry</html>")
    with pytest.raises(LayoutError, match="JSON"):
        list(PROVIDER.parse(html))


def test_cut_excerpt_loses_only_the_cut_item() -> None:
    whole = page(item(), item(armRegionName="westus2"))
    assert whole.content is not None
    cut = whole.content[: whole.content.index(b"westus2") + 4]
    offers = PROVIDER.parse(Page("azure", "f", whole.captured_at, content=cut, fetched_by="file"))
    assert [o.region for o in offers] == ["eastus"]
    with pytest.raises(LayoutError, match="to the end"):  # a live answer must be whole
        list(PROVIDER.parse(Page("azure", URL, whole.captured_at, content=cut)))


def test_paging_follows_only_links_of_the_api() -> None:
    link = "https://prices.azure.com:443/api/retail/prices?$skip=1000"
    assert [r.url for r in follow(page(item(), link=link))] == [link]
    assert list(follow(page(item()))) == []
    with pytest.raises(LayoutError):
        list(follow(page(item(), link="https://example.org/next")))


def test_shared_captures(shared: Callable[[str], Path]) -> None:
    file = shared("captures/azure/2026-10_retail_eastus2.json")
    offers = list(
        PROVIDER.parse(Page("azure", str(file), datetime(2026, 10, 15, tzinfo=UTC), path=file, fetched_by="file"))
    )
    assert len(offers) == 13  # of 23 items 8 are Windows and 2 more low priority
    prices = {(o.instance.split("_", 1)[1], o.pricing_model, o.term_months): str(o.price) for o in offers}
    assert prices["ND96isr_H200_v5", "on_demand", None] == "84.8"
    assert prices["ND96isr_H100_v5", "on_demand", None] == "98.32"
    assert prices["ND96isr_H100_v5", "spot", None] == "18.169536"
    assert prices["ND96isr_H100_v5", "reserved", 60] == "1722566.0"
    assert prices["ND96isr_H200_v5", "reserved", 12] == "407526.0"
    assert prices["ND128isr_NDR_GB200_v6", "reserved", 36] == "1250676.0"


def test_items_without_their_envelope_are_parsed() -> None:
    bare = Page("azure", URL, datetime(2026, 9, 20, tzinfo=UTC), content=json.dumps([item()]).encode())
    assert list(PROVIDER.parse(bare)) == parse(item())


def test_empty_page_ends_paging_only_after_another_page() -> None:
    after = Page("azure", f"{URL}&$skip=1000", datetime(2026, 9, 20, tzinfo=UTC), content=b'{"Items": []}')
    assert list(PROVIDER.parse(after)) == []
    with pytest.raises(LayoutError):
        parse()
    with pytest.raises(LayoutError):
        list(PROVIDER.parse(Page(after.provider, after.url, after.captured_at, content=b'{"error": {"code": "429"}}')))


def test_price_whose_end_has_passed_is_not_in_force() -> None:
    ended = item(armSkuName="Standard_NC80adis_H100_v5", effectiveEndDate="2026-08-31T23:59:59Z")
    lasting = item(effectiveEndDate="2026-12-31T23:59:59Z")
    last_day = item(armSkuName="Standard_NC48ads_A100_v4", effectiveEndDate="2026-09-20T23:59:59Z")
    assert [o.instance for o in parse(ended, lasting, last_day)] == [
        "Standard_NC24ads_A100_v4",
        "Standard_NC48ads_A100_v4",
    ]

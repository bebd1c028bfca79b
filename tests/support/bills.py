"""Synthetic bills in FOCUS 1.0, 1.2 and 1.4 as three clouds export them, and a price history to compare them with."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from scrapers.model import Offer
from tests.support.worlds import offer, put, seen
from warehouse.engine import build
from warehouse.publish import publish
from warehouse.storage import connection
from warehouse.storage.state_dir import Home

NEEDED = ("marts.exchange_rates", "marts.marketplaces")
SEEN = ("2026-09-01", "2026-09-08", "2026-09-15", "2026-09-22", "2026-09-29")
CHANGED = "2026-09-15"  # the day from which AWS asks less
P4D, P4D_BEFORE, P4D_SPOT = Decimal("21.957642"), Decimal("24.152406"), Decimal("11.5")
NC24, NC24_SPOT = Decimal("3.673"), Decimal("1.1")
A2, A2_SPOT = Decimal("3.673385"), Decimal("1.47")
T4_ALONE = Decimal("0.35")
LAMBDA_8 = Decimal("10.32")  # eight A100 SXM 40 GB in the United States
NEBIUS_1 = Decimal("2.11")  # one A100 PCIe 80 GB there
VAST_SPOT = Decimal("0.91")  # one on a marketplace, as spot
RESERVED_8 = Decimal("9.6")  # eight for a year
# The columns that a version has beside those of 1.0.
NEWER = {"1.0": (), "1.2": ("SkuMeter", "SkuPriceDetails"), "1.4": ("SkuMeter", "SkuPriceDetails")}
_BASE: dict[str, Any] = {
    "BillingCurrency": "USD", "ChargeCategory": "Usage", "ChargeClass": "", "PricingCategory": "Standard",
    "PricingUnit": "Hours", "ServiceCategory": "Compute", "ChargePeriodStart": "2026-09-20T00:00:00Z",
    "ChargePeriodEnd": "2026-09-21T00:00:00Z", "PricingQuantity": "24", "Tags": "{}",
}  # fmt: skip


def publish_prices(home: Home) -> None:
    """Publish a price history of September 2026 with the prices above."""
    for day in SEEN:
        p4d = P4D if day >= CHANGED else P4D_BEFORE
        put(
            home,
            _seen(day, "aws", "price_list", [
                _machine(p4d, "p4d.24xlarge", "us-east-1"), _machine(Decimal("30"), "p4d.24xlarge", "us-west-2"),
                _machine(P4D_SPOT, "p4d.24xlarge", "us-east-1", zone="us-east-1a", pricing_model="spot"),
                _machine(Decimal("12"), "p4d.24xlarge", "us-east-1", zone="us-east-1b", pricing_model="spot"),
            ]),
            _seen(day, "azure", "retail_prices_api", [
                _machine(NC24, "Standard_NC24ads_A100_v4", "eastus"),
                _machine(NC24_SPOT, "Standard_NC24ads_A100_v4", "eastus", pricing_model="spot"),
                _machine(Decimal("4.775"), "Standard_NC24ads_A100_v4", "westeurope"),
            ]),
            _seen(day, "gcp", "pricing_page", [
                _machine(A2, "a2-highgpu-1g", "us-central1"),
                _machine(A2_SPOT, "a2-highgpu-1g", "us-central1", pricing_model="spot"),
                offer(str(T4_ALONE), instance="", gpu_label="Nvidia Tesla T4", gpu_count=None, region="us-central1",
                      price_scope="gpu_component"),
            ]),
            _seen(day, "lambda", "pricing_page", [
                _labelled(LAMBDA_8, "8x", "A100 SXM 40GB", 8),
                _labelled(RESERVED_8, "8x", "A100 SXM 40GB", 8, pricing_model="reserved", term_months=12),
                _labelled(Decimal("9.9"), "full", "A100 SXM 40GB", 8, availability="sold_out"),
                _labelled(Decimal("1.5"), "four", "A100 SXM 40GB", 4),
            ]),
            _seen(day, "nebius", "pricing_page", [
                _labelled(NEBIUS_1, "1x", "A100 PCIe 80GB", 1),
                _labelled(Decimal("0.4"), "floor", "A100 PCIe 80GB", 1, is_floor=True),
                _labelled(Decimal("0.5"), "there", "A100 PCIe 80GB", 1, region="Paris, France"),
            ]),
            # Exchange rates are kept where a price is in another currency than USD.
            _seen(day, "scaleway", "pricing_page", [_labelled(Decimal("3"), "h100", "H100 PCIe 80GB", 1, currency="EUR")]),
            _seen(day, "vast", "search_api", [
                _labelled(VAST_SPOT, "ask", "A100 PCIe 80GB", 1, pricing_model="spot"),
            ]),
        )  # fmt: skip
    with connection.writer_lock(home), connection.warehouse(home) as con:
        build.build(con, home)
        publish.publish(con, home)


def _seen(day: str, provider: str, source: str, offers: Sequence[Offer]) -> Any:
    return seen(
        day, [_of(one, source) for one in offers], provider=provider, source=source, url=f"https://{provider}.example/p"
    )


def _of(one: Offer, source: str) -> Offer:
    return replace(one, source=source)


def _machine(price: Decimal, instance: str, region: str, **facts: Any) -> Offer:
    """Return an offer of an instance type, whose GPUs the seeds know."""
    stated = {"gpu_label": "", "gpu_count": None, "price_unit": "instance_hour", "region": region} | facts
    return offer(str(price), instance=instance, **stated)


def _labelled(price: Decimal, instance: str, label: str, count: int, **facts: Any) -> Offer:
    """Return an offer of a machine in the United States by its label."""
    stated = {"price_unit": "instance_hour", "region": "Virginia, USA", "gpu_count": Decimal(count)} | facts
    return offer(str(price), instance=instance, gpu_label=label, **stated)


def aws(cost: str, version: str = "1.2", usage: str = "BoxUsage:p4d.24xlarge", **cells: str) -> dict[str, str]:
    """Return a line of EC2 in Virginia: a day of a p4d.24xlarge, unless said otherwise."""
    own = {
        "ServiceName": "Amazon Elastic Compute Cloud" + ("" if version == "1.0" else " - Compute"),
        "RegionId": "us-east-1", "ResourceId": "i-0a", "SkuId": "ABCDEF", "ResourceName": "", "SkuMeter": usage,
        "SkuPriceDetails": json.dumps({"InstanceType": usage.partition(":")[2]}) if ":" in usage else "",
        "x_UsageType": f"USE1-{usage}", "x_Operation": "RunInstances", "x_ServiceCode": "AmazonEC2",
    }  # fmt: skip
    return _line("AWS", version, cost, own | cells)


def azure(cost: str, version: str = "1.0", meter: str = "NC24ads A100 v4", **cells: str) -> dict[str, str]:
    """Return a line of Virtual Machines in eastus: a day of a Standard_NC24ads_A100_v4, unless said otherwise."""
    own = {
        "ServiceName": "Virtual Machines", "RegionId": "eastus", "ResourceId": "/subscriptions/1/vm-a", "SkuId": "DZH318",
        "ResourceName": "vm-a", "SkuMeter": meter, "x_SkuMeterName": meter,
        "SkuPriceDetails": json.dumps({"InstanceType": meter.replace(" Spot", "").replace(" ", "_")}),
        "x_SkuDetails": json.dumps({"ImageType": "Canonical", "VCPUs": 24}),
    }  # fmt: skip
    return _line("Microsoft", version, cost, own | cells)


def google(
    cost: str, version: str = "1.2", sku: str = "", machine: str = "a2-highgpu-1g", **cells: str
) -> dict[str, str]:
    """Return a line of Compute Engine in Iowa: a day of one A100, unless said otherwise."""
    text = sku or "Nvidia Tesla A100 GPU running in Americas"
    own = {
        "ServiceName": "Compute Engine", "RegionId": "us-central1", "ResourceId": "vm-g", "SkuId": "039F-D0DA-4055",
        "ResourceName": "vm-g", "SkuMeter": text, "x_SkuDescription": text, "SkuPriceDetails": "",
        "PricingUnit": "gibibyte hour" if " Ram " in text else "hour",
        "Tags": json.dumps([{"key": "compute.googleapis.com/machine_spec", "value": machine}, {"key": "team", "value": "ml"}]),
    }  # fmt: skip
    return _line("Google Cloud", version, cost, own | cells)


def _line(provider: str, version: str, cost: str, cells: Mapping[str, str]) -> dict[str, str]:
    costs = {"BilledCost": cost, "EffectiveCost": cost, "ListCost": cost}
    names = {"ServiceProviderName": provider, "HostProviderName": provider, "InvoiceIssuerName": provider}
    if version != "1.4":
        names = {"ProviderName": provider, "PublisherName": provider, "InvoiceIssuerName": provider}
    line = {key: str(value) for key, value in (_BASE | costs | names | dict(cells)).items()}
    newer = {name for columns in NEWER.values() for name in columns} - set(NEWER[version])
    return {name: cell for name, cell in line.items() if name not in newer}


def as_csv(lines: Iterable[Mapping[str, str]]) -> str:
    """Return lines as CSV, with the columns of all of them."""
    rows = list(lines)
    names = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, names, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def write(path: Path, lines: Iterable[Mapping[str, str]]) -> Path:
    """Write lines as the file's name says: CSV, or Parquet with doubles, times and nested tags as AWS exports it."""
    text = as_csv(lines)
    if path.suffix != ".parquet":
        path.write_text(text)
        return path
    path.with_suffix(".tmp").write_text(text)
    with duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'")
        con.execute(
            "copy (select * replace (BilledCost::double as BilledCost, EffectiveCost::double as EffectiveCost, "
            "try_cast(ListCost as decimal(38, 10)) as ListCost, PricingQuantity::double as PricingQuantity, "
            "ChargePeriodStart::timestamptz as ChargePeriodStart, ChargePeriodEnd::timestamp as ChargePeriodEnd, "
            "if(Tags[1] = '[', null, from_json(Tags, '\"MAP(VARCHAR, VARCHAR)\"')) as Tags) "
            f"from read_csv('{path.with_suffix('.tmp')}', all_varchar = true, nullstr = '')) to '{path}' (format parquet)"
        )
    path.with_suffix(".tmp").unlink()
    return path

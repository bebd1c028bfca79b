"""Lists the columns of a FOCUS bill that are read, under the names of every version from 1.0 to 1.4."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from warehouse.imports.csv_records import Unreadable

# Our name -> the names of the column, newest first. 1.3 renamed the provider; columns beginning with x_ are of one
# provider's export: AWS (UsageType, Operation), Azure (SkuMeterName, SkuDetails, SkuTerm), Google (SkuDescription).
COLUMNS: dict[str, tuple[str, ...]] = {
    "provider_name": ("ServiceProviderName", "ProviderName"),
    "service_name": ("ServiceName",),
    "service_category": ("ServiceCategory",),
    "charge_category": ("ChargeCategory",),
    "charge_class": ("ChargeClass",),
    "charge_description": ("ChargeDescription",),
    "charge_period_start": ("ChargePeriodStart",),
    "charge_period_end": ("ChargePeriodEnd",),
    "billing_currency": ("BillingCurrency",),
    "billed_cost": ("BilledCost",),
    "effective_cost": ("EffectiveCost",),
    "list_cost": ("ListCost",),
    "pricing_category": ("PricingCategory",),
    "pricing_quantity": ("PricingQuantity",),
    "pricing_unit": ("PricingUnit",),
    "consumed_quantity": ("ConsumedQuantity",),
    "consumed_unit": ("ConsumedUnit",),
    "region_id": ("RegionId",),
    "region_name": ("RegionName",),
    "availability_zone": ("AvailabilityZone",),
    "resource_id": ("ResourceId",),
    "resource_name": ("ResourceName",),
    "sku_id": ("SkuId",),
    "sku_meter": ("SkuMeter",),
    "sku_price_details": ("SkuPriceDetails",),
    "commitment_discount_id": ("CommitmentDiscountId",),
    "commitment_discount_status": ("CommitmentDiscountStatus",),
    "commitment_discount_type": ("CommitmentDiscountType",),
    "capacity_reservation_status": ("CapacityReservationStatus",),
    "tags": ("Tags",),
    "x_usage_type": ("x_UsageType",),
    "x_operation": ("x_Operation",),
    "x_instance_type": ("x_InstanceType",),
    "x_sku_meter_name": ("x_SkuMeterName",),
    "x_sku_description": ("x_SkuDescription",),
    "x_sku_details": ("x_SkuDetails",),
    "x_sku_term": ("x_SkuTerm",),
}
# What every version has. A quantity may be the priced or the consumed one.
REQUIRED = (
    "provider_name", "service_name", "charge_category", "charge_period_start", "charge_period_end", "billing_currency",
    "billed_cost", "effective_cost", "list_cost",
)  # fmt: skip
QUANTITIES = (("pricing_quantity", "pricing_unit"), ("consumed_quantity", "consumed_unit"))


def choose(names: Sequence[str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return (our column -> its name in the file, the names beginning with x_ that are not read).

    Case does not matter. Raises Unreadable when a column is missing, or stands twice.
    """
    plain = [name.strip().lower() for name in names]
    read = {name.lower() for spellings in COLUMNS.values() for name in spellings}
    twice = sorted({names[plain.index(name)] for name, n in Counter(plain).items() if n > 1 and name in read})
    if twice:
        raise Unreadable(f"has its column {', '.join(twice)} twice")
    chosen = {
        column: names[plain.index(spelling.lower())]
        for column, spellings in COLUMNS.items()
        for spelling in reversed(spellings)
        if spelling.lower() in plain
    }
    missing = [" or ".join(COLUMNS[column]) for column in REQUIRED if column not in chosen]
    if not any(all(column in chosen for column in pair) for pair in QUANTITIES):
        missing.append("PricingQuantity with PricingUnit, or ConsumedQuantity with ConsumedUnit")
    if missing:
        raise Unreadable(
            f"is no FOCUS bill: it lacks {', '.join(missing)}; export it as FOCUS 1.0 or later, with these columns"
        )
    extra = tuple(name for name, bare in zip(names, plain, strict=True) if bare.startswith("x_") and bare not in read)
    return chosen, extra

-- Current prices as a price sheet with the column names of FOCUS (FinOps Open Cost and Usage Specification, 1.2). What
-- public pages do not state is NULL, never made up; columns beginning with x_ are ours. FOCUS describes bills:
-- quantities and costs, which a price sheet does not have, are left out.
-- materialized: view
-- key: SkuPriceId
select
    provider as ProviderName,
    'Compute' as ServiceCategory,
    null::varchar as ServiceName,
    region_id as RegionId,
    region as RegionName,
    nullif(zone, '') as AvailabilityZone,
    nullif(instance, '') as SkuId,
    series_id as SkuPriceId,
    to_json(struct_pack(
        GpuCount := gpu_count::double, InstanceType := nullif(instance, ''), x_GpuModel := gpu,
        x_GpuFormFactor := nullif(form_factor, ''), x_GpuMemoryGB := gpu_memory_gb::double
    ))::varchar as SkuPriceDetails,
    case
        when pricing_model = 'on_demand' then 'Standard'
        when pricing_model = 'spot' then 'Dynamic'
        when pricing_model in ('reserved', 'flexible_cud') then 'Committed'
        else 'Other'
    end as PricingCategory,
    case
        when price_unit = 'term_total' then concat(term_months, ' Months')
        when hours_of_unit(price_unit) is null then null
        else concat(
            if(price_unit like 'gpu_%', 'GPU-', ''),
            upper(left(regexp_extract(price_unit, '[a-z]+$'), 1)), regexp_extract(price_unit, '[a-z]+$')[2:], 's'
        )
    end as PricingUnit,
    currency as BillingCurrency,
    currency as PricingCurrency,
    price as ListUnitPrice,
    null::decimal(38, 18) as ContractedUnitPrice,
    null::varchar as CommitmentDiscountCategory,
    null::varchar as CommitmentDiscountType,
    valid_from::timestamp as ChargePeriodStart,
    null::timestamp as ChargePeriodEnd,
    price_scope as x_PriceScope,
    nullif(term_months, 0) as x_CommitmentTermMonths,
    nullif(upfront, '') as x_CommitmentUpfront,
    upfront_price as x_UpfrontPrice,
    usd_per_gpu_hour as x_UsdPerGpuHour,
    observed_at as x_ObservedAt,
    source as x_Source,
    source_url as x_SourceUrl,
    sha256 as x_ContentSha256
from v1.offers_latest
where price_scope <> 'offer_aggregate'

-- Current prices as a price sheet with the column names of FOCUS (FinOps Open Cost and Usage Specification, 1.2 to
-- 1.4). What public pages do not state is NULL, never made up; columns beginning with x_ are ours. FOCUS describes
-- bills: quantities and costs, which a price sheet does not have, are left out. v1.focus_sku_price has the history, by
-- the draft of FOCUS 1.5.
-- materialized: view
-- key: SkuPriceId
select
    provider as ProviderName,
    'Compute' as ServiceCategory,
    focus_service_name(provider, product) as ServiceName,
    coalesce(region_id, region) as RegionId,
    coalesce(region, region_id) as RegionName,
    nullif(zone, '') as AvailabilityZone,
    focus_sku_id(instance, gpu, form_factor, gpu_memory_gb, gpu_count, series_id) as SkuId,
    series_id as SkuPriceId,
    json_merge_patch('{}', to_json(struct_pack(
        GpuCount := if(price_unit like 'gpu_%', 1, gpu_count::double),
        InstanceType := nullif(instance, ''),
        CoreCount := vcpus::double / if(price_unit like 'gpu_%', gpu_count::double, 1),
        MemorySize := ram_gb::double / if(price_unit like 'gpu_%', gpu_count::double, 1),
        DiskSpace := local_disk_gb::double / if(price_unit like 'gpu_%', gpu_count::double, 1),
        x_GpuModel := gpu,
        x_GpuFormFactor := nullif(form_factor, ''),
        x_GpuMemorySize := gpu_memory_gb::double * if(price_unit like 'gpu_%', 1, gpu_count::double)
    )))::varchar as SkuPriceDetails,
    case
        when pricing_model = 'on_demand' then 'Standard'
        when pricing_model = 'spot' then 'Dynamic'
        when is_commitment(pricing_model) then 'Committed'
        else 'Other'
    end as PricingCategory,
    if(price_unit = 'term_total', concat(term_months, ' Months'), focus_unit(price_unit)) as PricingUnit,
    currency as BillingCurrency,
    currency as PricingCurrency,
    price as ListUnitPrice,
    null::decimal(38, 18) as ContractedUnitPrice,
    focus_commitment_category(pricing_model) as CommitmentDiscountCategory,
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
    sha256 as x_ContentSha256,
    provider as ServiceProviderName
from v1.offers_latest
where price_scope <> 'offer_aggregate'

-- All accepted prices as v1.focus_sku_price shows them, and the day of their end as a date, by which they are found:
-- the end as text is worked out row by row, of all years.
-- materialized: view
-- key: ServiceProviderName, SkuPriceId, ContractId, SkuPriceEffectiveStart, PricingCurrency, UnitPriceType
-- columns:
--   valid_to: first UTC day on which the price was no longer in force, NULL while no end is known
with prices as not materialized ( -- read twice, so that a condition on days reaches the intervals
    select
        *,
        focus_sku_id(instance, gpu, form_factor, gpu_memory_gb, gpu_count, series_id) as sku_id,
        if(
            price_unit like 'gpu_%' or price_scope = 'gpu_component', concat('1 x ', coalesce(gpu, gpu_label)),
            concat(rtrim(rtrim(gpu_count::varchar, '0'), '.'), ' x ', coalesce(gpu, gpu_label))
        ) as gpus
    from core.price_intervals
    where price_scope <> 'offer_aggregate' and (valid_to is null or valid_to > valid_from)
        and (price_unit = 'term_total' or hours_of_unit(price_unit) is not null)
),
payments as (
    select
        *,
        false as is_upfront,
        price as unit_price,
        focus_unit(price_unit) as unit,
        case
            when not is_commitment(pricing_model) then null
            when price_unit = 'term_total' then 'All Upfront'
            when upfront_price > 0 then 'Partial Upfront'
            else 'No Upfront'
        end as payment
    from prices
    where price > 0 or coalesce(upfront_price, 0) = 0
    union all
    select
        *,
        true as is_upfront,
        upfront_price as unit_price,
        'Instances' as unit,
        if(price > 0, 'Partial Upfront', 'All Upfront') as payment
    from prices
    where is_commitment(pricing_model) and upfront_price > 0
)
select
    if(is_commitment(pricing_model), 'Purchase', 'Usage') as ChargeCategory,
    case
        when not is_commitment(pricing_model) then null
        when focus_commitment_category(pricing_model) = 'Spend' then to_json(struct_pack(
            InclusionOperator := 'Or',
            Inclusions := [struct_pack(
                Dimension := 'SkuId', Operator := 'In', "Values" := [sku_id],
                Coverage := struct_pack(UnitPrice := unit_price::double)
            )]
        ))::varchar
        else to_json(struct_pack(
            InclusionOperator := 'Or',
            Inclusions := [struct_pack(
                Dimension := 'SkuId', Operator := 'In', "Values" := [sku_id],
                -- What a unit bought once covers lasts for the term; an hour uses up its share.
                Coverage := struct_pack(
                    Factor := if(unit = 'Instances', coalesce(1 / term_hours(term_months), 1), 1)::double
                )
            )]
        ))::varchar
    end as CommitmentApplicability,
    focus_commitment_category(pricing_model) as CommitmentDiscountCategory,
    null::varchar as ContractId,
    currency as PricingCurrency,
    'Payable' as PricingCurrencyCategory,
    coalesce(region_id, region) as PricingRegionId,
    focus_service_name(provider, null) as PricingServiceName,
    unit as PricingUnit,
    if(is_commitment(pricing_model), focus_duration(term_months), null) as PurchaseDurationType,
    payment as PurchasePaymentModel,
    null::decimal(38, 18) as QuantityTierMaximum,
    0::decimal(38, 18) as QuantityTierMinimum,
    provider as ServiceProviderName,
    sku_id as SkuId,
    focus_time(landed_at) as SkuPriceCreated,
    concat_ws(
        ', ', gpus, nullif(instance, ''), replace(pricing_model, '_', ' '), focus_duration(term_months),
        if(is_upfront, 'paid at the start', null), if(price_scope = 'gpu_component', 'the GPU alone', null), region,
        nullif(zone, '')
    ) as SkuPriceDescription,
    focus_day(valid_to) as SkuPriceEffectiveEnd,
    focus_day(valid_from) as SkuPriceEffectiveStart,
    '{"IsGlobalScope":true}' as SkuPriceEligibility,
    if(is_upfront, concat(series_id, '-upfront'), series_id) as SkuPriceId,
    focus_day(greatest(
        utc_time(landed_at), last_seen_on::timestamp, if(valid_to <= core.newest_day(), valid_to::timestamp, null)
    )) as SkuPriceLastUpdated,
    unit_price as UnitPrice,
    'List' as UnitPriceType,
    nullif(zone, '') as x_AvailabilityZone,
    pricing_model as x_PricingModel,
    price_scope as x_PriceScope,
    gpu as x_GpuModel,
    gpu_count as x_GpuCount,
    if(is_upfront, null, usd_per_gpu_hour) as x_UsdPerGpuHour,
    observed_at as x_ObservedAt,
    source_url as x_SourceUrl,
    sha256 as x_ContentSha256,
    valid_to
from payments

-- Offers with their GPU resolved and their price per GPU-hour. One row per printed price. Hours: 730 a month, 8,760 a
-- year (macros/hours.sql).
-- materialized: view
-- driven_by: staging.raw_offers
-- few_rows: table
-- columns:
--   usd_per_unit: USD for one unit of the currency, at the ECB reference rate of rate_on
--   usd_price: USD in the offer's own unit
--   price_status: as landed, or out_of_range: its numbers are beyond what tables hold and sums allow, or
--     unknown_currency: the source states an amount and no currency, so there is no price in USD
--   stated_region: the region as printed, NULL where the page states none
--   region_id, country, continent: as staging.places
--   known_vcpus, known_ram_gb, known_disk_gb, known_interconnect: of the machine, as staging.gpu_identity
--   printed_count: GPU count as printed
--   gpu_part: share of a GPU that the label calls one, NULL for a part of unknown size
--   usd_per_gpu_hour: USD, six decimals, of a whole GPU; NULL for components, for unknown counts, and for fees over an
--     unknown term
with identified as (
    select
        raw_offers.* exclude (gpu_label, gpu_count, gpu_memory, gpu_memory_is_total),
        raw_offers.gpu_label,
        gpu_identity.gpu,
        gpu_identity.vendor,
        coalesce(gpu_identity.form_factor, '') as form_factor,
        gpu_identity.gpu_memory_gb,
        gpu_identity.known_count,
        gpu_identity.label_gpu,
        gpu_identity.label_memory_gb,
        places.region_id,
        places.country,
        places.continent,
        gpu_identity.known_vcpus,
        gpu_identity.known_ram_gb,
        gpu_identity.known_disk_gb,
        gpu_identity.known_interconnect,
        gpu_identity.gpu_part,
        raw_offers.gpu_count as printed_count,
        -- A price per GPU is per GPU whatever the count.
        coalesce(
            gpu_identity.gpu_count, if(raw_offers.price_unit like 'gpu_%', gpu_identity.gpu_part, null)
        ) as gpu_count
    from staging.raw_offers
    join staging.gpu_identity
        on gpu_identity.provider = raw_offers.provider
        and gpu_identity.instance = raw_offers.instance
        and gpu_identity.gpu_label = raw_offers.gpu_label
        and gpu_identity.gpu_memory = raw_offers.gpu_memory
        and gpu_identity.gpu_memory_is_total = raw_offers.gpu_memory_is_total
        and gpu_identity.printed_count is not distinct from raw_offers.gpu_count
    join staging.places
        on places.provider = raw_offers.provider
        and places.region = coalesce(raw_offers.stated_region, '')
        and places.zone = raw_offers.zone
    where gpu_identity.is_accelerator or raw_offers.price_scope = 'host_component'
),
rates as (
    -- The last rate before the day: its own rate is published in the afternoon, after most scrapes.
    select days.currency, days.day, fx_rates.rate_on, fx_rates.usd_per_unit
    -- Not of `identified`: read twice, it would be worked out whole for whoever wants one provider's offers.
    from (select distinct currency, observed_at::date as day from staging.raw_offers) as days
    asof left join staging.fx_rates on fx_rates.currency = days.currency and days.day > fx_rates.rate_on
),
converted as (
    select
        identified.*,
        rates.usd_per_unit,
        if(identified.currency = 'USD', null, rates.rate_on) as rate_on,
        identified.price::double * rates.usd_per_unit as usd_price,
        identified.upfront_price::double * rates.usd_per_unit as usd_upfront
    from identified
    left join rates on rates.currency = identified.currency and rates.day = identified.observed_at::date
),
priced as (
    select
        *,
        case
            when price_unit = 'term_total' then usd_price / term_hours(term_months) / nullif(gpu_count, 0)
            when price_unit in ('vcpu_hour', 'gib_hour', 'gib_month') then null
            when price_unit like 'gpu_%' then usd_price / hours_of_unit(price_unit) / gpu_part
            else usd_price / hours_of_unit(price_unit) / nullif(gpu_count, 0)
        end + if(coalesce(upfront_price, 0) = 0, 0, usd_upfront / term_hours(term_months) / nullif(gpu_count, 0))
            as usd_of_gpu
    from converted
),
judged as (
    select
        *,
        not (
            is_holdable(price, 1000000000000) and is_holdable(upfront_price, 1000000000000)
            and is_holdable(usd_price, 10000000000) and is_holdable(usd_upfront, 10000000000)
            and is_holdable(usd_of_gpu, 10000000)
            and coalesce(gpu_count = 0 or gpu_count between 0.001 and 100000, true)
            and coalesce(term_months between 0 and 1200, true)
            and coalesce(effective_from between date '2000-01-01' and date '2199-12-31', true)
            and coalesce(effective_until between date '2000-01-01' and date '2199-12-31', true)
        ) as is_out
    from priced
)
select
    * exclude (usd_price, usd_upfront, usd_of_gpu, is_out)
        replace (
            case
                when price_status = 'priced' and is_out then 'out_of_range'
                when price_status = 'priced' and coalesce(currency, '') = '' then 'unknown_currency'
                else price_status
            end as price_status
        ),
    if(is_out, null, try_cast(usd_price as decimal(38, 18))) as usd_price,
    if(is_out or price_scope <> 'instance' or price is null, null, try_cast(usd_of_gpu as decimal(18, 6)))
        as usd_per_gpu_hour
from judged

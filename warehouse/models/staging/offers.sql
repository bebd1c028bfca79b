-- View: Offers with their GPU known and their price per GPU-hour, still one row per printed price.
-- usd_per_unit: USD for one unit of the currency, by the ECB's reference rate of rate_on.
-- Grain: one printed price. usd_price: USD in the offer's own unit; usd_per_gpu_hour: USD, six decimals,
-- NULL for components and where the count, or the term that a fee is spread over, is unknown. Hours: 730 a month, 8,760 a year (macros/hours.sql).
with identified as (
    select
        o.* exclude (gpu_label, gpu_count, gpu_memory, gpu_memory_is_total),
        o.gpu_label,
        i.gpu,
        i.vendor,
        coalesce(i.form_factor, '') as form_factor,
        i.gpu_memory_gb,
        i.known_count,
        i.label_gpu,
        i.label_memory_gb,
        -- A price per GPU needs no count to be per GPU.
        coalesce(i.gpu_count, if(o.price_unit like 'gpu_%', 1, null)) as gpu_count
    from staging.raw_offers as o
    join staging.gpu_identity as i
        on i.provider = o.provider
        and i.instance = o.instance
        and i.gpu_label = o.gpu_label
        and i.gpu_memory = o.gpu_memory
        and i.gpu_memory_is_total = o.gpu_memory_is_total
        and i.printed_count is not distinct from o.gpu_count
    where i.is_accelerator or o.price_scope = 'host_component'
),
rates as (
    -- The last rate from before the day: that day's own comes out in its afternoon, when most prices were read already.
    select d.currency, d.day, f.rate_on, f.usd_per_unit
    from (select distinct currency, observed_at::date as day from identified) as d
    asof left join staging.fx_rates as f on f.currency = d.currency and d.day > f.rate_on
),
converted as (
    select
        o.*,
        f.usd_per_unit,
        if(o.currency = 'USD', null, f.rate_on) as rate_on,
        o.price::double * f.usd_per_unit as usd_price,
        o.upfront_price::double * f.usd_per_unit as usd_upfront
    from identified as o
    left join rates as f on f.currency = o.currency and f.day = o.observed_at::date
)
select
    * exclude (usd_price, usd_upfront),
    usd_price::decimal(38, 18) as usd_price,
    case
        when price_scope <> 'instance' or price is null then null
        else case price_unit
            when 'gpu_hour' then usd_price
            when 'gpu_second' then usd_price * 3600
            when 'instance_hour' then usd_price / nullif(gpu_count, 0)
            when 'month' then usd_price / hours_per_month() / nullif(gpu_count, 0)
            when 'term_total' then usd_price / term_hours(term_months) / nullif(gpu_count, 0)
        end + if(coalesce(upfront_price, 0) = 0, 0, usd_upfront / term_hours(term_months) / nullif(gpu_count, 0))
    end::decimal(18, 6) as usd_per_gpu_hour
from converted

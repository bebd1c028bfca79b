-- Order-book statistics: the median of the asks, and the price that a tenth of them undercut. Hosts ask what they like
-- and nobody rents at the lowest ask, so single asks stay in landing and only these statistics become series. One row
-- per scrape, GPU (model, form factor, memory, count), pricing model, market (all asks, data centres') and statistic,
-- from three asks on. Columns as in staging.offers; price in USD per GPU-hour. The receipt counts the asks. A book may
-- come in several answers of one scrape, the last ask of one being the first of the next: it counts once.
-- materialized: table
-- driven_by: staging.derivable_offers
with book as (
    select *
    from staging.offers
    where source = 'order_book' and usd_per_gpu_hour is not null and gpu is not null and availability <> 'sold_out'
    qualify row_number() over (
        partition by landing_id, provider, observed_at::date, origin, instance, pricing_model, zone
        order by observed_at desc, usd_per_gpu_hour
    ) = 1
),
asks as (
    select *, unnest(if(contains(instance, 'hosting_type'), ['all', 'datacenter'], ['all'])) as market from book
),
counted as (
    select
        *,
        count(*) over same as n_asks,
        quantile_cont(usd_per_gpu_hour::double, 0.5) over same as half,
        quantile_cont(usd_per_gpu_hour::double, 0.1) over same as tenth,
        row_number() over (same order by usd_per_gpu_hour, instance) as nth
    from asks
    window same as (
        partition by
            landing_id, provider, observed_at::date, origin, gpu, form_factor, gpu_memory_gb, gpu_count, pricing_model,
            market
    )
),
book_statistics as (
    select
        *,
        unnest(['order_book_median', 'order_book_tenth']) as statistic,
        unnest([half, tenth])::decimal(18, 6) as asked
    from counted
    where nth = 1 and n_asks >= 3
)
select
    * exclude (market, n_asks, half, tenth, nth, statistic, asked) replace (
        statistic as source,
        if(market = 'all', 'asks', 'asks of data centers') as instance,
        'global' as region,
        null::decimal(18, 4) as vcpus, -- of many machines
        null::decimal(18, 3) as ram_gb,
        null::decimal(18, 3) as local_disk_gb,
        null::varchar as interconnect,
        null::integer as max_gpu_count,
        null::varchar as stated_region, -- hosts anywhere
        null::varchar as region_id,
        null::varchar as country,
        null::varchar as continent,
        'USD' as currency,
        'gpu_hour' as price_unit,
        asked::decimal(38, 18) as price,
        asked::decimal(38, 18) as usd_price,
        asked as usd_per_gpu_hour,
        concat(if(statistic = 'order_book_median', 'half', 'a tenth'), ' of ', n_asks, ' asks are below this') as text
    )
from book_statistics

-- Price changes: a price that is new, dropped, rose, went or came back, and those announced for a day after the day of
-- the build. event_id is stable, also when that day comes; seq orders by day. old_, new_usd_per_gpu_hour: USD per
-- GPU-hour; pct: change in percent of the old price, NULL where there is none. A change of currency or exchange rate
-- alone is not a price change.
-- materialized: view
-- key: event_id
with events as (
    select
        *,
        valid_from as changed_on,
        case
            when old_ended_by is null then 'new'
            when old_ended_by = 'gone' then 'back'
            when usd_per_gpu_hour < old_usd_per_gpu_hour then 'drop'
            when usd_per_gpu_hour > old_usd_per_gpu_hour then 'rise'
        end as move,
        old_usd_per_gpu_hour as old_usd,
        usd_per_gpu_hour as new_usd
    from v1.price_intervals
    union all by name
    select *, valid_to as changed_on, 'gone' as move, usd_per_gpu_hour as old_usd, null as new_usd
    from v1.price_intervals
    where ended_by = 'gone'
)
select
    -- Microseconds, not text: a time's text depends on the reader's time zone.
    md5(concat_ws('|', series_id, changed_on, move, epoch_us(observed_at))) as event_id,
    row_number() over (order by changed_on, observed_at, series_id, move) as seq,
    series_id, source, feed, provider, instance, gpu, vendor, form_factor, gpu_memory_gb, gpu_count, region,
    region_id, country, continent, zone,
    pricing_model, term_months, upfront, price_scope, rank,
    changed_on, observed_at, if(coalesce(changed_on > meta.as_of, false), 'announced', move) as kind,
    old_usd as old_usd_per_gpu_hour,
    new_usd as new_usd_per_gpu_hour,
    -- Decimal before it is rounded: the noise of floating-point numbers must not decide between two neighbours.
    round((100 * (new_usd / old_usd - 1))::decimal(38, 6), 2)::decimal(18, 2) as pct,
    quality, source_url, sha256
from events
cross join core.meta
where move is not null

-- Every published price of the watched series, as it was known when it appeared. Key: r, in no order. value: native
-- price of a GPU-hour. until: NULL while in force. withdrawn_id: the gate's event for a withdrawn price.
with accepted as (
    select
        series.n,
        price_intervals.valid_from as day,
        price_intervals.valid_to as until,
        price_intervals.last_seen_on,
        price_intervals.observed_at,
        coalesce(
            price_intervals.usd_per_gpu_hour::double,
            gpu_alone_an_hour(price_intervals.price, price_intervals.price_unit, series.gpu_count, series.term_months)
            * coalesce(price_intervals.usd_per_unit, 1)
        ) as usd,
        usd / coalesce(price_intervals.usd_per_unit, 1) as value,
        price_intervals.currency,
        price_intervals.quality,
        price_intervals.availability,
        price_intervals.ended_by,
        price_intervals.old_ended_by,
        price_intervals.old_usd_per_gpu_hour::double as old_usd,
        null::varchar as withdrawn_id
    from v1.price_intervals
    join series using (series_id)
    where usd > 0
),
-- Published when it appeared, and withdrawn by its source within one or two scrapes: it had been notified.
withdrawn as (
    select
        series.n,
        series.source_no,
        quality_events.date as day,
        looks.last_at as observed_at,
        quality_events.date_to as last_seen_on,
        quality_events.event_id as withdrawn_id,
        quality_events.usd_per_gpu_hour::double as usd,
        quality_events.last_good_usd_per_gpu_hour::double as last_good,
        quality_events.currency
    from v1.quality_events
    join series using (series_id)
    join looks on looks.source_no = series.source_no and looks.seen_on = quality_events.date
    where quality_events.rule = 'spike_flip' and quality_events.status = 'held' and quality_events.usd_per_gpu_hour > 0
        -- A change by more than half was quarantined from the first.
        and abs(ln(quality_events.usd_per_gpu_hour::double / quality_events.last_good_usd_per_gpu_hour::double)) < ln(2)
),
all_prices as (
    from accepted
    union all by name
    select
        * exclude (last_good, source_no),
        usd as value,
        'flagged' as quality,
        'change' as ended_by,
        'change' as old_ended_by
    from withdrawn
    union all by name
    -- The way back; the history published now continues as if nothing had happened.
    select
        withdrawn.n,
        looks.seen_on as day,
        withdrawn.last_good as usd,
        withdrawn.last_good as value,
        withdrawn.currency,
        'flagged' as quality,
        'change' as old_ended_by,
        looks.last_at as observed_at,
        withdrawn.withdrawn_id || '|back' as withdrawn_id,
        looks.seen_on as last_seen_on
    from withdrawn
    asof join looks on looks.source_no = withdrawn.source_no and withdrawn.last_seen_on < looks.seen_on
)
select row_number() over ()::integer as r, * from all_prices

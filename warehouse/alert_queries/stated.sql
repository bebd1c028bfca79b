-- Every price that was published of the watched series, as it was known when it came. Grain: r, in no order.
-- value: native price of a GPU-hour. until: NULL while in force. withdrawn_id: the gate's event, of what was taken back.
with accepted as (
    select
        s.n, i.valid_from as day, i.valid_to as until, i.last_seen_on, i.observed_at,
        i.usd_per_gpu_hour::double as usd, i.usd_per_gpu_hour::double / coalesce(i.usd_per_unit, 1) as value,
        i.currency, i.quality, i.availability, i.ended_by, i.old_ended_by, i.old_usd_per_gpu_hour::double as old_usd,
        null::varchar as withdrawn_id
    from v1.price_intervals as i
    join series as s using (series_id)
    where i.usd_per_gpu_hour > 0
),
-- Published when it came, and withdrawn by its source within a look or two: whoever was told then was told.
withdrawn as (
    select
        s.n, s.source_no, e.date as day, l.last_at as observed_at, e.date_to as last_seen_on, e.event_id as withdrawn_id,
        e.usd_per_gpu_hour::double as usd, e.last_good_usd_per_gpu_hour::double as last_good, e.currency
    from v1.quality_events as e
    join series as s using (series_id)
    join looks as l on l.source_no = s.source_no and l.seen_on = e.date
    where e.rule = 'spike_flip' and e.status = 'held' and e.usd_per_gpu_hour > 0
        -- More than half off was held from the first.
        and abs(ln(e.usd_per_gpu_hour::double / e.last_good_usd_per_gpu_hour::double)) < ln(2)
),
said as (
    from accepted
    union all by name
    select
        * exclude (last_good, source_no), usd as value, 'flagged' as quality, 'change' as ended_by, 'change' as old_ended_by
    from withdrawn
    union all by name
    -- And back again; the history that is published now goes on through it as if nothing had been.
    select
        w.n, l.seen_on as day, w.last_good as usd, w.last_good as value, w.currency, 'flagged' as quality,
        'change' as old_ended_by, l.last_at as observed_at, w.withdrawn_id || '|back' as withdrawn_id, l.seen_on as last_seen_on
    from withdrawn as w
    asof join looks as l on l.source_no = w.source_no and w.last_seen_on < l.seen_on
)
select row_number() over ()::integer as r, * from said

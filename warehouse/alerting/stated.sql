-- Every price that was published of the watched series, as it was known when it came. Grain: n x day x observed_at.
-- value: native price of a GPU-hour. until: NULL while in force. trigger_id: as in v1.price_changes or, of what was taken
-- back, v1.quality_events. look_id: what a person's verdict on it is kept under.
with accepted as (
    select
        s.n, s.provider, s.feed,
        i.valid_from as day, i.valid_to as until, i.last_seen_on, i.observed_at,
        i.usd_per_gpu_hour::double as usd, i.usd_per_gpu_hour::double / coalesce(i.usd_per_unit, 1) as value,
        i.currency, i.quality, i.availability, i.ended_by, i.old_ended_by, i.origin,
        md5(concat_ws('|', i.series_id, i.valid_from, case
            when i.old_ended_by is null then 'new'
            when i.old_ended_by = 'gone' then 'back'
            when i.usd_per_gpu_hour < i.old_usd_per_gpu_hour then 'drop'
            when i.usd_per_gpu_hour > i.old_usd_per_gpu_hour then 'rise'
        end, epoch_us(i.observed_at))) as trigger_id,
        if(i.quality = 'released', event_id(i.series_id, i.observed_at), null) as look_id
    from v1.price_intervals as i
    join series as s using (series_id)
    where i.usd_per_gpu_hour > 0
),
-- Published when it came, and withdrawn by its source within a look or two: whoever was told then was told.
withdrawn as (
    select
        s.n, s.provider, s.feed, e.date as day, e.date_to as last_seen_on, e.event_id as trigger_id,
        e.usd_per_gpu_hour::double as usd, e.last_good_usd_per_gpu_hour::double as last_good, e.currency
    from v1.quality_events as e
    join series as s using (series_id)
    where e.rule = 'spike_flip' and e.status = 'held' and e.usd_per_gpu_hour > 0
        -- More than half off was held from the first.
        and abs(ln(e.usd_per_gpu_hour::double / e.last_good_usd_per_gpu_hour::double)) < ln(2)
)
from accepted
union all by name
select
    * exclude (last_good), usd as value, 'flagged' as quality, 'change' as ended_by, 'change' as old_ended_by,
    day::timestamp at time zone 'UTC' as observed_at
from withdrawn
union all by name
-- And back again; the history that is published now goes on through it as if nothing had been.
select
    w.n, w.provider, w.feed, l.second_on as day, w.last_good as usd, w.last_good as value, w.currency, 'flagged' as quality,
    'change' as old_ended_by, l.second_on::timestamp at time zone 'UTC' as observed_at,
    md5(w.trigger_id || '|back') as trigger_id, l.second_on as last_seen_on
from withdrawn as w
join looks as l on l.provider = w.provider and l.feed = w.feed and l.seen_on = w.last_seen_on
where l.second_on is not null

-- The series of which something may be told since a day: all that moved since three looks before it, since a price
-- may wait for
-- two of them, or that the gate or a person spoke of. Grain: series_id. Every other series said all it had to say
-- before.
with cuts as (
    select provider, feed, min(seen_on) as cut
    from (
        select provider, feed, seen_on
        from looks
        where seen_on < $since
        qualify row_number() over (partition by provider, feed order by seen_on desc) <= 3
    )
    group by all
),
moved as (
    select price_intervals.series_id, price_intervals.quality, price_intervals.observed_at,
        least(coalesce(cuts.cut, $since), $since) as cut, price_intervals.valid_from,
        if(price_intervals.ended_by = 'gone', price_intervals.valid_to, null) as gone_on
    from v1.price_intervals
    left join cuts using (provider, feed)
)
select distinct series_id from moved where valid_from >= cut or gone_on >= cut
union
select moved.series_id
from moved
join decided on moved.quality = 'released' and decided.event_id = event_id(moved.series_id, moved.observed_at)
    and decided.day >= $since
union
select distinct series_id from v1.quality_events
where verdict = 'quarantine' and series_id is not null
    and (date >= $since or (rule = 'spike_flip' and date_to >= $since - 70))

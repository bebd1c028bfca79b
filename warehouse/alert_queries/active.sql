-- The series of which something may be told since a day: all that moved since three looks before it, since a price may wait for
-- two of them, or that the gate or a person spoke of. Grain: series_id. Every other series said all it had to say before.
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
    select i.series_id, i.quality, i.observed_at, least(coalesce(c.cut, $since), $since) as cut, i.valid_from,
        if(i.ended_by = 'gone', i.valid_to, null) as gone_on
    from v1.price_intervals as i
    left join cuts as c using (provider, feed)
)
select distinct series_id from moved where valid_from >= cut or gone_on >= cut
union
select m.series_id
from moved as m
join decided as d on m.quality = 'released' and d.event_id = event_id(m.series_id, m.observed_at) and d.day >= $since
union
select distinct series_id from v1.quality_events
where verdict = 'quarantine' and series_id is not null and (date >= $since or (rule = 'spike_flip' and date_to >= $since - 70))

-- Series that may have events since a day: those whose price changed since three scrapes before it (a price may wait
-- for two of them), and those that the gate or a person judged. Key: series_id. All events of every other series came
-- earlier.
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
changes as (
    select price_intervals.series_id, price_intervals.quality, price_intervals.observed_at,
        least(coalesce(cuts.cut, $since), $since) as cut, price_intervals.valid_from,
        if(price_intervals.ended_by = 'gone', price_intervals.valid_to, null) as gone_on
    from v1.price_intervals
    left join cuts using (provider, feed)
)
select distinct series_id from changes where valid_from >= cut or gone_on >= cut
union
select changes.series_id
from changes
join decided on changes.quality = 'released' and decided.event_id = event_id(changes.series_id, changes.observed_at)
    and decided.day >= $since
union
select distinct series_id from v1.quality_events
where verdict = 'quarantine' and series_id is not null
    and (date >= $since or (rule = 'spike_flip' and date_to >= $since - 70))

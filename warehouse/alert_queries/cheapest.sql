-- The lowest price of every provider in every group, on each day on which one of them changed. Grain: grp x day x provider.
-- grp: the group's dimensions, as text. series_id, valid_from: the price's interval. A price of a page, or one that the gate
-- released, counts from the next look on; what was not seen for a week is not in force here.
with priced as (
    select
        concat_ws(' · ', {group}) as grp, s.provider, s.series_id, s.source_no, i.valid_from, i.usd_per_gpu_hour::double as usd,
        least(coalesce(i.valid_to, 'infinity'), i.last_seen_on + 8) as until_on,
        s.is_page or i.quality = 'released' as has_to_wait
    from v1.price_intervals as i
    join (from all_series where {scope}) as s using (series_id)
    where i.usd_per_gpu_hour > 0
),
standing as (
    select * exclude (source_no, has_to_wait), valid_from as from_on from priced where not has_to_wait
    union all by name
    select p.* exclude (source_no, has_to_wait), l.second_on as from_on
    from priced as p
    asof join looks as l on l.source_no = p.source_no and p.valid_from >= l.seen_on
    where p.has_to_wait and l.second_on < p.until_on
),
days as (
    select grp, from_on as day from standing
    union
    select grp, until_on from standing where until_on <= $as_of::date
),
in_force as (
    select d.grp, d.day, s.provider, min(s.usd) as usd, arg_min({'id': s.series_id, 'day': s.valid_from}, s.usd) as which
    from days as d
    join standing as s on s.grp = d.grp and s.from_on <= d.day and s.until_on > d.day
    group by all
)
select grp, day, provider, usd, which.id, which.day
from in_force
order by grp, day, usd, provider

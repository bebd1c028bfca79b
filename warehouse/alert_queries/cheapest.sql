-- The lowest price of every provider in every group, on each day on which one of them changed: one row per grp, day
-- and provider. grp: the group's dimensions, as text. series_id, valid_from: the price's interval. A price of a page,
-- or one that the gate released, counts from the next scrape on; what was not seen for a week is not in force here.
with priced as (
    select
        concat_ws(' · ', {group}) as grp, scoped.provider, scoped.series_id, scoped.source_no,
            price_intervals.valid_from, price_intervals.usd_per_gpu_hour::double as usd,
        least(coalesce(price_intervals.valid_to, 'infinity'), price_intervals.last_seen_on + 8) as until_on,
        scoped.is_page or price_intervals.quality = 'released' as has_to_wait
    from v1.price_intervals
    join (from all_series where {scope}) as scoped using (series_id)
    where price_intervals.usd_per_gpu_hour > 0
),
standing as (
    select * exclude (source_no, has_to_wait), valid_from as from_on from priced where not has_to_wait
    union all by name
    select priced.* exclude (source_no, has_to_wait), looks.second_on as from_on
    from priced
    asof join looks on looks.source_no = priced.source_no and priced.valid_from >= looks.seen_on
    where priced.has_to_wait and looks.second_on < priced.until_on
),
days as (
    select grp, from_on as day from standing
    union
    select grp, until_on from standing where until_on <= $as_of::date
),
in_force as (
    select days.grp, days.day, standing.provider, min(standing.usd) as usd,
        arg_min({'id': standing.series_id, 'day': standing.valid_from}, standing.usd) as which
    from days
    join standing on standing.grp = days.grp and standing.from_on <= days.day and standing.until_on > days.day
    group by all
)
select grp, day, provider, usd, which.id, which.day
from in_force
order by grp, day, usd, provider

-- Periods in which a price counts in an index: it is in force and its source showed it at most 35 days before, as in
-- core.prices_as_of. Only for this build's days and the day that they are linked to. An interval yields several pieces
-- where its source was not read for longer.
-- materialized: table
-- key: series_no, from_on
-- columns:
--   constituent: the provider
--   from_on, to_on: UTC days, to_on exclusive
--   usd_per_gpu_hour: USD per GPU-hour; price in its currency and price_unit
with reads as (
    select provider, source as feed, seen_on from intermediate.source_days where status in ('ok', 'partial')
    union
    select provider, feed, seen_on from intermediate.scrapes where origin = 'seed'
),
gaps as (
    select *, coalesce(seen_on - lag(seen_on) over one > 36, true) as starts
    from reads
    window one as (partition by provider, feed order by seen_on)
),
numbered as (
    select *, sum(starts::integer) over (partition by provider, feed order by seen_on) as nth from gaps
),
fresh as (
    select provider, feed, min(seen_on) as from_on, max(seen_on) + 36 as to_on
    from numbered
    group by provider, feed, nth
),
newest as (select max(seen_on) + 1 as to_on from intermediate.scrapes),
-- Materialized, so that intervals are joined by series and never by their days.
windows as materialized (
    select
        index_series.series_no,
        index_series.index_id,
        index_series.constituent,
        index_series.rank,
        index_series.place,
        fresh.from_on,
        least(fresh.to_on, newest.to_on) as to_on,
        coalesce(previous_index_days.linked_on, index_start.from_on) as since_on
    from intermediate.index_series
    join fresh using (provider, feed)
    cross join newest
    cross join intermediate.index_start
    left join intermediate.previous_index_days using (index_id)
    where fresh.to_on > coalesce(previous_index_days.linked_on, index_start.from_on)
),
-- By a condition on one column, so that DuckDB reads few of the intervals that ended long ago.
late_intervals as (
    from intermediate.intervals
    where valid_to is null
    union all
    from intermediate.intervals
    where valid_to > (select min(since_on) from windows)
)
select
    late_intervals.series_no,
    windows.index_id,
    windows.constituent,
    windows.rank,
    windows.place,
    greatest(late_intervals.valid_from, windows.from_on) as from_on,
    least(coalesce(late_intervals.valid_to, 'infinity'), late_intervals.last_on + 36, windows.to_on) as to_on,
    late_intervals.first_scrape,
    late_intervals.usd_per_gpu_hour,
    late_intervals.price,
    late_intervals.currency,
    late_intervals.price_unit
from late_intervals
join windows
    on windows.series_no = late_intervals.series_no
    and late_intervals.valid_from < windows.to_on
    and least(coalesce(late_intervals.valid_to, 'infinity'), late_intervals.last_on + 36)
    > greatest(windows.from_on, windows.since_on)
where late_intervals.usd_per_gpu_hour > 0

-- Series whose accepted intervals this build recomputes, and from which day on.
-- materialized: table
-- driven_by: intermediate.changed_series, intermediate.changed_verdicts, intermediate.split_aliases
-- key: main_no
-- columns:
--   from_on: the day on which an interval began, before everything that changed; the beginning where an older verdict
--     changed
--   old_usd_per_gpu_hour, old_ended_by: the price before that day in USD per GPU-hour, and how it ended
with changes as (
    select
        coalesce(aliases.main_no, series.main_no) as main_no,
        changed_series.moved_on,
        null::date as changed_on
    from intermediate.changed_series
    anti join intermediate.reconfirmed_series using (series_no)
    join intermediate.series using (series_no)
    left join intermediate.aliases on aliases.series_no = series.main_no
    union all
    select coalesce(aliases.main_no, series.main_no), null, changed_verdicts.first_on
    from intermediate.changed_verdicts
    join intermediate.series using (series_no)
    left join intermediate.aliases on aliases.series_no = series.main_no
    union all
    -- Former aliases, and the series that they had been counted in.
    select unnest([series_no, main_no]), null, '-infinity'::date from intermediate.split_aliases
),
cuts as (
    select
        changes.main_no,
        any_value(open_intervals.valid_from) as newest_from,
        least(any_value(open_intervals.valid_from), min(changes.moved_on)) as cut,
        -- On that very day too: the newest interval's first price may be quarantined now, and the one before continues.
        coalesce(min(changes.changed_on) <= any_value(open_intervals.valid_from), true)
        and count(changes.changed_on) > 0 as is_old
    from changes
    left join state.open_intervals on open_intervals.series_no = changes.main_no
    group by changes.main_no
),
intervals as (
    select
        open_intervals.series_no,
        open_intervals.valid_from,
        open_intervals.first_scrape,
        open_intervals.old_usd_per_gpu_hour,
        open_intervals.old_ended_by
    from state.open_intervals
    join cuts on cuts.main_no = open_intervals.series_no and not cuts.is_old
    union all
    -- Rarely needed: only for a change before the newest interval, as when a later price has been announced.
    select
        closed_intervals.series_no,
        closed_intervals.valid_from,
        closed_intervals.first_scrape,
        closed_intervals.old_usd_per_gpu_hour,
        closed_intervals.old_ended_by
    from state.closed_intervals
    join cuts on cuts.main_no = closed_intervals.series_no and not cuts.is_old and cuts.cut < cuts.newest_from
    union all
    -- Prices that gave way on the very day on which they began: they are worked out again with what followed.
    select
        closed_intervals.series_no,
        closed_intervals.valid_from,
        closed_intervals.first_scrape,
        closed_intervals.old_usd_per_gpu_hour,
        closed_intervals.old_ended_by
    from state.closed_intervals
    join cuts on cuts.main_no = closed_intervals.series_no and closed_intervals.valid_from = cuts.newest_from
    where not cuts.is_old and cuts.cut = cuts.newest_from
),
starts as (
    select intervals.*
    from intervals
    join cuts on cuts.main_no = intervals.series_no and intervals.valid_from <= cuts.cut
    qualify
        row_number()
            over (partition by intervals.series_no order by intervals.valid_from desc, intervals.first_scrape)
        = 1
)
select
    cuts.main_no, coalesce(starts.valid_from, '-infinity') as from_on, starts.old_usd_per_gpu_hour, starts.old_ended_by
from cuts
left join starts on starts.series_no = cuts.main_no

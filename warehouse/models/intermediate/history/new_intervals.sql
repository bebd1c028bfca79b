-- Accepted intervals of the affected series. A quarantined value leaves the last good one in force. Announcements count
-- for the series that they announce a price for; an announced price begins on its day unless it was withdrawn before.
-- A price with a stated end is in force up to that day, whatever follows or does not.
-- old_*: the price before, and how it ended. A whole build makes this table share by share of the series: the variable
-- `part` holds the share and the number of shares.
-- materialized: table
-- driven_by: intermediate.affected_series
-- key: series_no, valid_from, first_scrape
-- parts: series
-- join_order: as_written
-- columns:
--   valid_from, valid_to: DATE, valid_to exclusive, NULL while open
--   last_on: when the price was last seen
--   ended_by: change, gone, expired (only its stated end is known), NULL
with tracks as (
    select
        series.series_no, series.is_announced, affected_series.main_no, affected_series.from_on,
        -- Only an announced price comes into force on another day than it was first seen.
        recent_version_bounds.version_no > 1
        and (series.is_announced or recent_version_bounds.first_on >= affected_series.from_on) as is_far_back
    from intermediate.series
    left join intermediate.aliases on aliases.series_no = series.main_no
    join intermediate.affected_series on affected_series.main_no = coalesce(aliases.main_no, series.main_no)
    left join intermediate.recent_version_bounds on recent_version_bounds.series_no = series.series_no
    where affected_series.main_no % getvariable('part')[2] = getvariable('part')[1]
),
versions as (
    select tracks.*, current_versions.* exclude (series_no)
    from intermediate.current_versions
    join tracks using (series_no)
    union all
    select tracks.*, recent_versions.* exclude (series_no)
    from intermediate.recent_versions
    join tracks using (series_no)
    union all
    -- Hardly any in an append, so DuckDB need not read the old versions at all.
    select tracks.*, old_versions.* exclude (series_no)
    from intermediate.old_versions
    join (from tracks where is_far_back) as tracks using (series_no)
),
dated_versions as (
    select
        versions.* exclude (from_on, is_far_back),
        greatest(versions.first_on, coalesce(versions.effective_from, versions.first_on)) as valid_from,
        coalesce(verdicts.status <> 'released', false) as is_held, -- flagged prices can be rejected by a person too
        case
            when verdicts.verdict = 'flag' then 'flagged' when verdicts.status = 'released' then 'released' else 'ok'
        end as quality
    from versions
    left join
        intermediate.verdicts
        on verdicts.series_no = versions.series_no and verdicts.version_no = versions.version_no
    where greatest(versions.first_on, coalesce(versions.effective_from, versions.first_on)) >= versions.from_on
),
kept as (
    select
        *,
        -- Zero is never a price, whatever a verdict says, but a fee alone is one.
        not is_held and price_status = 'priced'
            and coalesce(usd_price > 0 or (usd_price = 0 and upfront_price > 0), false)
            and not (is_announced and coalesce(ended_on < effective_from, false))
            and coalesce(effective_until >= valid_from, true) as is_good,
        lead(first_on) over (partition by series_no order by version_no) as changed_on
    from dated_versions
),
pieces as (
    select
        * exclude (is_good),
        is_good and not (is_announced and coalesce(changed_on < effective_from, false)) as is_good,
        sum((is_good and not (is_announced and coalesce(changed_on < effective_from, false)))::integer) over (
            partition by main_no order by valid_from, first_on, first_scrape, version_no
        ) as piece
    from kept
),
lasting as (
    select
        *,
        min(ended_on) filter (where not is_announced) over (partition by main_no, piece) as gone_on
    from pieces
    qualify is_good
),
bounded as (
    select
        *,
        lead(valid_from) over same as next_from,
        -- A scrape that states only the announced price does not end the current one before its day.
        coalesce(
            gone_on < coalesce(lead(valid_from) over same, 'infinity')
            and not coalesce(lead(is_announced) over same and lead(first_on) over same <= gone_on, false),
            false
        ) as is_gone
    from lasting
    window same as (partition by main_no order by piece)
),
ended as (
    select
        * exclude (next_from),
        least(if(is_gone, gone_on, next_from), effective_until + 1) as valid_to,
        case
            when is_gone then 'gone'
            when effective_until + 1 < coalesce(next_from, 'infinity') then 'expired'
            when next_from is not null then 'change'
        end as ended_by
    from bounded
),
compared as (
    select
        *,
        -- The same value right after itself is one interval: anything in between was quarantined.
        coalesce(
            lag(valid_to) over same = valid_from and not lag(is_gone) over same and lag(price) over same = price
            and lag(upfront_price) over same is not distinct from upfront_price and lag(currency) over same = currency
            and lag(price_unit) over same = price_unit and lag(availability) over same = availability
            and lag(quality) over same = quality,
            false
        ) as goes_on
    from ended
    window same as (partition by main_no order by piece)
),
joined as (
    select *, sum((not goes_on)::integer) over (partition by main_no order by piece) as interval_no from compared
),
ends as (
    select
        main_no,
        interval_no,
        max(last_on) as last_on,
        last(valid_to order by piece) as valid_to,
        last(ended_by order by piece) as ended_by,
        last(effective_until order by piece) as effective_until
    from joined
    group by all
),
intervals as (
    select
        joined.* exclude (valid_to, last_on, ended_by, effective_until),
        -- By way of a double, which takes a quarter of the time; what differs is a long price.
        try_cast(joined.price::double as decimal(18, 6)) as rounded,
        ends.valid_to, ends.last_on, ends.ended_by, ends.effective_until
    from joined
    join ends using (main_no, interval_no)
    where not joined.goes_on
)
select
    intervals.main_no as series_no, intervals.valid_from, intervals.valid_to, intervals.last_on, intervals.first_scrape,
    intervals.usd_per_gpu_hour,
    if(intervals.rounded = intervals.price, intervals.rounded, null) as price,
    if(intervals.rounded = intervals.price, null, intervals.price) as long_price,
    intervals.upfront_price, intervals.currency, intervals.price_unit, intervals.usd_per_unit, intervals.rate_on,
    intervals.effective_from, intervals.effective_until, intervals.availability, intervals.quality,
    intervals.gpu_label, intervals.text, intervals.ended_by,
    if(
        lag(intervals.interval_no) over same is null,
        affected_series.old_usd_per_gpu_hour,
        lag(intervals.usd_per_gpu_hour) over same
    ) as old_usd_per_gpu_hour,
    if(
        lag(intervals.interval_no) over same is null,
        affected_series.old_ended_by,
        lag(intervals.ended_by) over same
    ) as old_ended_by,
    lead(intervals.interval_no) over same is null as is_last
from intervals
join intermediate.affected_series using (main_no)
window same as (partition by intervals.main_no order by intervals.interval_no)

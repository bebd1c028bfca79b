-- Price change of each constituent from one day with a level to the next, for this build's days: the links of the
-- chain. A gap between the two, however long, is no break. Prices are compared in the page's own currency: an exchange
-- rate is not a price change.
-- materialized: table
-- key: index_id, constituent, day
-- columns:
--   log_ratio: the mean of ln(price / price before) over the provider's series that count on both days, so that new,
--     ended and dearer offers move nothing
--   n_series: number of those series; 0 where the index's two days have no series in common, only providers: then
--     log_ratio is that of the provider's lowest prices
--   usd_before, usd_now: the lowest price among those series on each of the two days, USD per GPU-hour
with index_days as (
    select index_id, day from intermediate.new_index_levels where is_ok
    union all
    select index_id, linked_on from intermediate.previous_index_days where linked_on is not null
),
spans as (
    select index_id, min(day) as first_day, max(day) as last_day from index_days group by index_id
),
every_day as (
    select index_id, unnest(range(0, last_day - first_day + 2))::integer + first_day as day from spans
),
-- Days of the index before each day, joined by equality: as-of joins with small tables are slow.
calendar as (
    select
        every_day.index_id,
        every_day.day,
        index_days.day is not null as is_index_day,
        count(index_days.day)
            over (
                partition by every_day.index_id order by every_day.day rows between unbounded preceding and 1 preceding
            )
            as n_before
    from every_day
    left join index_days using (index_id, day)
),
placed as (
    -- Counted in days of the index: a piece is its days before_nth + 1 to last_nth. Left joins keep their order.
    select pieces.*, first_calendar.n_before as before_nth, end_calendar.n_before as last_nth
    from (
        select
            pieces.*,
            greatest(pieces.from_on, spans.first_day) as first_day,
            least(pieces.to_on, spans.last_day + 1) as end_day
        from intermediate.index_pieces as pieces
        join
            spans
            on spans.index_id = pieces.index_id and pieces.from_on <= spans.last_day and pieces.to_on > spans.first_day
    ) as pieces
    left join
        calendar as first_calendar
    on first_calendar.index_id = pieces.index_id and first_calendar.day = pieces.first_day
    left join calendar as end_calendar on end_calendar.index_id = pieces.index_id and end_calendar.day = pieces.end_day
),
compared as (
    select
        *,
        lag(last_nth) over one = before_nth as goes_on,
        lag(usd_per_gpu_hour) over one as usd_before,
        ln(case
            when lag(currency) over one = currency and lag(price_unit) over one = price_unit
                then price::double / lag(price) over one
            else usd_per_gpu_hour::double / lag(usd_per_gpu_hour) over one
        end) as log_ratio
    from placed
    where last_nth > before_nth
    window one as (partition by series_no order by from_on)
),
matched as (
    select
        index_id,
        constituent,
        rank,
        unnest(range(before_nth + if(goes_on, 1, 2), last_nth + 1)) as nth,
        before_nth,
        usd_before,
        usd_per_gpu_hour,
        log_ratio
    from compared
),
changes as (
    select
        index_id,
        constituent,
        rank,
        nth,
        sum(if(nth = before_nth + 1, log_ratio, 0)) / count(*) as log_ratio,
        count(*) as n_series,
        min(if(nth = before_nth + 1, usd_before, usd_per_gpu_hour)) as usd_before,
        min(usd_per_gpu_hour) as usd_now
    from matched
    group by all
),
links as (
    select
        changes.index_id,
        changes.constituent,
        calendar.day,
        changes.log_ratio::decimal(18, 12) as log_ratio,
        changes.n_series::integer as n_series,
        changes.usd_before,
        changes.usd_now
    from changes
    join
        calendar
        on calendar.index_id = changes.index_id and calendar.n_before + 1 = changes.nth and calendar.is_index_day
    where calendar.day >= (select from_on from intermediate.index_start)
    qualify
        row_number() over (partition by changes.index_id, changes.constituent, calendar.day order by changes.rank) = 1
),
-- Days that no series links to the day before: other sources may still state prices of the same providers.
unlinked as (
    select follow.index_id, follow.day, follow.day_before
    from (
        select index_id, day, lag(day) over (partition by index_id order by day) as day_before from index_days
    ) as follow
    anti join links on links.index_id = follow.index_id and links.day = follow.day
    where follow.day_before is not null and follow.day >= (select from_on from intermediate.index_start)
)
from links
union all
select
    unlinked.index_id,
    now.constituent,
    unlinked.day,
    ln(now.usd_per_gpu_hour::double / before.usd_per_gpu_hour)::decimal(18, 12) as log_ratio,
    0 as n_series,
    before.usd_per_gpu_hour as usd_before,
    now.usd_per_gpu_hour as usd_now
from unlinked
join
    intermediate.index_prices as now
    on now.index_id = unlinked.index_id and now.day = unlinked.day
join intermediate.index_prices as before
    on before.index_id = unlinked.index_id
    and before.day = unlinked.day_before
    and before.constituent = now.constituent

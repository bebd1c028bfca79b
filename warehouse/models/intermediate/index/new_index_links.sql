-- Price change of each provider from one day of an index to the next, for this build's days: the links of the chain.
-- Only days with enough providers that follow another such day. Prices are compared in the page's own currency: an
-- exchange rate is not a price change.
-- materialized: table
-- key: index_id, provider, day
-- columns:
--   log_ratio: the mean of ln(price / price before) over the provider's series that count on both days, so that new,
--     ended and dearer offers move nothing
--   n_series: number of those series
with index_days as (
    select index_prices.index_id, index_prices.day
    from intermediate.index_prices
    cross join intermediate.index_start
    left join intermediate.previous_index_days using (index_id)
    where index_prices.day >= coalesce(previous_index_days.since_on, index_start.from_on)
    group by index_prices.index_id, index_prices.day
    having count(*) >= 3
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
        provider,
        rank,
        unnest(range(before_nth + if(goes_on, 1, 2), last_nth + 1)) as nth,
        before_nth,
        log_ratio
    from compared
),
changes as (
    select
        index_id,
        provider,
        rank,
        nth,
        sum(if(nth = before_nth + 1, log_ratio, 0)) / count(*) as log_ratio,
        count(*) as n_series
    from matched
    group by all
)
select
    changes.index_id,
    changes.provider,
    calendar.day,
    arg_min(changes.log_ratio, changes.rank) as log_ratio,
    arg_min(changes.n_series, changes.rank)::integer as n_series
from changes
join calendar on calendar.index_id = changes.index_id and calendar.n_before + 1 = changes.nth and calendar.is_index_day
where calendar.day >= (select from_on from intermediate.index_start)
group by all

-- Prices of a table of one's own: the list price in force of each row's series on its day, by the rule of
-- v1.prices_as_of. usage: the name of a table or view, in quotes, with the columns series_id and day (UTC: a date, or
-- what casts to one); all its rows and columns come back, once each. usd_per_gpu_hour: USD per GPU-hour; price: native
-- money in currency, per price_unit. All of them are NULL where no price was in force.
create or replace macro v1.prices_of(usage, max_age := 35) as table
with placed as (
    select
        given.*, given.day::date as v1_day, series.series_no as v1_series_no, series.provider as v1_provider,
        series.feed as v1_feed
    from query_table(usage) as given
    left join (from intermediate.series where not is_announced) as series using (series_id)
),
reads as (
    select dates.v1_provider, dates.v1_feed, dates.v1_day, source_days.seen_on as read_on
    from (select distinct v1_provider, v1_feed, v1_day from placed) as dates
    asof join (from intermediate.source_days where status in ('ok', 'partial')) as source_days
        on
            source_days.provider = dates.v1_provider
            and source_days.source = dates.v1_feed
            and dates.v1_day >= source_days.seen_on
),
begun as (
    select
        placed.*,
        intervals.usd_per_gpu_hour,
        intervals.price,
        intervals.currency,
        intervals.price_unit,
        intervals.valid_from,
        scrapes.source_url,
        scrapes.sha256,
        (intervals.valid_to is null or intervals.valid_to > placed.v1_day)
        and (scrapes.origin <> 'archived' or placed.v1_day < core.as_of_day())
        and placed.v1_day - least(
            intervals.last_on,
            greatest(reads.read_on, (scrapes.captured_at at time zone 'UTC')::date),
            placed.v1_day
        ) <= max_age as is_in_force
    from placed
    asof left join (from intermediate.intervals where valid_to is null or valid_to > valid_from) as intervals
        on intervals.series_no = placed.v1_series_no and placed.v1_day >= intervals.valid_from
    left join intermediate.scrapes on scrapes.scrape_no = intervals.first_scrape
    left join reads
        on
            reads.v1_provider = placed.v1_provider
            and reads.v1_feed = placed.v1_feed
            and reads.v1_day = placed.v1_day
)
select
    begun.* exclude (
        v1_day, v1_series_no, v1_provider, v1_feed, usd_per_gpu_hour, price, currency, price_unit, valid_from,
        source_url, sha256, is_in_force
    ),
    if(begun.is_in_force, begun.usd_per_gpu_hour, null) as usd_per_gpu_hour,
    if(begun.is_in_force, begun.price, null) as price,
    if(begun.is_in_force, begun.currency, null) as currency,
    if(begun.is_in_force, begun.price_unit, null) as price_unit,
    if(begun.is_in_force, begun.valid_from, null) as valid_from,
    if(begun.is_in_force, begun.source_url, null) as source_url,
    if(begun.is_in_force, begun.sha256, null) as sha256
from begun;

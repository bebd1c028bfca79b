-- The lowest price of a whole GPU that each source states for a provider, as stretches of days with one price; days are
-- missing where there was no observation for over five weeks.
-- Grain: gpu x gpu_memory_gb x form_factor x provider x pricing_model x feed x rank x since.
-- until: exclusive. usd: USD per GPU-hour. The days are those of v1.price_history, which has a row per series and day;
-- only numbers are handled until the end, where names are joined.
with feeds as (
    select provider, feed, row_number() over (order by provider, feed) as feed_no
    from (select distinct provider, source as feed from v1.source_health)
),
days as (
    select
        feeds.feed_no, health.seen_on,
        row_number() over one as nth,
        lead(health.seen_on) over one as next_on
    from v1.source_health as health
    join feeds on feeds.provider = health.provider and feeds.feed = health.source
    window one as (partition by feeds.feed_no order by health.seen_on)
),
prices as (
    select
        dense_rank() over (
            order by price_intervals.gpu, price_intervals.gpu_memory_gb, price_intervals.form_factor,
                price_intervals.provider, price_intervals.pricing_model, price_intervals.feed, price_intervals.rank
        ) as line_no,
        feeds.feed_no, price_intervals.gpu, price_intervals.gpu_memory_gb, price_intervals.form_factor,
            price_intervals.provider, price_intervals.pricing_model, price_intervals.feed, price_intervals.rank,
                price_intervals.valid_from,
        least(coalesce(price_intervals.valid_to, 'infinity'), price_intervals.last_seen_on + 36) as ends_on,
        price_intervals.usd_per_gpu_hour::double as usd
    from v1.price_intervals
    join feeds on feeds.provider = price_intervals.provider and feeds.feed = price_intervals.feed
    where price_intervals.price_scope = 'instance' and price_intervals.gpu_count >= 1
        and price_intervals.usd_per_gpu_hour is not null and price_intervals.gpu is not null
        and price_intervals.pricing_model in ('on_demand', 'spot') and price_intervals.source <> 'seed'
        and series_id not in (select series_id from v1.series where is_bound)
),
bounds as (
    select prices.line_no, prices.feed_no, prices.usd, coalesce(start_days.nth, 0) as before_nth,
        end_days.nth as last_nth
    from prices
    asof join days as end_days on end_days.feed_no = prices.feed_no and prices.ends_on > end_days.seen_on
    asof left join days as start_days on start_days.feed_no = prices.feed_no and prices.valid_from > start_days.seen_on
),
lows as (
    select line_no, any_value(feed_no) as feed_no, nth, min(usd) as usd
    from (select line_no, feed_no, usd, unnest(range(before_nth + 1, last_nth + 1)) as nth from bounds)
    group by line_no, nth
),
held as (
    select lows.line_no, lows.usd, days.seen_on, if(days.next_on - days.seen_on <= 35, days.next_on,
        days.seen_on + 1) as until
    from lows
    join days on days.feed_no = lows.feed_no and days.nth = lows.nth
),
marked as (
    select *, coalesce(lag(usd) over one = usd and lag(until) over one = seen_on, false) as goes_on
    from held
    window one as (partition by line_no order by seen_on)
),
numbered as (
    select *, sum((not goes_on)::integer) over (partition by line_no order by seen_on) as nth from marked
),
stretches as (
    select line_no, min(seen_on) as since, max(until) as until,
        any_value(usd) as usd from numbered group by line_no, nth
),
names as (
    select distinct line_no, gpu, gpu_memory_gb, form_factor, provider, pricing_model, rank, feed from prices
)
select names.gpu, names.gpu_memory_gb, names.form_factor, names.provider, names.pricing_model, names.rank,
    names.feed, stretches.since, stretches.until, stretches.usd
from stretches
join names using (line_no)

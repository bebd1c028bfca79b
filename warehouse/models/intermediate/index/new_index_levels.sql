-- Level and basket of each index on this build's days, from the index's first day on.
-- materialized: table
-- key: index_id, day
-- columns:
--   n_providers: constituents that count on the day
--   n_basket: constituents that counted on the day or on one of the 60 days before
--   quartiles: of the constituents' prices, USD per GPU-hour
--   is_ok: at least three constituents, and 60 percent of the basket
with newest as (
    select max(seen_on) as day from intermediate.scrapes
),
prices as (
    select index_id, constituent, day, usd_per_gpu_hour, n_offers from intermediate.new_index_prices
    union all
    select index_prices.index_id, index_prices.constituent, index_prices.day, null, null
    from state.index_prices
    join intermediate.index_start on index_prices.day between index_start.from_on - 60 and index_start.from_on - 1
),
baskets as (
    select index_id, day, count(*)::integer as n_basket
    from (
        select
            prices.index_id,
            unnest(
                range(0, least(coalesce(lead(prices.day) over one, newest.day + 1) - prices.day, 61))
            )::integer + prices.day as day
        from prices
        cross join newest
        window one as (partition by prices.index_id, prices.constituent order by prices.day)
    )
    group by all
),
levels as (
    select
        index_id,
        day,
        count(*)::integer as n_providers,
        sum(n_offers)::integer as n_offers,
        quantile_cont(usd_per_gpu_hour::double, [0.25, 0.5, 0.75]) as quartiles
    from prices
    where usd_per_gpu_hour is not null
    group by all
),
starts as (
    select index_id, min(first_on) as first_on
    from (
        select index_id, day + 1 as first_on from intermediate.previous_index_days
        union all
        select index_id, min(day) from levels group by all
    )
    group by all
),
days as (
    select
        starts.index_id,
        unnest(range(0, newest.day - starts.first_on + 1))::integer + starts.first_on as day
    from starts
    cross join newest
)
select
    days.index_id,
    days.day,
    coalesce(levels.n_providers, 0) as n_providers,
    coalesce(levels.n_offers, 0) as n_offers,
    coalesce(baskets.n_basket, 0) as n_basket,
    coalesce(levels.n_providers >= 3 and levels.n_providers >= 0.6 * baskets.n_basket, false) as is_ok,
    levels.quartiles
from days
left join levels using (index_id, day)
left join baskets using (index_id, day)

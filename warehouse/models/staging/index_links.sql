-- How each provider's prices moved from one day of an index to its next, for this build's days: what chains are made of.
-- Grain: index_id x provider x day (a day with enough providers, that follows one). log_ratio: the mean of ln(price / price
-- before) over the provider's series that count on both days, so that what comes, goes or is dearer by nature moves
-- nothing; n_series: how many. The page's own currency decides: an exchange rate is no change of price.
with index_days as (
    select p.index_id, p.day
    from core.index_prices as p
    cross join staging.index_from as b
    left join staging.index_since as k using (index_id)
    where p.day >= coalesce(k.since_on, b.from_on)
    group by p.index_id, p.day
    having count(*) >= 3
),
spans as (
    select index_id, min(day) as first_day, max(day) as last_day from index_days group by index_id
),
every_day as (
    select index_id, unnest(range(0, last_day - first_day + 2))::integer + first_day as day from spans
),
-- Days of the index before each day: found by equality, since as-of joins with small tables are slow.
calendar as (
    select
        e.index_id,
        e.day,
        d.day is not null as is_index_day,
        count(d.day) over (partition by e.index_id order by e.day rows between unbounded preceding and 1 preceding) as n_before
    from every_day as e
    left join index_days as d using (index_id, day)
),
placed as (
    -- Counted in days of the index: a piece is its days before_nth + 1 to last_nth. Left joins keep their order.
    select p.*, a.n_before as before_nth, z.n_before as last_nth
    from (
        select p.*, greatest(p.from_on, s.first_day) as first_day, least(p.to_on, s.last_day + 1) as end_day
        from staging.index_pieces as p
        join spans as s on s.index_id = p.index_id and p.from_on <= s.last_day and p.to_on > s.first_day
    ) as p
    left join calendar as a on a.index_id = p.index_id and a.day = p.first_day
    left join calendar as z on z.index_id = p.index_id and z.day = p.end_day
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
    select index_id, provider, rank, unnest(range(before_nth + if(goes_on, 1, 2), last_nth + 1)) as nth, before_nth, log_ratio
    from compared
),
moved as (
    select index_id, provider, rank, nth, sum(if(nth = before_nth + 1, log_ratio, 0)) / count(*) as log_ratio, count(*) as n_series
    from matched
    group by all
)
select
    m.index_id,
    m.provider,
    d.day,
    arg_min(m.log_ratio, m.rank) as log_ratio,
    arg_min(m.n_series, m.rank)::integer as n_series
from moved as m
join calendar as d on d.index_id = m.index_id and d.n_before + 1 = m.nth and d.is_index_day
where d.day >= (select from_on from staging.index_from)
group by all

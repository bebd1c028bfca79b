-- List-price index of a GPU by day: the median over its providers, and an index that only price changes move. From the
-- first day with any provider to the newest day on which a source was tried. One provider, one vote; marketplaces have
-- indices of their own. Method, with worked numbers: docs/index-method.md. List prices, not transactions.
-- materialized: table
-- key: index_id, day
with kinds as (
    select index_id, gpu, gpu_memory_gb, pricing_model, market from intermediate.index_series group by all
),
levels as (
    select
        index_id,
        day,
        count(*) as n_providers,
        sum(n_offers) as n_offers,
        quantile_cont(usd_per_gpu_hour::double, [0.25, 0.5, 0.75]) as q
    from intermediate.index_prices
    group by all
),
linked as (
    select
        index_id,
        day,
        coalesce(day_links.n_matched, 0) as n_matched,
        if(coalesce(day_links.n_matched, 0) >= 3, day_links.log_ratio, null) as log_ratio
    from levels
    left join (
        select index_id, day, count(*) as n_matched, avg(log_ratio) as log_ratio
        from intermediate.index_links
        group by all
    ) as day_links using (index_id, day)
    where n_providers >= 3
),
-- Where fewer than three providers are present on both days, nothing links them: a new chain begins, at 100.
begun as (
    select *, sum((log_ratio is null)::integer) over (partition by index_id order by day) as chain from linked
),
chained as (
    select
        index_id,
        day,
        n_matched,
        min(day) over (partition by index_id, chain) as chain_start,
        100 * exp(sum(coalesce(log_ratio, 0)) over (partition by index_id, chain order by day)) as chained_base100
    from begun
),
newest as (
    select max(seen_on) as day from intermediate.scrapes
),
spans as (
    select index_id, min(day) as first_on, count(distinct provider) as n_ever
    from intermediate.index_prices
    group by all
),
days as (
    select
        kinds.*,
        unnest(range(0, newest.day - spans.first_on + 1))::integer + spans.first_on as day,
        newest.day as newest_on
    from spans
    join kinds using (index_id)
    cross join newest
    where
        spans.n_ever >= 3
        or (kinds.gpu = 'A100' or (kinds.gpu = 'H100' and kinds.gpu_memory_gb = 80)) and kinds.market = 'first_party'
)
select
    days.index_id,
    days.gpu,
    days.gpu_memory_gb,
    days.pricing_model,
    days.market,
    days.day,
    if(chained.index_id is null, 'insufficient', 'ok') as status,
    if(chained.index_id is null, null, levels.q[2])::decimal(18, 6) as level_median,
    if(chained.index_id is null, null, levels.q[1])::decimal(18, 6) as p25,
    if(chained.index_id is null, null, levels.q[3])::decimal(18, 6) as p75,
    chained.chained_base100::decimal(18, 4) as chained_base100,
    chained.chain_start,
    coalesce(levels.n_providers, 0)::integer as n_providers,
    coalesce(levels.n_offers, 0)::integer as n_offers,
    coalesce(chained.n_matched, 0)::integer as n_matched,
    if(days.day = days.newest_on, 'provisional', 'final') as vintage,
    'gpu-index-1' as methodology_version
from days
left join levels using (index_id, day)
left join chained using (index_id, day)

-- What a GPU costs on list, day by day: the median of its providers, and an index that only price changes move.
-- Grain: index_id x day, from the first day with any provider to the newest day on which a source was tried. One provider, one vote; prices of
-- marketplaces are indices of their own. Method, with worked numbers: docs/index-method.md. List prices, not transactions.
with kinds as (
    select index_id, gpu, gpu_memory_gb, pricing_model, market from staging.index_series group by all
),
levels as (
    select
        index_id,
        day,
        count(*) as n_providers,
        sum(n_offers) as n_offers,
        quantile_cont(usd_per_gpu_hour::double, [0.25, 0.5, 0.75]) as q
    from core.index_prices
    group by all
),
linked as (
    select
        index_id,
        day,
        coalesce(l.n_matched, 0) as n_matched,
        if(coalesce(l.n_matched, 0) >= 3, l.log_ratio, null) as log_ratio
    from levels
    left join (
        select index_id, day, count(*) as n_matched, avg(log_ratio) as log_ratio from core.index_links group by all
    ) as l using (index_id, day)
    where n_providers >= 3
),
-- Where fewer than three providers are on both days, nothing links them: a chain begins, at 100.
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
    select max(seen_on) as day from core.looks
),
spans as (
    select index_id, min(day) as first_on, count(distinct provider) as n_ever from core.index_prices group by all
),
days as (
    select k.*, unnest(range(0, n.day - s.first_on + 1))::integer + s.first_on as day, n.day as newest_on
    from spans as s
    join kinds as k using (index_id)
    cross join newest as n
    where s.n_ever >= 3 or (k.gpu = 'A100' or (k.gpu = 'H100' and k.gpu_memory_gb = 80)) and k.market = 'first_party'
)
select
    d.index_id,
    d.gpu,
    d.gpu_memory_gb,
    d.pricing_model,
    d.market,
    d.day,
    if(c.index_id is null, 'insufficient', 'ok') as status,
    if(c.index_id is null, null, l.q[2])::decimal(18, 6) as level_median,
    if(c.index_id is null, null, l.q[1])::decimal(18, 6) as p25,
    if(c.index_id is null, null, l.q[3])::decimal(18, 6) as p75,
    c.chained_base100::decimal(18, 4) as chained_base100,
    c.chain_start,
    coalesce(l.n_providers, 0)::integer as n_providers,
    coalesce(l.n_offers, 0)::integer as n_offers,
    coalesce(c.n_matched, 0)::integer as n_matched,
    if(d.day = d.newest_on, 'provisional', 'final') as vintage,
    'gpu-index-1' as methodology_version
from days as d
left join levels as l using (index_id, day)
left join chained as c using (index_id, day)

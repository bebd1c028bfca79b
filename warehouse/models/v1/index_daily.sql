-- List-price index of a GPU by day and kind of provider: the median over its providers, and a chain that only price
-- changes move. From the first day with any provider to the newest day on which a source was tried. One provider, one
-- vote; hyperscalers, specialised clouds and marketplaces are never in one index. Method, with worked numbers:
-- docs/index-method.md. List prices, not transactions.
-- materialized: view
-- key: index_id, day
with kinds as (
    select index_id, gpu, gpu_memory_gb, pricing_model, market, provider_kind
    from intermediate.index_series
    group by all
),
known as (
    select index_id, bool_or(n_providers >= 3) as is_market, max(day) as newest_on
    from intermediate.index_days
    group by all
)
select
    days.index_id,
    kinds.gpu,
    kinds.gpu_memory_gb,
    kinds.pricing_model,
    kinds.market,
    days.day,
    case
        when days.is_ok then 'ok'
        when days.n_providers >= 3 then 'thin'
        else 'insufficient'
    end as status,
    (days.median * days.adjustment)::decimal(18, 6) as level_median,
    (days.p25 * days.adjustment)::decimal(18, 6) as p25,
    (days.p75 * days.adjustment)::decimal(18, 6) as p75,
    if(days.is_ok, 100 * exp(days.log_chain::double), null)::decimal(18, 4) as chained_base100,
    if(days.is_ok, days.chain_start, null) as chain_start,
    days.n_providers,
    days.n_offers,
    days.n_matched,
    if(days.day = known.newest_on, 'provisional', 'final') as vintage,
    'gpu-index-2' as methodology_version,
    kinds.provider_kind,
    days.n_basket,
    days.median::decimal(18, 6) as basket_median,
    days.adjustment
from (select *, exp(-log_held::double) as adjustment from intermediate.index_days) as days
join kinds on kinds.index_id = days.index_id
join known on known.index_id = days.index_id
where known.is_market
    or (kinds.gpu = 'A100' or (kinds.gpu = 'H100' and kinds.gpu_memory_gb = 80))
    and kinds.provider_kind in ('hyperscaler', 'neocloud')

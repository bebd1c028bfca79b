-- What each look stated of each series. A series is what has one price history: source x provider x SKU x GPU x count x
-- region x zone x pricing model x term x upfront x scope; sources are never spliced. Only what states a price, or should (missing).
-- Grain: series_id x is_announced x observed_at (to last_at, n_seen looks, where imported rows repeat). Money: usd_price USD in the offer's own unit, usd_per_gpu_hour USD per
-- GPU-hour (NULL for components, statistics, unknown counts). is_announced: of a price whose day has not come.
-- n_prices: 2 where one look states two different prices for the series, else 1.
-- rank: which source answers for its provider (1 = first), from seeds.source_ranks; what others read of it comes after.
with every as (
    select * from staging.offers where source <> 'order_book'
    union all by name
    select * from staging.order_book
    union all by name
    select * from staging.oracle_shapes
    union all by name
    select * from staging.gcp_component_sums
),
named as (
    select
        md5(concat_ws(
            '|', e.source, e.provider, e.instance, coalesce(e.gpu, e.gpu_label), e.form_factor, e.gpu_memory_gb,
            e.gpu_count, e.region, e.zone, e.pricing_model, e.term_months, e.upfront, e.price_scope
        )) as series_id,
        coalesce(e.effective_from > e.observed_at::date, false) as is_announced,
        e.observed_at::date as observed_on,
        -- The pages of one live scrape are one look; else each time is.
        if(e.origin = 'live', e.landing_id || e.observed_at::date, e.observed_at::varchar) as look,
        e.* exclude (captured_at),
        coalesce(r.rank, case e.origin when 'seed' then 9 when 'imported' then 6 else 5 end)::integer as rank
    from every as e
    left join seeds.source_ranks as r on r.provider = e.provider and r.source = e.source
    where e.price_status in ('priced', 'missing') and e.price_scope <> 'host_component'
),
numbered as (select *, row_number() over () as nth from named),
-- The same thing twice in one look: the latest landing answers, then the dearer (a too low price misleads more).
-- Found by grouping numbers, which is far cheaper than sorting the rows.
chosen as (
    select
        arg_max(nth, (landed_at, coalesce(price, 0), observed_at, text, -nth)) as nth,
        greatest(max(n_prices), if(min(coalesce(price, 0)) <> max(coalesce(price, 0)), 2, 1)) as n_prices
    from numbered
    group by series_id, is_announced, look
)
select n.* exclude (look, landing_id, nth, n_prices), c.n_prices
from numbered as n
join chosen as c using (nth)

-- Every priced observation of every series. A series is what has one price history: source x provider x SKU x
-- GPU x count x region x pricing model x term x upfront x scope; sources are never spliced.
-- Grain: series_id x observed_at. Money: usd_per_gpu_hour USD per GPU-hour (NULL for components).
-- rank: which source answers for its provider (1 = first), from seeds.source_ranks.
with every as (
    select * from staging.offers
    union all by name
    select * from core.oracle_shapes
    union all by name
    select * from core.gcp_component_sums
)
select
    md5(concat_ws(
        '|', e.source, e.provider, e.instance, coalesce(e.gpu, e.gpu_label), e.form_factor, e.gpu_memory_gb,
        e.gpu_count, e.region, e.pricing_model, e.term_months, e.upfront, e.price_scope
    )) as series_id,
    e.observed_at::date as observed_on,
    e.* exclude (captured_at, price_status),
    coalesce(r.rank, if(e.source = 'seed', 9, 5))::integer as rank
from every as e
left join seeds.source_ranks as r on r.provider = e.provider and r.source = e.source
where e.price_status = 'priced' and e.price_scope <> 'host_component'
-- The same thing twice on one page: the latest landing answers, then the dearer (a too low price misleads more).
qualify row_number() over (partition by series_id, e.observed_at order by e.landed_at desc, e.price desc, e.text) = 1

-- What the GPUs of a server of so many cost: each provider's lowest price now on a machine that such servers fill.
-- Grain: provider x spec x pricing_model x term_months x tp. usd_per_gpu_hour: USD per GPU-hour, all-in; of machines
-- with gpu_count GPUs, a multiple of tp: a server does not span machines. Prices that are held or older than a week, of
-- parts, of fractions of a GPU, of unknown term, of GPUs without a spec and of the seed document are left out.
-- instance to source_url: of that price.
select
    o.provider,
    g.spec,
    o.gpu,
    o.form_factor,
    o.gpu_memory_gb,
    o.pricing_model,
    coalesce(o.term_months, 0) as term_months,
    k.tp,
    o.usd_per_gpu_hour,
    o.gpu_count::integer as gpu_count,
    o.instance,
    o.region,
    o.price_scope,
    o.series_id,
    o.as_of,
    o.observed_at,
    o.origin,
    o.source_url
from staging.offers_now as o
join marts.priced_gpus as g
    on g.gpu = o.gpu and g.form_factor is not distinct from o.form_factor and g.gpu_memory_gb is not distinct from o.gpu_memory_gb
join (values (1), (2), (4), (8)) as k (tp) on o.gpu_count >= k.tp and o.gpu_count % k.tp = 0
where g.spec is not null
    and o.is_preferred
    and not o.is_held
    and o.age_days <= 7
    and (o.pricing_model in ('on_demand', 'spot') or (o.pricing_model = 'reserved' and o.term_months > 0))
-- Of several at the lowest price always the same one, or a rebuild would differ.
qualify row_number() over (
    partition by o.provider, g.spec, o.pricing_model, o.term_months, k.tp
    order by o.usd_per_gpu_hour, o.instance, o.region, o.series_id
) = 1
order by provider, spec, pricing_model, term_months, tp

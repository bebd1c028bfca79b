-- Each provider's lowest current price of the GPUs of a server, on machines that such servers fill. Left out: prices
-- that are quarantined or older than a week, of parts, of fractions of a GPU, of unknown term, of GPUs without a spec,
-- and of the reference document. instance to source_url: of that price.
-- materialized: table
-- key: provider, spec, pricing_model, term_months, tp
-- columns:
--   usd_per_gpu_hour: USD per GPU-hour, all-in, on machines whose gpu_count is a multiple of tp: a server does not span
--     machines
select
    cost_offers.provider,
    priced_gpus.spec,
    cost_offers.gpu,
    cost_offers.form_factor,
    cost_offers.gpu_memory_gb,
    cost_offers.pricing_model,
    coalesce(cost_offers.term_months, 0) as term_months,
    sizes.tp,
    cost_offers.usd_per_gpu_hour,
    cost_offers.gpu_count::integer as gpu_count,
    cost_offers.instance,
    cost_offers.region,
    cost_offers.price_scope,
    cost_offers.series_id,
    cost_offers.as_of,
    cost_offers.observed_at,
    cost_offers.origin,
    cost_offers.source_url
from core.cost_offers
join marts.priced_gpus
    on
        priced_gpus.gpu = cost_offers.gpu
        and priced_gpus.form_factor is not distinct from cost_offers.form_factor
        and priced_gpus.gpu_memory_gb is not distinct from cost_offers.gpu_memory_gb
join
    (values (1), (2), (4), (8)) as sizes (tp)
on cost_offers.gpu_count >= sizes.tp and cost_offers.gpu_count % sizes.tp = 0
where priced_gpus.spec is not null
    and cost_offers.is_preferred
    and not cost_offers.is_held
    and cost_offers.age_days <= 7
    and (
        cost_offers.pricing_model in ('on_demand', 'spot')
        or (cost_offers.pricing_model = 'reserved' and cost_offers.term_months > 0)
    )
-- Among several at the lowest price always the same one, or a rebuild would differ.
qualify row_number() over (
    partition by cost_offers.provider, priced_gpus.spec, cost_offers.pricing_model, cost_offers.term_months, sizes.tp
    order by cost_offers.usd_per_gpu_hour, cost_offers.instance, cost_offers.region, cost_offers.series_id
) = 1
order by provider, spec, pricing_model, term_months, tp

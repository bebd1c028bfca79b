-- Each provider's lowest current price of the GPUs of a server that can be rented there now (why_no_server). Left out:
-- prices that are quarantined or older than 35 days, of parts, of fractions of a GPU, of unknown term, of GPUs without
-- a spec, and of the reference document. instance to source_url: of that price.
-- materialized: table
-- key: provider, spec, pricing_model, term_months, tp
-- columns:
--   usd_per_gpu_hour: USD per GPU-hour, all-in, on machines whose gpu_count is a multiple of tp: a server does not span
--     machines
select
    offers.provider,
    offers.spec,
    offers.gpu,
    offers.form_factor,
    offers.gpu_memory_gb,
    offers.pricing_model,
    coalesce(offers.term_months, 0) as term_months,
    offers.tp,
    offers.usd_per_gpu_hour,
    offers.gpu_count::integer as gpu_count,
    offers.instance,
    offers.region,
    offers.price_scope,
    offers.series_id,
    core.as_of_day() as as_of,
    offers.observed_at,
    offers.origin,
    offers.source_url
from marts.server_offers_as_of(core.as_of_day()) as offers
-- Among several at the lowest price always the same one, or a rebuild would differ.
qualify row_number() over (
    partition by offers.provider, offers.spec, offers.pricing_model, offers.term_months, offers.tp
    order by offers.usd_per_gpu_hour, offers.instance, offers.region, offers.series_id
) = 1
order by provider, spec, pricing_model, term_months, tp

-- What a million tokens cost on a day, at every price that was in force then: v1.cost_per_token for any day, machine
-- and server size. One row per series x model x precision x workload x operating_point x tp that fills the machine:
-- filter on model and workload. Prices as v1.prices_as_of gives them, of whole GPUs, all-in, not older than max_age
-- days; speeds and constants are today's.
create or replace macro v1.cost_per_token_as_of(as_of, max_age := 7) as table
select
    'roofline' as method, s.model, s.precision, s.workload, w.isl, w.osl, s.operating_point, p.provider, s.spec, p.pricing_model,
    coalesce(p.term_months, 0) as term_months, p.instance, p.region, p.gpu, p.form_factor, p.gpu_memory_gb,
    p.gpu_count::integer as gpu_count,
    p.price_scope, p.usd_per_gpu_hour, s.tp, s.batch, w.utilisation,
    usd_per_m_tokens(s.gpu_seconds_per_m_input_tokens, p.usd_per_gpu_hour, w.utilisation)::float as usd_per_m_input_tokens,
    usd_per_m_tokens(s.gpu_seconds_per_m_output_tokens, p.usd_per_gpu_hour, w.utilisation)::float as usd_per_m_output_tokens,
    ((usd_per_m_input_tokens * w.isl + usd_per_m_output_tokens * w.osl) / (w.isl + w.osl))::float as usd_per_m_tokens,
    s.output_tokens_per_s, s.ttft_s, s.tpot_s, s.theta_version, p.series_id,
    as_of::date as as_of, p.observed_at, p.origin, p.source_url
from v1.prices_as_of(as_of, max_age := max_age) as p
join marts.priced_gpus as g
    on g.gpu = p.gpu and g.form_factor is not distinct from p.form_factor and g.gpu_memory_gb is not distinct from p.gpu_memory_gb
join marts.inference_speed as s on s.spec = g.spec and p.gpu_count >= s.tp and p.gpu_count % s.tp = 0
join marts.workloads as w on w.workload = s.workload
where p.price_scope = 'instance' and p.usd_per_gpu_hour > 0 and p.is_preferred;

-- What training a model once costs, from the lowest to the highest price of each pricing model, then and now.
-- Grain: edition x model x spec x method x precision x pricing_model. edition: seed (the document's day) or newest.
-- method: nominal (the seed's formula: all parameters, at the full dense 16-bit rate, which no run reaches) and
-- reported_mfu (parameters active per token, at the share of the peak that whole runs report; mfu_low and mfu_high
-- bound it); the two are never mixed. usd_low and usd_high: over providers' lowest prices, at mfu; usd_widest_*: and
-- over the range of mfu. gpus_to_hold: fewest GPUs whose memory holds Adam's state in mixed precision, 16 bytes per
-- parameter, activations not counted. Hours are GPU-hours; one run, without failed ones.
with models as (
    select model, params, params as active_params, training_tokens, true as is_seed from seeds.seed_models
    union all
    select name, total_params_b * 1e9, active_params_b * 1e9, training_tokens, false
    from marts.llm_specs
    where training_tokens is not null
),
mfus as (
    select
        'reported_mfu' as method, if(name = 'training_mfu_fp8', 'FP8', 'BF16') as precision,
        value as mfu, low as mfu_low, high as mfu_high, version
    from marts.theta
    where name in ('training_mfu_bf16', 'training_mfu_fp8') and version = (select max(version) from marts.theta)
    union all
    select 'nominal', 'BF16', 1, 1, 1, null
),
-- One provider, one vote, as in the document; reserved is for a year.
prices as (
    select
        p.edition, p.as_of, g.spec, p.pricing_model,
        count(distinct p.provider) as n_providers,
        min(p.usd_per_gpu_hour) as usd_per_gpu_hour_low, arg_min(p.provider, row(p.usd_per_gpu_hour, p.provider)) as provider_low,
        max(p.usd_per_gpu_hour) as usd_per_gpu_hour_high, arg_max(p.provider, row(p.usd_per_gpu_hour, p.provider)) as provider_high
    from marts.provider_prices as p
    join marts.priced_gpus as g
        on g.gpu = p.gpu and g.gpu_memory_gb = p.gpu_memory_gb and g.form_factor is not distinct from p.form_factor
    where g.spec is not null
    group by all
),
hours as (
    select
        m.*, f.*, s.name as spec,
        if(f.precision = 'FP8', s.fp8_tflops, s.nominal_tflops) as peak_tflops,
        training_flop(if(f.method = 'nominal', m.params, m.active_params), m.training_tokens) as flop,
        training_gpu_hours(flop, peak_tflops, f.mfu) as gpu_hours,
        ceil(full_training_bytes(m.params) / (s.device_mib * 1048576)) as gpus_to_hold
    from models as m
    cross join mfus as f
    join marts.gpu_specs as s on s.name in (select spec from prices)
    where peak_tflops is not null
)
select
    p.edition, p.as_of, h.model, h.is_seed, h.spec, h.method, h.precision, p.pricing_model, h.params, h.active_params,
    h.training_tokens, h.flop, h.mfu, h.mfu_low, h.mfu_high, h.gpu_hours, h.gpus_to_hold::bigint as gpus_to_hold, p.n_providers,
    p.usd_per_gpu_hour_low, p.provider_low, training_usd(h.gpu_hours, p.usd_per_gpu_hour_low) as usd_low,
    p.usd_per_gpu_hour_high, p.provider_high, training_usd(h.gpu_hours, p.usd_per_gpu_hour_high) as usd_high,
    usd_low * h.mfu / h.mfu_high as usd_widest_low,
    usd_high * h.mfu / h.mfu_low as usd_widest_high,
    h.version as theta_version
from hours as h
join prices as p using (spec)
order by edition, params, model, method, precision, spec, pricing_model

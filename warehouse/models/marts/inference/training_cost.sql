-- Cost of training a model once, from the lowest to the highest price of each pricing model, in 2023 and now. Hours are
-- GPU-hours of one run; failed runs are not included.
-- materialized: table
-- key: edition, model, spec, method, precision, pricing_model
-- columns:
--   edition: seed (the reference document's day) or newest
--   method: nominal (the reference document's formula, at the full dense 16-bit rate, which no run reaches) and
--     reported_mfu (at the share of the peak that whole training runs report; mfu_low and mfu_high bound it), only on
--     chips that can train (gpu_specs.can_train); the two are never mixed, and both count the parameters active per
--     token
--   usd_low, usd_high: USD over providers' lowest prices, at mfu; usd_widest_*: also over the range of mfu
--   gpus_to_hold: fewest GPUs whose memory holds Adam's state in mixed precision, 16 bytes per parameter, activations
--     not counted
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
-- One provider, one vote, as in the reference document; reserved means one year.
prices as (
    select
        edition, as_of, spec, pricing_model,
        count(*) as n_providers,
        min(usd_per_gpu_hour) as usd_per_gpu_hour_low,
        arg_min(provider, row(usd_per_gpu_hour, provider)) as provider_low,
        max(usd_per_gpu_hour) as usd_per_gpu_hour_high,
        arg_max(provider, row(usd_per_gpu_hour, provider)) as provider_high
    from marts.spec_prices
    group by all
),
hours as (
    select
        models.*, mfus.*, gpu_specs.name as spec,
        case
            when mfus.precision = 'FP8' then gpu_specs.fp8_tflops
            else coalesce(gpu_specs.bf16_tflops, gpu_specs.matmul_tflops)
        end as peak_tflops,
        training_flop(models.active_params, models.training_tokens) as flop,
        training_gpu_hours(flop, peak_tflops, mfus.mfu) as gpu_hours,
        ceil(full_training_bytes(models.params) / (gpu_specs.device_mib * 1048576)) as gpus_to_hold
    from models
    cross join mfus
    join marts.gpu_specs on gpu_specs.name in (select spec from prices)
    where peak_tflops is not null and (mfus.method = 'nominal' or gpu_specs.can_train)
)
select
    prices.edition,
    prices.as_of,
    hours.model,
    hours.is_seed,
    hours.spec,
    hours.method,
    hours.precision,
    prices.pricing_model,
    hours.params,
    hours.active_params,
    hours.training_tokens,
    hours.flop,
    hours.mfu,
    hours.mfu_low,
    hours.mfu_high,
    hours.gpu_hours,
    hours.gpus_to_hold::bigint as gpus_to_hold,
    prices.n_providers,
    prices.usd_per_gpu_hour_low,
    prices.provider_low,
    training_usd(hours.gpu_hours, prices.usd_per_gpu_hour_low) as usd_low,
    prices.usd_per_gpu_hour_high,
    prices.provider_high,
    training_usd(hours.gpu_hours, prices.usd_per_gpu_hour_high) as usd_high,
    usd_low * hours.mfu / hours.mfu_high as usd_widest_low,
    usd_high * hours.mfu / hours.mfu_low as usd_widest_high,
    hours.version as theta_version
from hours
join prices using (spec)
order by edition, params, model, method, precision, spec, pricing_model

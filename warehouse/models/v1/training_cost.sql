-- Cost of training a model once at current prices, from the lowest provider to the highest.
-- materialized: view
-- key: model, spec, method, precision, pricing_model
-- columns:
--   method: nominal (the reference document's formula at the datasheet's speed) or reported_mfu (at the share of it
--     that whole training runs report); never mixed
--   that whole versions report); never mixed
select
    model,
    spec,
    method,
    precision,
    pricing_model,
    params,
    active_params,
    training_tokens,
    flop,
    mfu,
    mfu_low,
    mfu_high,
    gpu_hours,
    gpus_to_hold,
    n_providers,
    usd_per_gpu_hour_low,
    provider_low,
    usd_low,
    usd_per_gpu_hour_high,
    provider_high,
    usd_high,
    usd_widest_low, usd_widest_high, theta_version, as_of
from marts.training_cost
where edition = 'newest'

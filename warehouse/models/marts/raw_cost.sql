-- The document's raw compute cost for every provider's price: 1,000 tokens and one training run at nominal speed.
-- Grain: edition x model x provider x gpu x gpu_memory_gb x pricing_model. USD; nominal speed is never reached, so
-- these are lower bounds. low and high: over all prices of the same edition, model and GPU.
select
    p.edition,
    p.as_of,
    m.model,
    p.provider,
    p.gpu,
    p.gpu_memory_gb,
    p.pricing_model,
    p.usd_per_gpu_hour,
    nominal_seconds(inference_flop(m.params, 1000), n.nominal_tflops) as seconds_per_1000_tokens,
    usd_for_seconds(nominal_seconds(inference_flop(m.params, 1000), n.nominal_tflops), p.usd_per_gpu_hour)
        as usd_per_1000_tokens,
    min(usd_per_1000_tokens) over same as usd_per_1000_tokens_low,
    max(usd_per_1000_tokens) over same as usd_per_1000_tokens_high,
    usd_for_seconds(
        nominal_seconds(training_flop(m.params, m.training_tokens), n.nominal_tflops), p.usd_per_gpu_hour
    ) as usd_per_training_run,
    min(usd_per_training_run) over same as usd_per_training_run_low,
    max(usd_per_training_run) over same as usd_per_training_run_high
from marts.provider_prices as p
join marts.priced_gpus as g
    on g.gpu = p.gpu and g.gpu_memory_gb = p.gpu_memory_gb and g.form_factor is not distinct from p.form_factor
join marts.gpu_specs as n on n.name = g.spec and n.nominal_tflops is not null
cross join seeds.seed_models as m
window same as (partition by p.edition, m.model, p.gpu)
order by p.edition, m.params, p.gpu, usd_per_1000_tokens

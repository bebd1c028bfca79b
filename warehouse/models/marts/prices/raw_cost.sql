-- The reference document's raw compute cost at every provider's price: 1,000 tokens and one training run at nominal
-- speed. USD; nominal speed is never reached, so these are lower bounds. low and high: over all prices of the same
-- edition, model and GPU that are not sold out.
-- materialized: table
-- key: edition, model, provider, market, gpu, gpu_memory_gb, pricing_model
-- columns:
--   market: first_party, or marketplace (other people's machines, aggregators included)
select
    provider_prices.edition,
    provider_prices.as_of,
    seed_models.model,
    provider_prices.provider,
    provider_prices.market,
    provider_prices.gpu,
    provider_prices.gpu_memory_gb,
    provider_prices.pricing_model,
    provider_prices.usd_per_gpu_hour,
    provider_prices.availability,
    nominal_seconds(inference_flop(seed_models.params, 1000), gpu_specs.nominal_tflops) as seconds_per_1000_tokens,
    usd_for_seconds(
        nominal_seconds(inference_flop(seed_models.params, 1000), gpu_specs.nominal_tflops),
        provider_prices.usd_per_gpu_hour
    )
        as usd_per_1000_tokens,
    min(usd_per_1000_tokens) filter (where not is_sold_out(provider_prices.availability))
        over same
        as usd_per_1000_tokens_low,
    max(usd_per_1000_tokens) filter (where not is_sold_out(provider_prices.availability))
        over same
        as usd_per_1000_tokens_high,
    usd_for_seconds(
        nominal_seconds(training_flop(seed_models.params, seed_models.training_tokens), gpu_specs.nominal_tflops),
        provider_prices.usd_per_gpu_hour
    ) as usd_per_training_run,
    min(usd_per_training_run) filter (where not is_sold_out(provider_prices.availability))
        over same
        as usd_per_training_run_low,
    max(usd_per_training_run) filter (where not is_sold_out(provider_prices.availability))
        over same
        as usd_per_training_run_high
from marts.provider_prices
join marts.priced_gpus
    on
        priced_gpus.gpu = provider_prices.gpu
        and priced_gpus.gpu_memory_gb = provider_prices.gpu_memory_gb
        and priced_gpus.form_factor is not distinct from provider_prices.form_factor
join marts.gpu_specs on gpu_specs.name = priced_gpus.spec and gpu_specs.nominal_tflops is not null
cross join seeds.seed_models
window same as (partition by provider_prices.edition, seed_models.model, provider_prices.gpu)
order by provider_prices.edition, seed_models.params, provider_prices.gpu, usd_per_1000_tokens

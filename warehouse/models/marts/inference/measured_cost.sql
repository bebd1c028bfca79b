-- USD per million tokens as measured and as modelled, side by side: each current result whose GPU can be rented now as
-- a server of so many GPUs, at the cheapest such price of each kind. Tokens of both kinds in the result's own mix, GPUs
-- busy around the clock.
-- materialized: table
-- key: result_id, pricing_model, term_months
-- columns:
--   measured_usd_per_m_tokens, modelled_usd_per_m_tokens: by measured and by modelled speed, same settings, same price
--   times_apart: the larger by the smaller; is_apart: more than 1.5
--   machine_gpus: GPUs that a rented machine has at least: a result of more ran on several
--   usd_per_gpu_hour: USD per GPU-hour, all-in; provider, instance, price_source_url: of that price
with cheapest as (
    select *
    from marts.server_prices
    qualify row_number() over (
        partition by spec, pricing_model, term_months, tp order by usd_per_gpu_hour, provider, instance
    ) = 1
)
select
    results.result_id,
    cheapest.pricing_model,
    cheapest.term_months,
    results.source,
    results.software,
    results.date,
    results.model,
    results.gpu_spec,
    results.weights,
    results.n_gpus,
    results.isl,
    results.osl,
    results.concurrency,
    results.scenario,
    results.measured_tokens_per_s_per_gpu,
    results.modelled_tokens_per_s_per_gpu,
    cheapest.tp as machine_gpus,
    cheapest.provider,
    cheapest.instance,
    cheapest.usd_per_gpu_hour,
    usd_per_m_mixed_tokens(
        results.measured_tokens_per_s_per_gpu, cheapest.usd_per_gpu_hour, results.isl, results.osl
    ) as measured_usd_per_m_tokens,
    usd_per_m_mixed_tokens(
        results.modelled_tokens_per_s_per_gpu, cheapest.usd_per_gpu_hour, results.isl, results.osl
    ) as modelled_usd_per_m_tokens,
    results.times_apart,
    results.is_apart,
    results.in_scope,
    cheapest.as_of,
    results.source_url,
    cheapest.source_url as price_source_url
from marts.measured_throughput as results
join cheapest
    on
        cheapest.spec = results.gpu_spec
        -- Servers have 1, 2, 4 or 8 GPUs; of an odd number, the next larger one was rented.
        and cheapest.tp = list_min([size for size in [1, 2, 4, 8] if size >= least(results.n_gpus, 8)])
where results.is_current and results.modelled_tokens_per_s_per_gpu is not null
order by result_id, pricing_model, term_months

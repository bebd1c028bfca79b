-- USD per million tokens by measured and by modelled speed, side by side: each published result whose GPU can be rented
-- now, at the cheapest price of each kind. Tokens of both kinds in the result's own mix, GPUs busy around the clock.
-- materialized: view
-- key: result_id, pricing_model, term_months
-- columns:
--   result_id: stable name of a published result
--   source, software, date: who measured, with which engine, and when
--   scenario: what the source calls the test
--   gpu_spec, weights, n_gpus: what it ran on, in which format
--   isl, osl, concurrency: mean tokens in and out of a request, and requests at once; NULL: left open by the source
--   measured_tokens_per_s_per_gpu, modelled_tokens_per_s_per_gpu: tokens made per second and GPU
--   machine_gpus: GPUs that a rented machine has at least: a result of more ran on several
--   measured_usd_per_m_tokens, modelled_usd_per_m_tokens: by measured and by modelled speed, same settings, same price
--   times_apart: the larger by the smaller
--   is_apart: whether they are more than 1.5 times apart
--   in_scope: whether the model's class was ever measured, so that the model's answers are vouched for
--   price_source_url: where the price was stated
select
    result_id, model, gpu_spec, weights, n_gpus, isl, osl, concurrency, scenario, source, software, date,
    measured_tokens_per_s_per_gpu, modelled_tokens_per_s_per_gpu,
    pricing_model, term_months, machine_gpus, provider, instance, usd_per_gpu_hour,
    measured_usd_per_m_tokens, modelled_usd_per_m_tokens, times_apart, is_apart, in_scope,
    as_of, source_url, price_source_url
from marts.measured_cost

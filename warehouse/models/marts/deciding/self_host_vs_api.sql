-- Break-even volume of self-hosting against a hosted API: tokens per day from which a rented machine is cheaper than a
-- host's list price, if any. The machine is the cheapest per token now at the workload's latency, with all of its
-- gpu_count GPUs in servers of tp; it runs around the clock, busy or not. hosted_*: one host's list price in USD per
-- million tokens, never an average of several, with nothing in its cache; hosted_since: first day of that price, NULL:
-- undated; hosted_on: day of the list. Staff and redundancy are not included. Other days, a hit rate of the cache,
-- batch prices, a load that leaves the machine idle: v1.self_host_vs_api_as_of.
-- materialized: table
-- key: model, workload, precision, pricing_model, term_months, host, hosted_model
-- columns:
--   break_even_utilisation: share of the machine's capacity at which both cost the same
--   break_even_tokens_per_day: input and output tokens per day at that share; both NULL where the host is cheaper even
--     than a machine that is always busy
with hosted as (
    from marts.hosted_prices where model is not null and not coalesce(is_deprecated, false)
),
servers as (
    select cheapest_inference.*, workloads.isl, workloads.osl, inference_speed.output_tokens_per_s
    from marts.cheapest_inference
    join marts.workloads using (workload)
    join marts.inference_speed
        on
            inference_speed.model = cheapest_inference.model
            and inference_speed.spec = cheapest_inference.spec
            and inference_speed.tp = cheapest_inference.tp
            and inference_speed.precision = cheapest_inference.precision
            and inference_speed.workload = cheapest_inference.workload
        and inference_speed.operating_point = if(workloads.tpot_limit_s is null, 'max_batch', 'latency_bound')
    join marts.llm_specs on llm_specs.name = cheapest_inference.model
    where cheapest_inference.place = 1
        -- Fewer bits than eight only where the model was released so.
        and cheapest_inference.precision in ('FP16', 'FP8', llm_specs.published_as)
)
select
    servers.model,
    servers.workload,
    servers.precision,
    servers.pricing_model,
    servers.term_months,
    hosted.host,
    hosted.hosted_model,
    hosted.usd_per_m_input_tokens as hosted_usd_per_m_input_tokens,
    hosted.usd_per_m_output_tokens as hosted_usd_per_m_output_tokens,
    hosted.usd_per_m_cached_input_tokens as hosted_usd_per_m_cached_input_tokens,
    hosted.usd_per_m_cache_write_tokens as hosted_usd_per_m_cache_write_tokens,
    hosted.usd_per_m_batch_input_tokens as hosted_usd_per_m_batch_input_tokens,
    hosted.usd_per_m_batch_output_tokens as hosted_usd_per_m_batch_output_tokens,
    hosted_usd_per_m_tokens(
        hosted.usd_per_m_input_tokens, null, hosted.usd_per_m_output_tokens, servers.isl, servers.osl, 0
    )::double as hosted_usd_per_m_tokens,
    hosted.valid_from as hosted_since,
    hosted.list_read_on as hosted_on,
    servers.spec,
    servers.tp,
    greatest(servers.gpu_count, servers.tp) as gpu_count,
    servers.provider,
    servers.instance,
    servers.usd_per_gpu_hour,
    servers.as_of,
    servers.usd_per_m_tokens * servers.utilisation as own_usd_per_m_tokens_at_full_use,
    servers.usd_per_gpu_hour::double * greatest(servers.gpu_count, servers.tp) * 24 as own_usd_per_day,
    greatest(servers.gpu_count, servers.tp)
    / servers.tp
    * tokens_per_day(servers.output_tokens_per_s, servers.isl, servers.osl) as capacity_tokens_per_day,
    nullif(least(own_usd_per_m_tokens_at_full_use / hosted_usd_per_m_tokens, 1), 1) as break_even_utilisation,
    break_even_utilisation * capacity_tokens_per_day as break_even_tokens_per_day,
    servers.theta_version,
    if(hosted.origin = 'package', hosted.sha256, hosted.source) as hosted_list,
    hosted.source_url as hosted_url
from servers
join hosted using (model)
where servers.isl > hosted.above_tokens
    and servers.isl <= coalesce(hosted.up_to_input_tokens, 'infinity'::double)
order by model, workload, precision, pricing_model, term_months, hosted_usd_per_m_tokens, host, hosted_model

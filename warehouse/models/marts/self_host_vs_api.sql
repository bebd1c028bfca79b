-- From how many tokens a day on a rented machine of one's own is cheaper than a host's list price, if it ever is.
-- Grain: model x workload x precision x pricing_model x term_months x host x hosted_model. The machine is the one that
-- is cheapest per token now at the workload's latency, all of its gpu_count GPUs in servers of tp; it runs around the
-- clock, busy or not. hosted_*: one host's list price in USD per million tokens, never an average of several;
-- hosted_since: first day of that price, NULL: undated; hosted_on: day of the list. break_even_utilisation: share of
-- the machine's capacity at which both cost the same; break_even_tokens_per_day: so many tokens, read and made; both
-- NULL where the host is cheaper than even a machine that is always busy. What people and redundancy cost is not in it.
with hosted as (
    select *
    from marts.hosted_prices
    where hours_utc is null and not is_deprecated and coalesce(valid_from <= coalesce(released_on, current_date), true)
    qualify row_number() over (partition by host, hosted_model order by valid_from desc nulls last) = 1
        -- A price that depends on the hour is not one price.
        and (host, hosted_model) not in (select (host, hosted_model) from marts.hosted_prices where hours_utc is not null)
),
servers as (
    select c.*, w.isl, w.osl, s.output_tokens_per_s
    from marts.cheapest_inference as c
    join marts.workloads as w using (workload)
    join marts.inference_speed as s
        on s.model = c.model and s.spec = c.spec and s.tp = c.tp and s.precision = c.precision and s.workload = c.workload
        and s.operating_point = if(w.tpot_limit_s is null, 'max_batch', 'latency_bound')
    where c.place = 1 and c.precision in ('FP16', 'FP8')
)
select
    s.model,
    s.workload,
    s.precision,
    s.pricing_model,
    s.term_months,
    h.host,
    h.hosted_model,
    h.usd_per_m_input_tokens as hosted_usd_per_m_input_tokens,
    h.usd_per_m_output_tokens as hosted_usd_per_m_output_tokens,
    ((h.usd_per_m_input_tokens * s.isl + h.usd_per_m_output_tokens * s.osl) / (s.isl + s.osl))::double as hosted_usd_per_m_tokens,
    h.valid_from as hosted_since,
    h.released_on as hosted_on,
    s.spec,
    s.tp,
    s.gpu_count,
    s.provider,
    s.instance,
    s.usd_per_gpu_hour,
    s.as_of,
    s.usd_per_m_tokens * s.utilisation as own_usd_per_m_tokens_at_full_use,
    s.usd_per_gpu_hour::double * s.gpu_count * 24 as own_usd_per_day,
    s.gpu_count / s.tp * tokens_per_day(s.output_tokens_per_s, s.isl, s.osl) as capacity_tokens_per_day,
    nullif(least(own_usd_per_m_tokens_at_full_use / hosted_usd_per_m_tokens, 1), 1) as break_even_utilisation,
    break_even_utilisation * capacity_tokens_per_day as break_even_tokens_per_day,
    s.theta_version,
    h.package || ' ' || h.version as hosted_list,
    h.source_url as hosted_url
from servers as s
join hosted as h using (model)
where s.isl <= coalesce(h.up_to_input_tokens, 'infinity'::double)
order by model, workload, precision, pricing_model, term_months, hosted_usd_per_m_tokens, host, hosted_model

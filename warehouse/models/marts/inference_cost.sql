-- What a million tokens cost on each provider's cheapest machine now, on the servers that make them cheapest there.
-- Grain: model x precision x workload x operating_point x provider x spec x pricing_model x term_months. tp: of 1, 2, 4
-- and 8 GPUs per server the one with the lowest cost of a request; smallest_tp: the fewest that hold the model, and
-- smallest_usd_per_m_tokens what they cost. usd_per_m_input_tokens and usd_per_m_output_tokens: USD per million, with
-- servers busy a share `utilisation` of the hours paid for; together they are a request's cost. usd_per_m_tokens: of
-- both kinds, in the workload's own mix. Where that price is from stands in marts.server_prices, under the same
-- provider, spec, pricing_model, term_months and tp; speeds are those of marts.inference_speed.
with costed as (
    select
        s.model,
        s.precision,
        s.workload,
        s.operating_point,
        p.provider,
        s.spec,
        p.pricing_model,
        p.term_months,
        s.tp,
        p.usd_per_gpu_hour,
        w.utilisation,
        usd_per_m_tokens(s.gpu_seconds_per_m_input_tokens, p.usd_per_gpu_hour, w.utilisation)::float as usd_per_m_input_tokens,
        usd_per_m_tokens(s.gpu_seconds_per_m_output_tokens, p.usd_per_gpu_hour, w.utilisation)::float as usd_per_m_output_tokens,
        ((usd_per_m_input_tokens * w.isl + usd_per_m_output_tokens * w.osl) / (w.isl + w.osl))::float as usd_per_m_tokens,
        s.batch,
        s.output_tokens_per_s,
        s.ttft_s,
        s.tpot_s,
        s.theta_version
    from marts.inference_speed as s
    join marts.server_prices as p using (spec, tp)
    join marts.workloads as w using (workload)
),
-- Grouped, since of so many rows with such long keys a window would sort each.
chosen as (
    select
        model,
        precision,
        workload,
        operating_point,
        provider,
        spec,
        pricing_model,
        term_months,
        arg_min(
            struct_pack(
                tp := tp, usd_per_gpu_hour := usd_per_gpu_hour, utilisation := utilisation,
                usd_per_m_input_tokens := usd_per_m_input_tokens, usd_per_m_output_tokens := usd_per_m_output_tokens,
                usd_per_m_tokens := usd_per_m_tokens, batch := batch, output_tokens_per_s := output_tokens_per_s,
                ttft_s := ttft_s, tpot_s := tpot_s, theta_version := theta_version
            ),
            row(usd_per_m_tokens, tp)
        ) as best,
        min(tp) as smallest_tp,
        arg_min(usd_per_m_tokens, tp) as smallest_usd_per_m_tokens
    from costed
    group by all
)
select * exclude (best), unnest(best)
from chosen
order by model, precision, workload, operating_point, provider, spec, pricing_model, term_months

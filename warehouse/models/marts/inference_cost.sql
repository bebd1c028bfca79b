-- View: what a million tokens cost on each provider's cheapest machine now, on the servers that make them cheapest there.
-- Grain: model x precision x workload x operating_point x provider x spec x pricing_model x term_months. tp: of 1, 2, 4
-- and 8 GPUs per server the one with the lowest cost of a request; smallest_tp: the fewest that hold the model, and
-- smallest_usd_per_m_tokens what they cost. usd_per_m_input_tokens and usd_per_m_output_tokens: USD per million, with
-- servers busy a share `utilisation` of the hours paid for; together they are a request's cost. usd_per_m_tokens: of
-- both kinds, in the workload's own mix. Where that price is from stands in marts.server_prices, under the same
-- provider, spec, pricing_model, term_months and tp; speeds are those of marts.inference_speed.
with rates as (
    select
        i.*, w.utilisation,
        (i.gpu_seconds_per_m_input_tokens * w.isl + i.gpu_seconds_per_m_output_tokens * w.osl) / (w.isl + w.osl)
            as gpu_seconds_per_m_tokens
    from marts.inference_speed as i
    join marts.workloads as w using (workload)
),
-- One column for each size of a server: what it costs on each is compared without sorting millions of rows.
speeds as (
    select
        model, precision, workload, operating_point, spec, utilisation,
        max(gpu_seconds_per_m_tokens) filter (where tp = 1) as seconds_1,
        max(gpu_seconds_per_m_tokens) filter (where tp = 2) as seconds_2,
        max(gpu_seconds_per_m_tokens) filter (where tp = 4) as seconds_4,
        max(gpu_seconds_per_m_tokens) filter (where tp = 8) as seconds_8
    from rates
    group by all
),
rents as (
    select
        provider, spec, pricing_model, term_months,
        max(usd_per_gpu_hour) filter (where tp = 1) as rent_1,
        max(usd_per_gpu_hour) filter (where tp = 2) as rent_2,
        max(usd_per_gpu_hour) filter (where tp = 4) as rent_4,
        max(usd_per_gpu_hour) filter (where tp = 8) as rent_8
    from marts.server_prices
    group by all
),
costed as (
    select
        s.model, s.precision, s.workload, s.operating_point, r.*,
        usd_per_m_tokens(s.seconds_1, r.rent_1, s.utilisation)::float as usd_1,
        usd_per_m_tokens(s.seconds_2, r.rent_2, s.utilisation)::float as usd_2,
        usd_per_m_tokens(s.seconds_4, r.rent_4, s.utilisation)::float as usd_4,
        usd_per_m_tokens(s.seconds_8, r.rent_8, s.utilisation)::float as usd_8
    from speeds as s
    join rents as r using (spec)
),
chosen as (
    select
        *,
        least(usd_1, usd_2, usd_4, usd_8) as usd_per_m_tokens,
        case least(usd_1, usd_2, usd_4, usd_8) when usd_1 then 1 when usd_2 then 2 when usd_4 then 4 when usd_8 then 8 end as tp
    from costed
    where coalesce(usd_1, usd_2, usd_4, usd_8) is not null
)
select
    model,
    precision,
    workload,
    operating_point,
    c.provider,
    spec,
    c.pricing_model,
    c.term_months,
    case when c.usd_1 is not null then 1 when c.usd_2 is not null then 2 when c.usd_4 is not null then 4 else 8 end as smallest_tp,
    coalesce(c.usd_1, c.usd_2, c.usd_4, c.usd_8) as smallest_usd_per_m_tokens,
    tp,
    case tp when 1 then c.rent_1 when 2 then c.rent_2 when 4 then c.rent_4 else c.rent_8 end as usd_per_gpu_hour,
    s.utilisation,
    usd_per_m_tokens(s.gpu_seconds_per_m_input_tokens, usd_per_gpu_hour, s.utilisation)::float as usd_per_m_input_tokens,
    usd_per_m_tokens(s.gpu_seconds_per_m_output_tokens, usd_per_gpu_hour, s.utilisation)::float as usd_per_m_output_tokens,
    c.usd_per_m_tokens,
    s.batch,
    s.output_tokens_per_s,
    s.ttft_s,
    s.tpot_s,
    s.theta_version
from chosen as c
join rates as s using (model, precision, workload, operating_point, spec, tp)

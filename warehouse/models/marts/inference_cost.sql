-- What a million tokens cost on each provider's cheapest machine now, on the servers that make them cheapest there.
-- Grain: model x precision x workload x operating_point x provider x spec x pricing_model x term_months. tp: of 1, 2, 4
-- and 8 GPUs per server the one with the lowest cost of a request; smallest_tp: the fewest that hold the model, and
-- smallest_usd_per_m_tokens what they cost. usd_per_m_input_tokens and usd_per_m_output_tokens: USD per million, with
-- servers busy a share `utilisation` of the hours paid for; together they are a request's cost. usd_per_m_tokens: of
-- both kinds, in the workload's own mix. Where that price is from stands in marts.server_prices, under the same
-- provider, spec, pricing_model, term_months and tp; speeds are those of marts.inference_speed.
with speeds as (
    -- Long keys are numbered first: millions of rows are grouped and sorted by two numbers each.
    select model, precision, workload, operating_point, spec,
        row_number() over (order by model, precision, workload, operating_point, spec) as speed_no
    from (select distinct model, precision, workload, operating_point, spec from marts.inference_speed)
),
rents as (
    select provider, spec, pricing_model, term_months,
        row_number() over (order by provider, spec, pricing_model, term_months) as rent_no
    from (select distinct provider, spec, pricing_model, term_months from marts.server_prices)
),
rates as (
    select k.speed_no, i.*, w.isl, w.osl, w.utilisation
    from marts.inference_speed as i
    join speeds as k using (model, precision, workload, operating_point, spec)
    join marts.workloads as w using (workload)
),
costed as (
    select
        s.speed_no,
        k.rent_no,
        s.tp,
        p.usd_per_gpu_hour,
        usd_per_m_tokens(s.gpu_seconds_per_m_input_tokens, p.usd_per_gpu_hour, s.utilisation)::float as usd_per_m_input_tokens,
        usd_per_m_tokens(s.gpu_seconds_per_m_output_tokens, p.usd_per_gpu_hour, s.utilisation)::float as usd_per_m_output_tokens,
        ((usd_per_m_input_tokens * s.isl + usd_per_m_output_tokens * s.osl) / (s.isl + s.osl))::float as usd_per_m_tokens
    from rates as s
    join marts.server_prices as p using (spec, tp)
    join rents as k using (provider, spec, pricing_model, term_months)
),
chosen as (
    select
        speed_no,
        rent_no,
        arg_min(
            struct_pack(
                tp := tp, usd_per_gpu_hour := usd_per_gpu_hour, usd_per_m_input_tokens := usd_per_m_input_tokens,
                usd_per_m_output_tokens := usd_per_m_output_tokens, usd_per_m_tokens := usd_per_m_tokens
            ),
            row(usd_per_m_tokens, tp)
        ) as best,
        min(tp) as smallest_tp,
        arg_min(usd_per_m_tokens, tp) as smallest_usd_per_m_tokens
    from costed
    group by all
)
select
    s.model,
    s.precision,
    s.workload,
    s.operating_point,
    r.provider,
    s.spec,
    r.pricing_model,
    r.term_months,
    c.smallest_tp,
    c.smallest_usd_per_m_tokens,
    s.tp,
    c.best.usd_per_gpu_hour as usd_per_gpu_hour,
    s.utilisation,
    c.best.usd_per_m_input_tokens as usd_per_m_input_tokens,
    c.best.usd_per_m_output_tokens as usd_per_m_output_tokens,
    c.best.usd_per_m_tokens as usd_per_m_tokens,
    s.batch,
    s.output_tokens_per_s,
    s.ttft_s,
    s.tpot_s,
    s.theta_version
from chosen as c
join rates as s on s.speed_no = c.speed_no and s.tp = c.best.tp
join rents as r using (rent_no)
order by c.speed_no, c.rent_no

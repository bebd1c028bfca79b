-- Cost of a million tokens on each provider's cheapest machine now, on the server size with the cheapest tokens there.
-- The receipt of the price is in marts.server_prices, under the same provider, spec, pricing_model, term_months and tp;
-- speeds are those of marts.inference_speed.
-- materialized: view
-- key: model, precision, workload, operating_point, provider, spec, pricing_model, term_months
-- columns:
--   tp: GPUs per server: of 1, 2, 4 and 8 the one with the lowest cost of a request
--   smallest_tp: fewest GPUs that hold the model; smallest_usd_per_m_tokens: USD per million tokens on those
--   usd_per_m_input_tokens, usd_per_m_output_tokens: USD per million tokens, with servers busy for a share
--     `utilisation` of the hours paid for; together they are a request's cost
--   usd_per_m_tokens: USD per million tokens of both kinds, in the workload's own mix
with rates as (
    select
        inference_speed.*, workloads.utilisation,
        (
            inference_speed.gpu_seconds_per_m_input_tokens * workloads.isl
            + inference_speed.gpu_seconds_per_m_output_tokens * workloads.osl
        )
        / (workloads.isl + workloads.osl)
            as gpu_seconds_per_m_tokens
    from marts.inference_speed
    join marts.workloads using (workload)
),
-- One column per server size: costs are compared without sorting millions of rows.
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
        speeds.model, speeds.precision, speeds.workload, speeds.operating_point, rents.*,
        usd_per_m_tokens(speeds.seconds_1, rents.rent_1, speeds.utilisation)::float as usd_1,
        usd_per_m_tokens(speeds.seconds_2, rents.rent_2, speeds.utilisation)::float as usd_2,
        usd_per_m_tokens(speeds.seconds_4, rents.rent_4, speeds.utilisation)::float as usd_4,
        usd_per_m_tokens(speeds.seconds_8, rents.rent_8, speeds.utilisation)::float as usd_8
    from speeds
    join rents using (spec)
),
chosen as (
    select
        *,
        least(usd_1, usd_2, usd_4, usd_8) as usd_per_m_tokens,
        case least(usd_1, usd_2, usd_4, usd_8)
            when usd_1 then 1 when usd_2 then 2 when usd_4 then 4 when usd_8 then 8
        end as tp
    from costed
    where coalesce(usd_1, usd_2, usd_4, usd_8) is not null
)
select
    model,
    precision,
    workload,
    operating_point,
    chosen.provider,
    spec,
    chosen.pricing_model,
    chosen.term_months,
    case
        when chosen.usd_1 is not null then 1 when chosen.usd_2 is not null then 2 when
            chosen.usd_4 is not null
            then 4 else 8
    end as smallest_tp,
    coalesce(chosen.usd_1, chosen.usd_2, chosen.usd_4, chosen.usd_8) as smallest_usd_per_m_tokens,
    tp,
    case tp when 1 then chosen.rent_1 when 2 then chosen.rent_2 when 4 then chosen.rent_4 else chosen.rent_8 end
        as usd_per_gpu_hour,
    rates.utilisation,
    usd_per_m_tokens(rates.gpu_seconds_per_m_input_tokens, usd_per_gpu_hour, rates.utilisation)::float
        as usd_per_m_input_tokens,
    usd_per_m_tokens(rates.gpu_seconds_per_m_output_tokens, usd_per_gpu_hour, rates.utilisation)::float
        as usd_per_m_output_tokens,
    chosen.usd_per_m_tokens,
    rates.batch,
    rates.output_tokens_per_s,
    rates.ttft_s,
    rates.tpot_s,
    rates.theta_version
from chosen
join rates using (model, precision, workload, operating_point, spec, tp)

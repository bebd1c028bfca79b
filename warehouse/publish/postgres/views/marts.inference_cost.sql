-- The rows of marts.inference_cost, worked out from speeds and rents as the warehouse does: a few rents that move would
-- be a hundred thousand rows of it. All that is stated of a server size is kept beside its cost, since Postgres would
-- look each row's up again; a condition on model or workload reaches the speeds.
with speeds as (
    select
        speed.model, speed.precision, speed.workload, speed.operating_point, speed.spec, speed.theta_version,
        workloads.isl, workloads.osl, workloads.utilisation,
        max(gpu_seconds_per_m_input_tokens) filter (where tp = 1) as input_1,
        max(gpu_seconds_per_m_output_tokens) filter (where tp = 1) as output_1,
        max(batch) filter (where tp = 1) as batch_1,
        max(output_tokens_per_s) filter (where tp = 1) as rate_1,
        max(ttft_s) filter (where tp = 1) as ttft_1,
        max(tpot_s) filter (where tp = 1) as tpot_1,
        max(gpu_seconds_per_m_input_tokens) filter (where tp = 2) as input_2,
        max(gpu_seconds_per_m_output_tokens) filter (where tp = 2) as output_2,
        max(batch) filter (where tp = 2) as batch_2,
        max(output_tokens_per_s) filter (where tp = 2) as rate_2,
        max(ttft_s) filter (where tp = 2) as ttft_2,
        max(tpot_s) filter (where tp = 2) as tpot_2,
        max(gpu_seconds_per_m_input_tokens) filter (where tp = 4) as input_4,
        max(gpu_seconds_per_m_output_tokens) filter (where tp = 4) as output_4,
        max(batch) filter (where tp = 4) as batch_4,
        max(output_tokens_per_s) filter (where tp = 4) as rate_4,
        max(ttft_s) filter (where tp = 4) as ttft_4,
        max(tpot_s) filter (where tp = 4) as tpot_4,
        max(gpu_seconds_per_m_input_tokens) filter (where tp = 8) as input_8,
        max(gpu_seconds_per_m_output_tokens) filter (where tp = 8) as output_8,
        max(batch) filter (where tp = 8) as batch_8,
        max(output_tokens_per_s) filter (where tp = 8) as rate_8,
        max(ttft_s) filter (where tp = 8) as ttft_8,
        max(tpot_s) filter (where tp = 8) as tpot_8
    from marts.inference_speed as speed
    join marts.workloads on workloads.workload = speed.workload
    group by
        speed.model, speed.precision, speed.workload, speed.operating_point, speed.spec, speed.theta_version,
        workloads.isl, workloads.osl, workloads.utilisation
),
rents as (
    select
        provider, spec, pricing_model, term_months,
        max(usd_per_gpu_hour) filter (where tp = 1) as rent_1,
        max(usd_per_gpu_hour) filter (where tp = 2) as rent_2,
        max(usd_per_gpu_hour) filter (where tp = 4) as rent_4,
        max(usd_per_gpu_hour) filter (where tp = 8) as rent_8
    from marts.server_prices
    group by provider, spec, pricing_model, term_months
)
select
    model, precision, workload, operating_point, provider, speeds.spec, pricing_model, term_months,
    case when usd_1 is not null then 1 when usd_2 is not null then 2 when usd_4 is not null then 4 else 8 end
        as smallest_tp,
    coalesce(usd_1, usd_2, usd_4, usd_8) as smallest_usd_per_m_tokens,
    tp, rented.usd_per_gpu_hour, utilisation,
    case tp when 1 then input_1 when 2 then input_2 when 4 then input_4 else input_8 end
    * rented.usd_per_gpu_hour::double precision / 3600 / utilisation as usd_per_m_input_tokens,
    case tp when 1 then output_1 when 2 then output_2 when 4 then output_4 else output_8 end
    * rented.usd_per_gpu_hour::double precision / 3600 / utilisation as usd_per_m_output_tokens,
    usd_per_m_tokens,
    case tp when 1 then batch_1 when 2 then batch_2 when 4 then batch_4 else batch_8 end as batch,
    case tp when 1 then rate_1 when 2 then rate_2 when 4 then rate_4 else rate_8 end as output_tokens_per_s,
    case tp when 1 then ttft_1 when 2 then ttft_2 when 4 then ttft_4 else ttft_8 end as ttft_s,
    case tp when 1 then tpot_1 when 2 then tpot_2 when 4 then tpot_4 else tpot_8 end as tpot_s,
    theta_version
from speeds
join rents on rents.spec = speeds.spec
-- "offset 0": worked out once a row. Postgres would put the whole expression wherever its name stands.
cross join lateral (
    select
        ((input_1 * isl + output_1 * osl) / (isl + osl) * rent_1::double precision / 3600 / utilisation)::real
            as usd_1,
        ((input_2 * isl + output_2 * osl) / (isl + osl) * rent_2::double precision / 3600 / utilisation)::real
            as usd_2,
        ((input_4 * isl + output_4 * osl) / (isl + osl) * rent_4::double precision / 3600 / utilisation)::real
            as usd_4,
        ((input_8 * isl + output_8 * osl) / (isl + osl) * rent_8::double precision / 3600 / utilisation)::real
            as usd_8
    offset 0
) as costs
cross join lateral (
    select
        least(usd_1, usd_2, usd_4, usd_8) as usd_per_m_tokens,
        case least(usd_1, usd_2, usd_4, usd_8)
            when usd_1 then 1 when usd_2 then 2 when usd_4 then 4 when usd_8 then 8
        end as tp
    offset 0
) as cheapest
cross join lateral (
    select case tp when 1 then rent_1 when 2 then rent_2 when 4 then rent_4 else rent_8 end as usd_per_gpu_hour
) as rented
where tp is not null

-- Trend of the cost of a million tokens: the lowest over all providers on the first of every month and on the newest
-- day, for a model at a workload. One row per day x precision x operating_point with a price. of_model, of_workload: as
-- in marts.llm_specs and marts.workloads; all-in prices of one pricing model, of whole GPUs, seen within a week. Speeds
-- and constants are today's: only prices and the available GPUs change.
create or replace macro v1.cost_per_token_trend(
    of_model, of_workload := 'chat', of_pricing_model := 'on_demand'
) as table
with days as (
    select unnest(generate_series(
        (select date_trunc('month', min(valid_from)) from v1.price_intervals), newest_on, interval 1 month
    ))::date as day
    from v1.meta
    union
    select newest_on from v1.meta
),
standing as (
    select
        days.day,
        priced_gpus.spec,
        price_intervals.gpu_count,
        price_intervals.provider,
        price_intervals.usd_per_gpu_hour
    from days
    join v1.price_intervals
        on
            price_intervals.valid_from <= days.day
            and coalesce(price_intervals.valid_to, 'infinity') > days.day
            and price_intervals.last_seen_on >= days.day - 7
    join marts.priced_gpus
        on
            priced_gpus.gpu = price_intervals.gpu
            and priced_gpus.form_factor is not distinct from price_intervals.form_factor
            and priced_gpus.gpu_memory_gb is not distinct from price_intervals.gpu_memory_gb
    where
        price_intervals.pricing_model = of_pricing_model
        and price_intervals.price_scope = 'instance'
        and price_intervals.usd_per_gpu_hour > 0
        and price_intervals.gpu_count >= 1
    qualify
        price_intervals.rank
        = min(price_intervals.rank) over (partition by days.day, price_intervals.provider, price_intervals.gpu)
),
lowest as (
    select day, spec, gpu_count, provider, min(usd_per_gpu_hour) as usd_per_gpu_hour from standing group by all
),
costed as (
    select
        lowest.*,
        inference_speed.precision,
        inference_speed.operating_point,
        inference_speed.tp,
        inference_speed.theta_version,
        (
            workloads.isl
            * usd_per_m_tokens(
                inference_speed.gpu_seconds_per_m_input_tokens, lowest.usd_per_gpu_hour, workloads.utilisation
            )
            + workloads.osl
            * usd_per_m_tokens(
                inference_speed.gpu_seconds_per_m_output_tokens, lowest.usd_per_gpu_hour, workloads.utilisation
            )
            )
        / (workloads.isl + workloads.osl) as usd_per_m_tokens
    from lowest
    join
        marts.inference_speed
        on
            inference_speed.spec = lowest.spec
            and lowest.gpu_count >= inference_speed.tp
            and lowest.gpu_count % inference_speed.tp = 0
    join marts.workloads on workloads.workload = inference_speed.workload
    where inference_speed.model = of_model and inference_speed.workload = of_workload
)
select
    day, precision, operating_point, min(usd_per_m_tokens)::float as usd_per_m_tokens,
    arg_min(spec, row(usd_per_m_tokens, provider, spec, tp)) as spec,
    arg_min(tp, row(usd_per_m_tokens, provider, spec, tp)) as tp,
    arg_min(provider, row(usd_per_m_tokens, provider, spec, tp)) as provider,
    arg_min(usd_per_gpu_hour, row(usd_per_m_tokens, provider, spec, tp)) as usd_per_gpu_hour,
    any_value(theta_version) as theta_version
from costed
group by day, precision, operating_point
order by day, precision, operating_point;

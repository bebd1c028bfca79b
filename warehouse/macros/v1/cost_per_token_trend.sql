-- How the cost of a million tokens went: the lowest of all providers on the first of every month and on the newest day,
-- for a model at a workload.
-- One row per day x precision x operating_point with a price. of_model, of_workload: as in marts.llm_specs and
-- marts.workloads; all-in prices of one pricing model, of whole GPUs, seen within a week. Speeds and constants are
-- today's: what moves is the price, and which GPUs could be had.
create or replace macro v1.cost_per_token_trend(of_model, of_workload := 'chat', of_pricing_model := 'on_demand') as table
with days as (
    select unnest(generate_series(
        (select date_trunc('month', min(valid_from)) from v1.price_intervals), newest_on, interval 1 month
    ))::date as day
    from v1.meta
    union
    select newest_on from v1.meta
),
standing as (
    select d.day, g.spec, i.gpu_count, i.provider, i.usd_per_gpu_hour
    from days as d
    join v1.price_intervals as i
        on i.valid_from <= d.day and coalesce(i.valid_to, 'infinity') > d.day and i.last_seen_on >= d.day - 7
    join marts.priced_gpus as g
        on g.gpu = i.gpu and g.form_factor is not distinct from i.form_factor and g.gpu_memory_gb is not distinct from i.gpu_memory_gb
    where i.pricing_model = of_pricing_model and i.price_scope = 'instance' and i.usd_per_gpu_hour > 0 and i.gpu_count >= 1
    qualify i.rank = min(i.rank) over (partition by d.day, i.provider, i.gpu)
),
lowest as (
    select day, spec, gpu_count, provider, min(usd_per_gpu_hour) as usd_per_gpu_hour from standing group by all
),
costed as (
    select
        l.*, s.precision, s.operating_point, s.tp, s.theta_version,
        (w.isl * usd_per_m_tokens(s.gpu_seconds_per_m_input_tokens, l.usd_per_gpu_hour, w.utilisation)
            + w.osl * usd_per_m_tokens(s.gpu_seconds_per_m_output_tokens, l.usd_per_gpu_hour, w.utilisation))
        / (w.isl + w.osl) as usd_per_m_tokens
    from lowest as l
    join marts.inference_speed as s on s.spec = l.spec and l.gpu_count >= s.tp and l.gpu_count % s.tp = 0
    join marts.workloads as w on w.workload = s.workload
    where s.model = of_model and s.workload = of_workload
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

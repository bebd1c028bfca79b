-- Cost of tokens under uneven demand, for three ways to have enough GPUs at the peak. Demand is peak_to_mean times its
-- mean for peak_share of the time, and base_to_mean times it for the rest. Each plan uses the machine that makes it
-- cheapest among those that keep the workload's latency, weights in 8 bits; machines are whole, with gpu_count GPUs in
-- servers of tp. Slow starts and unavailable machines are not modelled.
-- materialized: table
-- key: demand, mean_tokens_per_day, model, workload, plan
-- columns:
--   plan: all_on_demand (machines start and stop with the load, at once), reserved_base (the base load is reserved for
--     a year, the peak adds the same machine on demand) and lower_end (all on demand, on the machine that costs least
--     per hour)
--   usd_per_m_tokens: USD per million input and output tokens, idle hours included
--   gpus_at_peak, gpus_at_base: number of GPUs
--   break_even_hours_share: share of the hours from which reserving this machine is cheaper than renting it on demand
with machines as (
    select
        inference_cost.model,
        inference_cost.workload,
        inference_cost.precision,
        inference_cost.spec,
        inference_cost.tp,
        inference_cost.provider,
        inference_cost.pricing_model,
        inference_cost.tpot_s,
        inference_cost.theta_version,
        server_prices.gpu_count,
        server_prices.usd_per_gpu_hour::double * server_prices.gpu_count as usd_per_hour,
        server_prices.gpu_count
        / inference_cost.tp
        * tokens_per_day(inference_cost.output_tokens_per_s, workloads.isl, workloads.osl) as tokens_per_day
    from marts.inference_cost
    join marts.workloads using (workload)
    join marts.server_prices using (provider, spec, pricing_model, term_months, tp)
    where inference_cost.precision in ('FP8', 'INT8')
        and inference_cost.operating_point = if(workloads.tpot_limit_s is null, 'max_batch', 'latency_bound')
        and (inference_cost.pricing_model = 'on_demand' or inference_cost.term_months = 12)
),
on_demand as (
    select *, usd_per_hour = min(usd_per_hour) over (partition by model, workload) as is_lowest
    from machines
    where pricing_model = 'on_demand'
),
plans as (
    select plans.plan, on_demand.*, on_demand.usd_per_hour as base_usd_per_hour, null::varchar as reserved_from
    from on_demand
    join
        (values ('all_on_demand', false), ('lower_end', true)) as plans (plan, needs_lowest)
    on on_demand.is_lowest or not plans.needs_lowest
    union all by name
    select
        'reserved_base' as plan,
        on_demand.*,
        machines.usd_per_hour as base_usd_per_hour,
        machines.provider as reserved_from
    from on_demand
    join machines using (model, workload, precision, spec, tp, gpu_count)
    where machines.pricing_model = 'reserved'
),
loads as (
    select
        demand.demand,
        demand.peak_to_mean::double as peak_to_mean,
        demand.peak_hours_per_day / 24e0 as peak_share,
        base_to_mean(demand.peak_to_mean, peak_share)::double as base_to_mean,
        volumes.tokens as mean_tokens_per_day
    from seeds.demand
    cross join (values (1e8), (1e10)) as volumes (tokens)
),
costed as (
    select
        *,
        ceil(loads.mean_tokens_per_day * loads.peak_to_mean / plans.tokens_per_day) as peak_machines,
        ceil(loads.mean_tokens_per_day * loads.base_to_mean / plans.tokens_per_day) as base_machines,
        24 * if(
            plans.plan = 'reserved_base',
            base_machines * plans.base_usd_per_hour
            + greatest(peak_machines - base_machines, 0) * plans.usd_per_hour * loads.peak_share,
            (base_machines * (1 - loads.peak_share) + peak_machines * loads.peak_share) * plans.usd_per_hour
        ) as usd_per_day
    from loads
    cross join plans
),
-- Grouped, not sorted: one of each is needed from a hundred thousand machines and loads.
best as (
    select unnest(arg_min(costed, row(costed.usd_per_day, costed.provider, costed.spec, costed.tp)))
    from costed
    group by costed.demand, costed.mean_tokens_per_day, costed.model, costed.workload, costed.plan
)
select
    demand,
    peak_to_mean,
    peak_share,
    base_to_mean,
    mean_tokens_per_day,
    model,
    workload,
    plan,
    precision,
    spec,
    tp,
    gpu_count,
    provider,
    reserved_from,
    (peak_machines * gpu_count)::bigint as gpus_at_peak,
    (base_machines * gpu_count)::bigint as gpus_at_base,
    usd_per_day,
    usd_per_day / mean_tokens_per_day * 1e6 as usd_per_m_tokens,
    if(plan = 'reserved_base', base_usd_per_hour / usd_per_hour, null) as break_even_hours_share,
    tpot_s,
    theta_version
from best
order by demand, mean_tokens_per_day, model, workload, plan

-- What uneven demand does to the cost of tokens: three ways to have enough GPUs at the peak.
-- Grain: demand x mean_tokens_per_day x model x workload x plan. Demand is peak_to_mean times its mean for peak_share
-- of the time, base_to_mean times it for the rest. plan: all_on_demand (machines come and go with the load, at once),
-- reserved_base (what the rest needs is reserved for a year, what the peak adds is the same machine on demand) and
-- lower_end (all on demand, on the machine that costs least per hour). Each on the machine that makes the plan cheapest
-- among those that keep the workload's latency, weights in 8 bits; machines are whole, with gpu_count GPUs in servers
-- of tp. usd_per_m_tokens: USD per million tokens, read and made, idle hours paid for. gpus_at_peak, gpus_at_base:
-- GPUs. break_even_hours_share: share of the hours from which reserving this machine is cheaper than having it on
-- demand. Slow starts, and machines that are not to be had, are not in it.
with machines as (
    select
        c.model, c.workload, c.precision, c.spec, c.tp, c.provider, c.pricing_model, c.tpot_s, c.theta_version, p.gpu_count,
        p.usd_per_gpu_hour::double * p.gpu_count as usd_per_hour,
        p.gpu_count / c.tp * tokens_per_day(c.output_tokens_per_s, w.isl, w.osl) as tokens_per_day
    from marts.inference_cost as c
    join marts.workloads as w using (workload)
    join marts.server_prices as p using (provider, spec, pricing_model, term_months, tp)
    where c.precision in ('FP8', 'INT8')
        and c.operating_point = if(w.tpot_limit_s is null, 'max_batch', 'latency_bound')
        and (c.pricing_model = 'on_demand' or c.term_months = 12)
),
on_demand as (
    select *, usd_per_hour = min(usd_per_hour) over (partition by model, workload) as is_lowest
    from machines
    where pricing_model = 'on_demand'
),
plans as (
    select k.plan, o.*, o.usd_per_hour as base_usd_per_hour, null::varchar as reserved_from
    from on_demand as o
    join (values ('all_on_demand', false), ('lower_end', true)) as k (plan, needs_lowest) on o.is_lowest or not k.needs_lowest
    union all by name
    select 'reserved_base' as plan, o.*, r.usd_per_hour as base_usd_per_hour, r.provider as reserved_from
    from on_demand as o
    join machines as r using (model, workload, precision, spec, tp, gpu_count)
    where r.pricing_model = 'reserved'
),
loads as (
    select
        d.demand,
        d.peak_to_mean::double as peak_to_mean,
        d.peak_hours_per_day / 24e0 as peak_share,
        base_to_mean(d.peak_to_mean, peak_share)::double as base_to_mean,
        m.tokens as mean_tokens_per_day
    from seeds.demand as d
    cross join (values (1e8), (1e10)) as m (tokens)
),
costed as (
    select
        *,
        ceil(l.mean_tokens_per_day * l.peak_to_mean / p.tokens_per_day) as peak_machines,
        ceil(l.mean_tokens_per_day * l.base_to_mean / p.tokens_per_day) as base_machines,
        24 * if(
            p.plan = 'reserved_base',
            base_machines * p.base_usd_per_hour + greatest(peak_machines - base_machines, 0) * p.usd_per_hour * l.peak_share,
            (base_machines * (1 - l.peak_share) + peak_machines * l.peak_share) * p.usd_per_hour
        ) as usd_per_day
    from loads as l
    cross join plans as p
),
-- Grouped, not sorted: of a hundred thousand machines and loads one of each is wanted.
best as (
    select unnest(arg_min(c, row(c.usd_per_day, c.provider, c.spec, c.tp)))
    from costed as c
    group by c.demand, c.mean_tokens_per_day, c.model, c.workload, c.plan
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

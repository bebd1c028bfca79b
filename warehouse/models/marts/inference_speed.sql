-- How fast a server makes tokens, by the roofline model; no price is in it, so that every price of every day can be
-- joined.
-- Grain: model x spec x tp x precision x workload x operating_point. spec: as in marts.gpu_specs; tp: GPUs of one
-- server, 1, 2, 4 or 8, as far as priced machines have so many. precision: of the weights; FP8 and FP4 where the chip
-- multiplies them, INT8 elsewhere. operating_point: max_batch (as many requests as fit) and latency_bound (as many, in
-- powers of two, as keep tpot_s within the workload's limit; absent where one alone is too slow or nobody waits). Only
-- what fits, and only vendors on whose chips the constants were fitted. gpu_seconds_per_m_*: GPU-seconds per million
-- tokens at full use.
with sizes as (
    select p.spec, k.tp
    from marts.priced_gpus as p
    join v1.series as s
        on s.gpu = p.gpu and s.form_factor is not distinct from p.form_factor and s.gpu_memory_gb is not distinct from p.gpu_memory_gb
    join (values (1), (2), (4), (8)) as k (tp) on s.gpu_count >= k.tp and s.gpu_count % k.tp = 0
    where s.price_scope = 'instance'
    group by all
),
wanted as (
    select
        m.name as model, z.spec as gpu_spec, z.tp, 1 as pp, 0 as dp_attn, w.weights, null::varchar as kv_dtype,
        l.workload, l.isl, l.osl, 1 as beams, l.concurrency as most_at_once, l.tpot_limit_s, m.experts > 0 as is_moe
    from sizes as z
    join marts.gpu_specs as g on g.name = z.spec and g.vendor in ('NVIDIA', 'AMD') and g.nominal_tflops is not null
    join (values ('FP16'), ('FP8'), ('INT8'), ('INT4'), ('FP4')) as w (weights)
        on case w.weights
            when 'FP8' then g.fp8_tflops is not null
            when 'INT8' then g.fp8_tflops is null
            when 'FP4' then g.fp4_tflops is not null
            else true
        end
    cross join marts.llm_specs as m
    join marts.workloads as l on l.isl + l.osl <= m.context_tokens
),
ends as (
    select *, most_at_once as concurrency, false as is_alone from wanted
    union all
    select *, 1 as concurrency, true as is_alone from wanted where tpot_limit_s is not null
),
reached as (
    from marts.inference_of('ends') where fits
),
-- The wait grows with the load evenly, or ever more slowly where experts come to be shared: a straight line from one
-- request to the most of them crosses the limit at the sought load, or beyond it. No load further out need be tried.
bounds as (
    select a.* exclude (concurrency, is_alone, tpot_s, batch), b.batch as most,
        if(b.tpot_s <= b.tpot_limit_s, b.batch, 1 + (b.batch - 1) * (a.tpot_limit_s - a.tpot_s) / (b.tpot_s - a.tpot_s)) as beyond
    from reached as a
    join reached as b using (model, gpu_spec, tp, weights, workload)
    where a.is_alone and not b.is_alone and a.tpot_s <= a.tpot_limit_s
),
tried as (
    select
        b.model, b.gpu_spec, b.tp, b.pp, b.dp_attn, b.weights, b.kv_dtype, b.workload, b.isl, b.osl, b.beams, b.tpot_limit_s,
        if(k.load < 0, most, 2 ** k.load) as concurrency
    from bounds as b,
    unnest(case
        when beyond >= most then [-1]
        when is_moe then range(0, floor(log2(beyond))::bigint + 1)
        else [floor(log2(beyond))::bigint]
    end) as k (load)
),
bound as (
    from marts.inference_of('tried')
    where tpot_s <= tpot_limit_s
    qualify row_number() over (partition by model, gpu_spec, tp, weights, workload order by batch desc) = 1
),
points as (
    select *, 'max_batch' as operating_point from reached where not is_alone
    union all by name
    select *, 'latency_bound' as operating_point from bound
)
select
    model,
    gpu_spec as spec,
    tp,
    weights as precision,
    workload,
    operating_point,
    batch::integer as batch,
    output_tokens_per_s::float as output_tokens_per_s,
    ttft_s::float as ttft_s,
    tpot_s::float as tpot_s,
    gpu_seconds_per_m_input_tokens::float as gpu_seconds_per_m_input_tokens,
    gpu_seconds_per_m_output_tokens::float as gpu_seconds_per_m_output_tokens,
    theta_version
from points
order by model, spec, workload, precision, tp, operating_point

-- Serving speed of a model on a server, by the roofline model; it contains no price, so that every price of every day
-- can be joined. Only servers that hold the model, and only chips of vendors that the constants were fitted on.
-- gpu_seconds_per_m_*: GPU-seconds per million tokens at full use.
-- materialized: table
-- key: model, spec, tp, precision, workload, operating_point
-- columns:
--   spec: as in marts.gpu_specs
--   tp: GPUs of one server: 1, 2, 4 or 8, where a priced machine has that many, in the layout (marts.layouts) with
--     most tokens per second
--   precision: of the weights; FP8 and FP4 where the chip multiplies them, INT8 elsewhere
--   operating_point: max_batch (as many requests as fit) and latency_bound (the most, in powers of two, that keep
--     tpot_s within the workload's limit; absent where one alone is too slow or there is no limit)
with requests as (
    select
        llm_specs.name as model,
        server_sizes.spec as gpu_spec,
        server_sizes.tp as gpus_each,
        layouts.tp,
        layouts.pp,
        layouts.dp_attn,
        formats.weights,
        null::varchar as kv_dtype,
        workloads.workload,
        workloads.isl,
        workloads.osl,
        1 as beams,
        workloads.concurrency as most_at_once,
        workloads.tpot_limit_s,
        llm_specs.experts > 0 as is_moe
    from marts.server_sizes
    join
        marts.gpu_specs
        on
            gpu_specs.name = server_sizes.spec
            and gpu_specs.vendor in ('NVIDIA', 'AMD')
            and gpu_specs.nominal_tflops is not null
    join (values ('FP16'), ('FP8'), ('INT8'), ('INT4'), ('FP4')) as formats (weights)
        on case formats.weights
            when 'FP8' then gpu_specs.fp8_tflops is not null
            when 'INT8' then gpu_specs.fp8_tflops is null
            when 'FP4' then gpu_specs.fp4_tflops is not null
            else true
        end
    cross join marts.llm_specs
    join marts.layouts() as layouts
        on
            layouts.tp * layouts.pp = server_sizes.tp
            and is_layout(
                layouts.tp, layouts.pp, layouts.dp_attn, llm_specs.experts > 0, llm_specs.is_mla, gpu_specs.link_kind
            )
    join marts.workloads on workloads.isl + workloads.osl <= llm_specs.context_tokens
),
ends as (
    select *, most_at_once as concurrency, false as is_alone from requests
    union all
    select *, 1 as concurrency, true as is_alone from requests where tpot_limit_s is not null
),
end_points as (
    from marts.inference_of('ends') where fits
),
-- The time per token grows linearly with the load, or ever more slowly where experts come to be shared: a straight line
-- from one request to the largest batch crosses the limit at the load sought, or beyond it. Larger loads need no trial.
bounds as (
    select fastest.* exclude (concurrency, is_alone, tpot_s, batch), alternative.batch as most,
        if(
            alternative.tpot_s <= alternative.tpot_limit_s,
            alternative.batch,
            1
            + (alternative.batch - 1) * (fastest.tpot_limit_s - fastest.tpot_s) / (alternative.tpot_s - fastest.tpot_s)
        ) as beyond
    from end_points as fastest
    join end_points as alternative using (model, gpu_spec, tp, pp, dp_attn, weights, workload)
    where fastest.is_alone and not alternative.is_alone and fastest.tpot_s <= fastest.tpot_limit_s
),
loads as (
    select
        *,
        unnest(case
            when beyond >= most then [-1]
            when is_moe then range(0, floor(log2(beyond))::bigint + 1)
            else [floor(log2(beyond))::bigint]
        end) as load
    from bounds
),
tried as (
    select
        model,
        gpu_spec,
        gpus_each,
        tp,
        pp,
        dp_attn,
        weights,
        kv_dtype,
        workload,
        isl,
        osl,
        beams,
        tpot_limit_s,
        if(load < 0, most, 2 ** load) as concurrency
    from loads
),
bound as (
    from marts.inference_of('tried')
    where tpot_s <= tpot_limit_s
    qualify
        row_number() over (
            partition by model, gpu_spec, tp, pp, dp_attn, weights, workload order by batch desc
        ) = 1
),
points as (
    select *, 'max_batch' as operating_point from end_points where not is_alone
    union all by name
    select *, 'latency_bound' as operating_point from bound
)
select
    model,
    gpu_spec as spec,
    gpus_each as tp,
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
qualify
    row_number() over (
        partition by model, gpu_spec, gpus_each, weights, workload, operating_point
        order by output_tokens_per_s desc, points.tp, points.pp, points.dp_attn
    ) = 1
order by model, spec, workload, precision, tp, operating_point

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
with questions as materialized (
    -- Numbers stand for questions and their servers: names would be copied, hashed and compared a million times. What a
    -- question has in common for all servers is worked out before there are several of it.
    select
        row_number() over () as question_no,
        llm_specs.name as model,
        gpu_specs.name as spec,
        formats.weights,
        workloads.workload,
        workloads.isl,
        workloads.osl,
        workloads.concurrency as most_at_once,
        workloads.tpot_limit_s,
        llm_specs.experts > 0 as is_moe,
        llm_specs.is_mla,
        gpu_specs.link_kind
    from marts.gpu_specs
    join (values ('FP16'), ('FP8'), ('INT8'), ('INT4'), ('FP4')) as formats (weights)
        on case formats.weights
            when 'FP8' then gpu_specs.fp8_tflops is not null
            when 'INT8' then gpu_specs.fp8_tflops is null
            when 'FP4' then gpu_specs.fp4_tflops is not null
            else true
        end
    cross join marts.llm_specs
    join marts.workloads on workloads.isl + workloads.osl <= llm_specs.context_tokens
    where gpu_specs.name in (select spec from marts.server_sizes)
        and gpu_specs.vendor in ('NVIDIA', 'AMD')
        and gpu_specs.nominal_tflops is not null
),
asked as (
    select
        question_no,
        model,
        spec as gpu_spec,
        weights,
        null::varchar as kv_dtype,
        null::varchar as engine,
        isl,
        osl,
        1 as beams,
        null::boolean as is_pool,
        null::double as drafts,
        null::double as acceptance,
        null::double as cached_share
    from questions
),
pairs_asked as (from marts.pairs_of('asked')),
loads as materialized (from marts.loads_of('asked', 'pairs_asked')),
servers as materialized (
    select
        row_number() over () as server_no,
        questions.question_no,
        layouts.tp,
        layouts.pp,
        layouts.dp_attn,
        questions.most_at_once,
        questions.tpot_limit_s,
        questions.is_moe
    from questions
    join marts.server_sizes on server_sizes.spec = questions.spec
    join marts.layouts() as layouts
        on
            layouts.tp * layouts.pp = server_sizes.tp
            and is_layout(
                layouts.tp, layouts.pp, layouts.dp_attn, questions.is_moe, questions.is_mla, questions.link_kind
            )
),
ends as (
    select *, most_at_once as concurrency, false as is_alone from servers
    union all
    select *, 1 as concurrency, true as is_alone from servers where tpot_limit_s is not null
),
loaded_ends as (
    select
        {
            server_no: ends.server_no,
            question_no: ends.question_no,
            is_alone: ends.is_alone,
            tp: ends.tp,
            pp: ends.pp,
            dp_attn: ends.dp_attn
        } as request,
        loads.* exclude (question_no),
        ends.tp,
        ends.pp,
        ends.dp_attn,
        ends.concurrency,
        null::double as ep,
        false as is_fallback
    from ends
    join loads on loads.question_no = ends.question_no
),
end_points as (
    select
        request.*,
        batch,
        output_tokens_per_s,
        ttft_s,
        tpot_s,
        gpu_seconds_per_m_input_tokens,
        gpu_seconds_per_m_output_tokens,
        theta_version
    from marts.served_of('loaded_ends')
    where fits
),
-- The time per token grows linearly with the load, or ever more slowly where experts come to be shared: a straight line
-- from one request to the largest batch crosses the limit at the load sought, or beyond it. Larger loads need no trial.
bounds as (
    select
        servers.*,
        alternative.batch as most,
        if(
            alternative.tpot_s <= servers.tpot_limit_s,
            alternative.batch,
            1
            + (alternative.batch - 1) * (servers.tpot_limit_s - fastest.tpot_s) / (alternative.tpot_s - fastest.tpot_s)
        ) as beyond
    from end_points as fastest
    join end_points as alternative using (server_no)
    join servers using (server_no)
    where fastest.is_alone and not alternative.is_alone and fastest.tpot_s <= servers.tpot_limit_s
),
trials as (
    select
        *,
        unnest(case
            when beyond >= most then [-1]
            when is_moe then range(0, floor(log2(beyond))::bigint + 1)
            else [floor(log2(beyond))::bigint]
        end) as load
    from bounds
),
loaded_trials as (
    select
        {
            server_no: trials.server_no,
            question_no: trials.question_no,
            tpot_limit_s: trials.tpot_limit_s,
            tp: trials.tp,
            pp: trials.pp,
            dp_attn: trials.dp_attn
        } as request,
        loads.* exclude (question_no),
        trials.tp,
        trials.pp,
        trials.dp_attn,
        if(trials.load < 0, trials.most, 2 ** trials.load) as concurrency,
        null::double as ep,
        false as is_fallback
    from trials
    join loads on loads.question_no = trials.question_no
),
bound as (
    select
        request.* exclude (server_no, tpot_limit_s),
        batch,
        output_tokens_per_s,
        ttft_s,
        tpot_s,
        gpu_seconds_per_m_input_tokens,
        gpu_seconds_per_m_output_tokens,
        theta_version
    from marts.served_of('loaded_trials')
    where tpot_s <= request.tpot_limit_s
    qualify row_number() over (partition by request.server_no order by batch desc) = 1
),
points as (
    select * exclude (server_no, is_alone), 'max_batch' as operating_point from end_points where not is_alone
    union all by name
    select *, 'latency_bound' as operating_point from bound
),
best as (
    select
        unnest(arg_min(
            points,
            create_sort_key(
                output_tokens_per_s, 'desc nulls last', tp, 'asc nulls last', pp, 'asc nulls last',
                dp_attn, 'asc nulls last'
            )
        ))
    from points
    group by question_no, tp * pp, operating_point
)
select
    questions.model,
    questions.spec,
    best.tp * best.pp as tp,
    questions.weights as precision,
    questions.workload,
    best.operating_point,
    best.batch::integer as batch,
    best.output_tokens_per_s::float as output_tokens_per_s,
    best.ttft_s::float as ttft_s,
    best.tpot_s::float as tpot_s,
    best.gpu_seconds_per_m_input_tokens::float as gpu_seconds_per_m_input_tokens,
    best.gpu_seconds_per_m_output_tokens::float as gpu_seconds_per_m_output_tokens,
    best.theta_version
from best
join questions using (question_no)
order by questions.model, questions.spec, questions.workload, precision, best.tp * best.pp, best.operating_point

-- Requests as the model takes them, or why it cannot. Grain: row of `raw`. server_tp: GPUs that share each layer of one
-- server; NULL: to be chosen. refused: why there is no answer. doubt: why the constants were not fitted for this one.
with typed as (
    select
        * replace (if(lower(kv_dtype) in ('auto', 'default'), null, kv_dtype) as kv_dtype),
        weight_format(precision) as weights,
        try_cast(coalesce(n_gpus, '') as double) as gpus_given,
        try_cast(tp as double) as tp_given,
        coalesce(try_cast(pp as double), 1) as stages,
        coalesce(try_cast(ep as double), 1) as expert_ranks,
        coalesce(lower(dp_attn) in ('1', '1.0', 'true', 'yes'), false) as is_dp_attn,
        try_cast(isl as double) as prompt_tokens,
        try_cast(osl as double) as made_tokens,
        try_cast(concurrency as double) as most_at_once,
        lower(coalesce(scenario, '')) as scenario_said,
        -- "mtp=0" and "no speculation" say what is not there.
        regexp_replace(
            lower(concat_ws(';', scenario, extra)),
            '(^|[^a-z])(without|non|not|no)[ _-]?\w+|\w+\s*[=:]\s*(0|no|none|off|false|null)\b', '', 'g'
        ) as said
    from raw
),
placed as (
    select
        *,
        -- Experts spread over more GPUs than the tensors are one server still: its attention is then data parallel.
        if(expert_ranks > tp_given and expert_ranks * stages <= coalesce(gpus_given, 'infinity'), expert_ranks, tp_given)
            as server_tp,
        coalesce(gpus_given, server_tp * stages, stages) as gpus,
        -- Some tables count expert parallelism twice: their n_gpus is tp x ep of one server of tp.
        case when expert_ranks > 1 and gpus = tp_given * expert_ranks * stages then 1 else gpus / (server_tp * stages) end
            as replicas,
        coalesce(try_cast(regexp_extract(said, 'beams?(?:[ _-]?(?:width|size))?\s*[=:]?\s*(\d+)', 1) as double), 1) as beams
    from typed
)
select
    p.row,
    p.model_spec as model,
    p.gpu_spec,
    p.weights,
    weight_format(p.kv_dtype) as kv_dtype,
    p.gpus,
    p.stages as pp,
    p.server_tp,
    p.replicas,
    (p.is_dp_attn or p.server_tp > p.tp_given)::integer as dp_attn,
    p.prompt_tokens as isl,
    p.made_tokens as osl,
    p.most_at_once as concurrency,
    p.beams,
    case
        when p.unknown is not null then p.unknown
        when p.weights is null then concat('unknown precision ''', p.precision, '''')
        when p.kv_dtype is not null and weight_format(p.kv_dtype) is null then concat('unknown kv_dtype ''', p.kv_dtype, '''')
        when not coalesce(isfinite(p.prompt_tokens) and p.prompt_tokens > 0, false)
            then concat('isl must be a positive number of tokens, not ', coalesce(p.isl, 'blank'))
        when not coalesce(isfinite(p.made_tokens) and p.made_tokens > 0, false)
            then concat('osl must be a positive number of tokens, not ', coalesce(p.osl, 'blank'))
        when p.concurrency is not null and not coalesce(p.most_at_once > 0 and not isnan(p.most_at_once), false)
            then concat('concurrency must be positive, not ', p.concurrency)
        when not coalesce(p.gpus >= 1 and p.gpus = floor(p.gpus), false) or (p.n_gpus is not null and p.gpus_given is null)
            then concat('n_gpus must be a whole number from 1 on, not ', coalesce(p.n_gpus, 'blank'))
        when p.tp is not null and not coalesce(p.tp_given >= 1 and p.tp_given = floor(p.tp_given), false)
            then concat('tp must be a whole number from 1 on, not ', p.tp)
        when not (p.stages >= 1 and p.stages = floor(p.stages)) or (p.pp is not null and try_cast(p.pp as double) is null)
            then concat('pp must be a whole number from 1 on, not ', p.pp)
        when not (p.expert_ranks >= 1) or (p.ep is not null and try_cast(p.ep as double) is null)
            then concat('ep must be a whole number from 1 on, not ', p.ep)
        when lower(p.dp_attn) not in ('0', '1', '0.0', '1.0', 'true', 'false', 'yes', 'no')
            then concat('dp_attn must be 0 or 1, not ', p.dp_attn)
        when p.gpus < p.server_tp * p.stages
            then format('tp x pp = {:.0f} GPUs are more than n_gpus = {:.0f}', p.server_tp * p.stages, p.gpus)
    end as refused,
    case
        when g.vendor not in ('NVIDIA', 'AMD') then concat('no measurements on ', g.vendor, ' chips went into the constants')
        when regexp_matches(p.scenario_said, 'server|interactive|online|poisson')
            then 'requests arrive at random under a latency limit; this is the throughput without one'
        when regexp_matches(p.said, 'disagg') then 'prefill and decode on GPUs of their own are not modelled'
        when regexp_matches(p.said, 'specul|spec[-_ ]?dec|\bmtp|mtp\b|eagle|medusa|draft')
            then 'several tokens per step (speculation) are not modelled'
        when p.beams > 1 then format('beam search: {:.0f} sequences per request', p.beams)
        when regexp_matches(p.said, '(^|;)\s*open\s*(;|$)') then 'open division: the submitter may have changed the model'
    end as doubt,
    if(
        p.prompt_tokens + p.made_tokens > m.context_tokens,
        format('{:.0f} tokens are beyond the model''s context of {:,}', p.prompt_tokens + p.made_tokens, m.context_tokens), null
    ) as remark
from placed as p
left join marts.llm_specs as m on m.name = p.model_spec
left join marts.gpu_specs as g on g.name = p.gpu_spec

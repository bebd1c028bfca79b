-- Requests in the form that the model takes, or the reason why it cannot. Key: row of `raw`. server_tp: GPUs that share
-- each layer of one server; NULL: to be chosen. refused: why there is no answer. doubt: why the constants were not
-- fitted for this request.
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
        -- Drop words that say what is absent, such as "mtp=0" and "no speculation".
        regexp_replace(
            lower(concat_ws(';', scenario, extra)),
            '(^|[^a-z])(without|non|not|no)[ _-]?\w+|\w+\s*[=:]\s*(0|no|none|off|false|null)\b', '', 'g'
        ) as options
    from raw
),
placed as (
    select
        *,
        -- Experts spread over more GPUs than the tensors are still one server, with data-parallel attention.
        if(
            expert_ranks > tp_given and expert_ranks * stages <= coalesce(gpus_given, 'infinity'),
            expert_ranks,
            tp_given
        )
            as server_tp,
        coalesce(gpus_given, server_tp * stages, stages) as gpus,
        -- Some tables count expert parallelism twice: their n_gpus is tp x ep for one server of tp GPUs.
        case
            when expert_ranks > 1 and gpus = tp_given * expert_ranks * stages then 1 else gpus / (server_tp * stages)
        end
            as replicas,
        coalesce(try_cast(regexp_extract(options, 'beams?(?:[ _-]?(?:width|size))?\s*[=:]?\s*(\d+)', 1) as double), 1)
            as beams
    from typed
)
select
    placed.row,
    placed.model_spec as model,
    placed.gpu_spec,
    placed.weights,
    weight_format(placed.kv_dtype) as kv_dtype,
    placed.gpus,
    placed.stages as pp,
    placed.server_tp,
    placed.replicas,
    (placed.is_dp_attn or placed.server_tp > placed.tp_given)::integer as dp_attn,
    placed.prompt_tokens as isl,
    placed.made_tokens as osl,
    placed.most_at_once as concurrency,
    placed.beams,
    case
        when placed.unknown is not null then placed.unknown
        when
            placed.weights is null
            then concat('unknown precision ''', placed.precision, '''; known: ', weight_formats())
        when
            placed.kv_dtype is not null and weight_format(placed.kv_dtype) is null
            then concat('unknown kv_dtype ''', placed.kv_dtype, '''; known: ', weight_formats())
        when not coalesce(isfinite(placed.prompt_tokens) and placed.prompt_tokens > 0, false)
            then concat('isl must be a positive number of tokens, not ', coalesce(placed.isl, 'blank'))
        when not coalesce(isfinite(placed.made_tokens) and placed.made_tokens > 0, false)
            then concat('osl must be a positive number of tokens, not ', coalesce(placed.osl, 'blank'))
        when
            placed.concurrency is not null
            and not coalesce(placed.most_at_once > 0 and not isnan(placed.most_at_once), false)
            then concat('concurrency must be positive, not ', placed.concurrency)
        when
            not coalesce(placed.gpus >= 1 and placed.gpus = floor(placed.gpus), false)
            or (placed.n_gpus is not null and placed.gpus_given is null)
            then concat('n_gpus must be a whole number from 1 on, not ', coalesce(placed.n_gpus, 'blank'))
        when
            placed.tp is not null
            and not coalesce(placed.tp_given >= 1 and placed.tp_given = floor(placed.tp_given), false)
            then concat('tp must be a whole number from 1 on, not ', placed.tp)
        when
            not (placed.stages >= 1 and placed.stages = floor(placed.stages))
            or (placed.pp is not null and try_cast(placed.pp as double) is null)
            then concat('pp must be a whole number from 1 on, not ', placed.pp)
        when not (placed.expert_ranks >= 1) or (placed.ep is not null and try_cast(placed.ep as double) is null)
            then concat('ep must be a whole number from 1 on, not ', placed.ep)
        when lower(placed.dp_attn) not in ('0', '1', '0.0', '1.0', 'true', 'false', 'yes', 'no')
            then concat('dp_attn must be 0 or 1, not ', placed.dp_attn)
        when placed.gpus < placed.server_tp * placed.stages
            then
                format(
                    'tp x pp = {:.0f} GPUs are more than n_gpus = {:.0f}', placed.server_tp * placed.stages, placed.gpus
                )
    end as refused,
    case
        when
            gpu_specs.vendor not in ('NVIDIA', 'AMD')
            then concat('no measurements on ', gpu_specs.vendor, ' chips went into the constants')
        when regexp_matches(placed.scenario_said, 'server|interactive|online|poisson')
            then 'requests arrive at random under a latency limit; this is the throughput without one'
        when regexp_matches(placed.options, 'disagg') then 'prefill and decode on GPUs of their own are not modelled'
        when regexp_matches(placed.options, 'specul|spec[-_ ]?dec|\bmtp|mtp\b|eagle|medusa|draft')
            then 'several tokens per step (speculation) are not modelled'
        when placed.beams > 1 then format('beam search: {:.0f} sequences per request', placed.beams)
        when
            regexp_matches(placed.options, '(^|;)\s*open\s*(;|$)')
            then 'open division: the submitter may have changed the model'
    end as doubt,
    if(
        placed.prompt_tokens + placed.made_tokens > llm_specs.context_tokens,
        format(
            '{:.0f} tokens are beyond the model''s context of {:,}',
            placed.prompt_tokens + placed.made_tokens,
            llm_specs.context_tokens
        ),
        null
    ) as remark
from placed
left join marts.llm_specs on llm_specs.name = placed.model_spec
left join marts.gpu_specs on gpu_specs.name = placed.gpu_spec

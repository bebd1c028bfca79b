-- Requests in the form that the model takes, or the reason why it cannot. Key: row of `raw`, from 1. server_tp: GPUs
-- that share each layer of one server; NULL: to be chosen. stages: as given, else 1. refused: why there is no answer.
-- load: how requests arrive, as classes of accuracy tell it; measured_as: the format of its class of accuracy. isl_low
-- to osl_high: the ends of a length that is a range ("1000-8000", "3000 (1000-8000)"), and half and twice one that
-- `extra` says is assumed; NULL where a length is stated. isl and osl are then the typical one, or the ends' geometric
-- mean.
create or replace macro marts.requests_of(raw, model_labels, gpu_labels) as table
with spellings as (
    -- Words are read once for all requests that spell them alike.
    select
        *,
        lower(coalesce(trim(precision), '')) in ('', '?', 'auto', 'default', 'native', 'none', 'as released')
            as is_format_assumed,
        case
            when is_format_assumed then null
            -- MLPerf's INT8 is of activations too.
            when weight_format(precision) = 'INT8' and starts_with(lower(scenario), 'mlperf') then 'W8A8'
            else weight_format(precision)
        end as stated_weights,
        lower(kv_dtype) in ('auto', 'default') as is_kv_default,
        weight_format(kv_dtype) as kv_format,
        lower(coalesce(scenario, '')) as scenario_words,
        -- Drop words that say what is absent, such as "mtp=0" and "no speculation".
        regexp_replace(
            lower(concat_ws(';', scenario, extra)),
            '(^|[^a-z])(without|non|not|no)[ _-]?\w+|\w+\s*[=:]\s*(0|no|none|off|false|null)\b', '', 'g'
        ) as options,
        regexp_matches(options, 'disagg') as is_pool,
        -- Of pools, tables often state the ranks that share the experts in words alone: "EP72".
        if(is_pool, try_cast(regexp_extract(options, '\bep[-=: ]?(\d{1,3})\b', 1) as double), null) as ep_read,
        coalesce(
            try_cast(
                regexp_extract(options, '(?:mtp|drafts?|spec\w*[ _-]tokens?)\s*[-=:_ ]?\s*(\d{1,2})\b', 1) as double
            ),
            if(regexp_matches(options, 'specul|spec[-_ ]?dec|\bmtp|mtp\b|eagle|medusa|draft'), 1, 0)
        ) as guesses_read,
        case
            when regexp_matches(scenario_words, 'interactive') then 'interactive'
            when regexp_matches(scenario_words, 'server|online|poisson') then 'server'
        end as arrival,
        coalesce(try_cast(regexp_extract(options, 'beams?(?:[ _-]?(?:width|size))?\s*[=:]?\s*(\d+)', 1) as double), 1)
            as beams,
        regexp_matches(options, '(^|;)\s*open\s*(;|$)') as is_open_division,
        is_length_assumed(extra, 'isl') as is_isl_assumed,
        is_length_assumed(extra, 'osl') as is_osl_assumed
    from (select distinct precision, kv_dtype, scenario, extra from query_table(raw))
),
asked_models as (
    select
        model_labels.label as model_label,
        model_labels.spec as model_spec,
        model_labels.unknown as unknown_model,
        coalesce(llm_specs.published_as, 'BF16') as published_as,
        llm_specs.context_tokens,
        llm_specs.is_mla,
        coalesce(llm_specs.experts > 0, false) as is_mixture,
        model_family(llm_specs.is_mla, llm_specs.experts) as family
    from query_table(model_labels) as model_labels
    left join marts.llm_specs on llm_specs.name = model_labels.spec
),
asked_gpus as (
    select
        gpu_labels.label as gpu_label,
        gpu_labels.spec as gpu_spec,
        gpu_labels.unknown as unknown_gpu,
        gpu_specs.vendor,
        gpu_specs.link_kind,
        gpu_specs.fp8_tflops is null as lacks_fp8,
        gpu_specs.fp4_tflops is null as lacks_fp4
    from query_table(gpu_labels) as gpu_labels
    left join marts.gpu_specs on gpu_specs.name = gpu_labels.spec
),
typed as (
    select
        raw.* exclude (model, gpu) replace (if(spellings.is_kv_default, null, raw.kv_dtype) as kv_dtype),
        asked_models.* exclude (model_label),
        asked_gpus.* exclude (gpu_label),
        spellings.* exclude (precision, kv_dtype, scenario, extra, is_kv_default),
        if(spellings.is_format_assumed, asked_models.published_as, spellings.stated_weights) as weights,
        try_cast(coalesce(n_gpus, '') as double) as gpus_given,
        try_cast(server_gpus as double) as one_server,
        try_cast(tp as double) as tp_given,
        coalesce(try_cast(pp as double), 1) as stages,
        greatest(coalesce(try_cast(ep as double), 1), coalesce(ep_read, 1)) as expert_ranks,
        case when lower(dp_attn) in ('true', 'yes') then 1 when lower(dp_attn) in ('false', 'no') then 0
            else try_cast(dp_attn as double) end as attention_ranks,
        try_cast(isl as double) as isl_stated,
        try_cast(osl as double) as osl_stated,
        if(isl_stated is null and isl is not null, token_range(isl), null) as isl_range,
        if(osl_stated is null and osl is not null, token_range(osl), null) as osl_range,
        coalesce(isl_stated, isl_range['middle']) as prompt_tokens,
        coalesce(osl_stated, osl_range['middle']) as made_tokens,
        if(isl_stated is null, isl_range['low'], if(is_isl_assumed, isl_stated / 2, null)) as isl_low,
        if(isl_stated is null, isl_range['high'], if(is_isl_assumed, isl_stated * 2, null)) as isl_high,
        if(osl_stated is null, osl_range['low'], if(is_osl_assumed, osl_stated / 2, null)) as osl_low,
        if(osl_stated is null, osl_range['high'], if(is_osl_assumed, osl_stated * 2, null)) as osl_high,
        try_cast(concurrency as double) as most_at_once
    from query_table(raw) as raw
    join spellings
        on
            spellings.precision is not distinct from raw.precision
            and spellings.kv_dtype is not distinct from raw.kv_dtype
            and spellings.scenario is not distinct from raw.scenario
            and spellings.extra is not distinct from raw.extra
    join asked_models on asked_models.model_label is not distinct from raw.model
    join asked_gpus on asked_gpus.gpu_label is not distinct from raw.gpu
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
        coalesce(gpus_given, one_server, server_tp * stages, stages) as gpus,
        -- Some tables count expert parallelism twice: their n_gpus is tp x ep for one server of tp GPUs.
        case
            when expert_ranks > 1 and gpus = tp_given * expert_ranks * stages then 1
            else gpus / coalesce(one_server, server_tp * stages)
        end
            as replicas,
        coalesce(try_cast(drafts as double), guesses_read) as guesses,
        case
            when is_pool then 'disaggregated'
            when guesses > 0 then 'speculative'
            when arrival is not null then arrival
            when most_at_once is null or isinf(most_at_once) then 'offline'
            else 'closed loop'
        end as load
    from typed
)
select
    placed.row,
    placed.model_spec as model,
    placed.gpu_spec,
    placed.weights,
    if(placed.kv_dtype is null, null, placed.kv_format) as kv_dtype,
    placed.gpus,
    placed.stages,
    placed.server_tp,
    placed.replicas as given_replicas,
    -- MLPerf's results do not state how a server is laid out: one that cannot be is not what ran.
    starts_with(placed.scenario_words, 'mlperf') and placed.server_tp * placed.stages < placed.gpus as is_tp_assumed,
    if(placed.server_tp > placed.tp_given, 1, placed.attention_ranks) as attention_ranks,
    if(placed.ep is null, null, placed.expert_ranks) as ep,
    placed.software as engine,
    placed.is_pool,
    placed.guesses as drafts,
    try_cast(placed.acceptance as double) as acceptance,
    try_cast(placed.cached_share as double) as cached_share,
    placed.pp is not null as is_pp_given,
    placed.is_mixture,
    placed.is_mla,
    placed.link_kind,
    placed.one_server as server_gpus,
    placed.prompt_tokens as isl,
    placed.made_tokens as osl,
    placed.isl_low,
    placed.isl_high,
    placed.osl_low,
    placed.osl_high,
    placed.most_at_once as concurrency,
    placed.beams,
    case
        when placed.unknown_model is not null then placed.unknown_model
        when placed.unknown_gpu is not null then placed.unknown_gpu
        when
            placed.weights is null
            then concat('unknown precision ''', placed.precision, '''; known: ', weight_formats())
        when
            placed.kv_dtype is not null and placed.kv_format is null
            then concat('unknown kv_dtype ''', placed.kv_dtype, '''; known: ', weight_formats())
        when not coalesce(isfinite(placed.prompt_tokens) and placed.prompt_tokens > 0, false)
            then
                concat(
                    'isl must be a positive number of tokens or a range (1000-8000), not ',
                    coalesce(placed.isl, 'blank')
                )
        when not coalesce(isfinite(placed.made_tokens) and placed.made_tokens > 0, false)
            then
                concat(
                    'osl must be a positive number of tokens or a range (1000-8000), not ',
                    coalesce(placed.osl, 'blank')
                )
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
        when placed.dp_attn is not null and not coalesce(placed.attention_ranks in (0, 1, 2, 4, 8, 16, 32, 64), false)
            then concat('dp_attn must be 0, 1 or a number of ranks (2, 4, 8 ..), not ', placed.dp_attn)
        when placed.drafts is not null and not coalesce(try_cast(placed.drafts as double) between 0 and 16, false)
            then concat('drafts must be 0 to 16 tokens guessed per step, not ', placed.drafts)
        when
            placed.acceptance is not null
            and not coalesce(try_cast(placed.acceptance as double) between 0 and 1, false)
            then concat('acceptance must be a share from 0 to 1, not ', placed.acceptance)
        when
            placed.cached_share is not null
            and not coalesce(try_cast(placed.cached_share as double) between 0 and 1, false)
            then concat('cached_share must be a share from 0 to 1, not ', placed.cached_share)
        when placed.gpus < placed.server_tp * placed.stages
            then
                format(
                    'tp x pp = {:.0f} GPUs are more than n_gpus = {:.0f}', placed.server_tp * placed.stages, placed.gpus
                )
    end as refused,
    -- What remarks on an answer and its class of accuracy are made of; marts.answers_of says them.
    placed.is_format_assumed,
    placed.is_open_division,
    placed.context_tokens,
    placed.vendor,
    placed.lacks_fp8,
    placed.lacks_fp4,
    placed.family,
    accuracy_format(
        checkpoint_format(placed.weights, placed.published_as), placed.lacks_fp8, placed.lacks_fp4
    ) as measured_as,
    placed.load
from placed;

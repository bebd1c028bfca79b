-- Errors of answers against measurements, by group. Key: scope, grouping, name. n: rows whose model and GPU have a
-- spec; missing: those without an answer, which count as infinitely wrong. median_error_pct: of |answer / measured -
-- 1|; bias: median of answer / measured; within_*: shares of rows. seed_*: the same for the reference document's
-- formula (2 FLOP per parameter and token, input or output, at nominal FP16 speed), never mixed with the model's.
-- ranged: rows of which a length is a range or assumed; range_factor: median of the highest by the lowest answer over
-- it; within_*: by the answer at the middle, nearest_within_*: by the nearest of the answers over the range.
-- is_fitted_on: whether the constants in use were fitted on rows of this source; NULL where a group has rows of both
-- kinds.
with measurements as (
    select
        measured.source,
        answers.model,
        answers.gpu_spec,
        answers.is_core,
        measured.measured,
        answers.output_tokens_per_s_per_gpu as answer,
        answers.output_tokens_per_s_per_gpu_low as low,
        answers.output_tokens_per_s_per_gpu_high as high,
        coalesce(answers.isl_low, answers.osl_low) is not null as is_ranged,
        read.osl
        / nominal_seconds(
            inference_flop(llm_specs.active_params_b * 1e9, read.isl + read.osl), gpu_specs.nominal_tflops
        ) as seed_answer,
        exists (
            from marts.theta_sources as sources
            where
                sources.version = (select max(version) from marts.theta)
                and starts_with(measured.source, sources.source)
        ) as is_fitted_on
    from answers
    join read on read.row = answers.row
    join measured on measured.row = answers.row
    join marts.llm_specs on llm_specs.name = answers.model
    join marts.gpu_specs on gpu_specs.name = answers.gpu_spec
    where answers.has_specs and measured.measured > 0
),
grouped as (
    select measurements.*, scopes.scope, k.grouping, k.name
    from measurements
    join (values ('core', true), ('all', false)) as scopes (scope, is_core)
        on measurements.is_core or not scopes.is_core,
    unnest([
        {'grouping': 'total', 'name': ''}, {'grouping': 'source', 'name': source},
        {'grouping': 'gpu', 'name': gpu_spec}, {'grouping': 'model', 'name': model}
    ]) as unnested (k)
),
ranked as (
    select
        *,
        coalesce(abs(answer / measured - 1), 'infinity') as error,
        coalesce(greatest(answer / measured, measured / answer), 'infinity') as ratio,
        coalesce(greatest(1, least(low, answer) / measured, measured / greatest(high, answer)), ratio) as nearest_ratio,
        abs(seed_answer / measured - 1) as seed_error,
        greatest(seed_answer / measured, measured / seed_answer) as seed_ratio,
        rank() over (same order by measured) as measured_rank,
        rank() over (same order by answer nulls first) as answer_rank,
        rank() over (same order by seed_answer) as seed_rank
    from grouped
    window same as (partition by scope, grouping, name)
)
select
    scope,
    grouping,
    name,
    count(*) as n,
    count(*) - count(answer) as missing,
    100 * median(error) as median_error_pct,
    median(answer / measured) as bias,
    avg((ratio <= 1.5)::integer) as within_1_5x,
    avg((ratio <= 2)::integer) as within_2x,
    corr(answer_rank, measured_rank) as spearman,
    100 * median(seed_error) as seed_median_error_pct,
    avg((seed_ratio <= 2)::integer) as seed_within_2x,
    corr(seed_rank, measured_rank) as seed_spearman,
    count(*) filter (where is_ranged) as ranged,
    median(high / low) as range_factor,
    avg((nearest_ratio <= 1.5)::integer) as nearest_within_1_5x,
    avg((nearest_ratio <= 2)::integer) as nearest_within_2x,
    if(count(distinct is_fitted_on) = 1, any_value(is_fitted_on), null) as is_fitted_on
from ranked
group by scope, grouping, name
order by grouping <> 'total', scope = 'all', grouping = 'source' desc, grouping, name

-- What servers were measured to make beside what the model answers for the same settings: every published result whose
-- model and GPU have a spec. The settings that a source leaves open (a layout, how many at once) are the best of the
-- model's, as `gpuhour cost validate` takes them.
-- materialized: table
-- key: result_id
-- columns:
--   list, source, origin: as in staging.throughput_rows
--   software, date: engine, and when it ran or was published
--   model, gpu_spec, weights, kv_dtype: as in marts.llm_specs and marts.gpu_specs; weight_format
--   gpus: of one server; n_gpus: that the result was measured on
--   isl, osl: mean tokens in and out; isl_low, isl_high: bounds where the source does not state the mean
--   batch: requests at once on one server, as stated or as the model finds that fit
--   measured_tokens_per_s_per_gpu, modelled_tokens_per_s_per_gpu: tokens made per second and GPU
--   times_apart: the larger of both by the smaller; NULL: no answer
--   is_apart: more than 1.5 times apart
--   class, band_factor, in_scope: as `gpuhour cost` gives them; reason: why there is no answer, or a remark
--   is_current: the newest document still has it
--   captured_at, sha256, source_url, receipt_url, text: the receipt
with raw as (
    select
        row_number() over (order by result_id) as row,
        result_id,
        model,
        gpu,
        n_gpus::varchar as n_gpus,
        null::varchar as server_gpus,
        tp::varchar as tp,
        pp::varchar as pp,
        ep::varchar as ep,
        nullif(dp_attn, '') as dp_attn,
        nullif(precision, '') as precision,
        nullif(kv_dtype, '') as kv_dtype,
        isl::varchar as isl,
        osl::varchar as osl,
        concurrency::varchar as concurrency,
        software,
        drafts::varchar as drafts,
        null::varchar as acceptance,
        null::varchar as cached_share,
        scenario,
        extra
    from staging.throughput_rows
    where model_spec is not null and gpu_spec is not null
),
-- What each label means was worked out with the rows.
model_labels as (
    select distinct model as label, model_spec as spec, null::varchar as unknown
    from staging.throughput_rows
    where model_spec is not null
),
gpu_labels as (
    select distinct gpu as label, gpu_spec as spec, null::varchar as unknown
    from staging.throughput_rows
    where gpu_spec is not null
),
requests as materialized (from marts.requests_of('raw', 'model_labels', 'gpu_labels')),
candidates as materialized (
    select
        row, model, gpu_spec, weights, kv_dtype, engine, isl, osl, beams, concurrency, ep, is_pool, drafts, acceptance,
        cached_share, tp, pp, dp_attn, is_stated, replicas
    from marts.candidates_of('requests', 'requests')
),
costed as materialized (from marts.inference_of('candidates')),
-- Nobody limits the time per token here, and each length is answered at its middle.
limited as (select null::bigint as row where false),
length_ranges as (
    select
        null::bigint as row,
        null::double as output_tokens_per_s_per_gpu_low,
        null::double as output_tokens_per_s_per_gpu_high,
        null::double as ttft_s_low,
        null::double as ttft_s_high,
        null::double as tpot_s_low,
        null::double as tpot_s_high
    where false
),
answers as (from marts.answers_of('requests', 'limited', 'costed', 'length_ranges'))
select
    results.result_id,
    results.list,
    results.source,
    results.origin,
    results.software,
    results.date,
    answers.model,
    answers.gpu_spec,
    answers.weights,
    answers.kv_dtype,
    results.n_gpus,
    answers.gpus::integer as gpus,
    answers.tp,
    answers.pp,
    answers.dp_attn,
    results.isl::double as isl,
    results.osl::double as osl,
    results.isl_low::double as isl_low,
    results.isl_high::double as isl_high,
    results.concurrency::double as concurrency,
    answers.batch,
    results.scenario,
    results.extra,
    results.out_tps_per_gpu::double as measured_tokens_per_s_per_gpu,
    answers.output_tokens_per_s_per_gpu as modelled_tokens_per_s_per_gpu,
    greatest(
        modelled_tokens_per_s_per_gpu / measured_tokens_per_s_per_gpu,
        measured_tokens_per_s_per_gpu / modelled_tokens_per_s_per_gpu
    ) as times_apart,
    times_apart > 1.5 as is_apart,
    results.ttft_s::double as measured_ttft_s,
    answers.ttft_s as modelled_ttft_s,
    results.tpot_s::double as measured_tpot_s,
    answers.tpot_s as modelled_tpot_s,
    answers.class,
    answers.band_factor,
    answers.in_scope,
    answers.reason,
    results.is_current,
    results.first_seen_on,
    results.captured_at,
    results.sha256,
    results.source_url,
    results.receipt_url,
    results.text
from answers
join raw on raw.row = answers.row
join staging.throughput_rows as results on results.result_id = raw.result_id
order by result_id

-- Published measurements of throughput, each result once, with the specs that its labels mean. Replayed documents
-- stand in only until the list was read live.
-- materialized: table
-- key: result_id
-- columns:
--   list, source: who publishes it and in which feed: mlperf, mlperf_v6.1
--   origin: live, recorded, sample or imported
--   model, gpu: as printed; model_spec, gpu_spec: in marts; unknown: why there is no such spec
--   out_tps_per_gpu: tokens made per second and GPU
--   isl, osl: mean tokens in and out; isl_low, isl_high: bounds where the source does not state the mean
--   is_current: some document still has it
--   first_seen_on: UTC day on which it was first read
--   captured_at, sha256, source_url, receipt_url, text: the receipt
with read_live as (
    select distinct list from landing.throughput_scrapes where origin = 'live' and status in ('ok', 'partial')
),
landed as (
    select throughput_rows.*, throughput_scrapes.origin
    from landing.throughput_rows
    join landing.throughput_scrapes using (landing_id, list)
    where throughput_rows.captured_at between '2020-01-01 00:00:00+00' and '2199-12-31 00:00:00+00'
        and (throughput_scrapes.origin not in ('recorded', 'sample') or list not in (select list from read_live))
),
marks as (
    -- What each document says last of a result.
    select result_id, is_gone
    from landed
    qualify row_number() over (partition by result_id, source_url order by captured_at desc, landing_id desc) = 1
),
current as (
    select result_id, not bool_and(is_gone) as is_current from marks group by result_id
)
select
    landed.* exclude (landing_id, is_gone),
    model_labels.spec as model_spec,
    gpu_labels.spec as gpu_spec,
    coalesce(model_labels.unknown, gpu_labels.unknown) as unknown,
    current.is_current,
    min(landed.captured_at) over (partition by landed.result_id)::date as first_seen_on
from landed
join current on current.result_id = landed.result_id
left join python.spec_labels as model_labels on model_labels.kind = 'model' and model_labels.label = landed.model
left join python.spec_labels as gpu_labels on gpu_labels.kind = 'gpu' and gpu_labels.label = landed.gpu
where not landed.is_gone
-- A list that was read itself goes before a file of it that somebody imported.
qualify row_number() over (
    partition by landed.result_id order by landed.origin = 'imported', landed.captured_at, landed.landing_id
) = 1

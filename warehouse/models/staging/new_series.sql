-- The series that this build's landing tells of for the first time.
-- Grain: series_id x is_announced. main_no: the series that an announced price is of; for all others series_no itself.
with found as (
    from staging.observations
    qualify row_number() over (partition by series_id order by observed_at, gpu_label, feed) = 1
),
announced as (select distinct series_id from staging.observations where is_announced),
tracks as (
    select * replace (false as is_announced) from found
    union all by name
    select f.* replace (true as is_announced) from found as f semi join announced using (series_id)
),
numbered as (
    select *, (select coalesce(max(series_no), 0) from state.series) + row_number() over (
        order by provider, source, instance, region, zone, pricing_model, series_id, is_announced
    ) as series_no
    from tracks
    anti join state.series using (series_id, is_announced)
)
select
    n.series_no::integer as series_no,
    coalesce(k.series_no, min(n.series_no) over (partition by n.series_id))::integer as main_no,
    n.series_id, n.is_announced, n.source, n.feed, n.provider, n.instance, n.gpu, n.vendor, n.form_factor,
    n.gpu_memory_gb, n.gpu_count, n.region, n.zone, n.pricing_model, n.term_months, n.upfront, n.price_scope, n.rank,
    n.origin, n.gpu_label, n.known_count, n.label_gpu, n.label_memory_gb
from numbered as n
left join state.series as k on k.series_id = n.series_id and not k.is_announced

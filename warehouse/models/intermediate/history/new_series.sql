-- Series that appear in this build's landing for the first time.
-- materialized: table
-- driven_by: intermediate.observations
-- key: series_id, is_announced
-- columns:
--   main_no: for announced prices the series they belong to, else series_no itself
with first_observations as (
    from intermediate.observations
    semi join (select series_id, min(observed_at) as observed_at from intermediate.observations group by series_id)
        using (series_id, observed_at)
    qualify row_number() over (partition by series_id order by gpu_label, feed) = 1
),
announced as (select distinct series_id from intermediate.observations where is_announced),
tracks as (
    select * replace (false as is_announced) from first_observations
    union all by name
    select first_observations.* replace (true as is_announced)
    from first_observations
    semi join announced using (series_id)
),
numbered as (
    select *, (select coalesce(max(series_no), 0) from state.series) + row_number() over (
        order by provider, source, instance, region, zone, pricing_model, series_id, is_announced
    ) as series_no
    from tracks
    anti join state.series using (series_id, is_announced)
)
select
    numbered.series_no::integer as series_no,
    coalesce(series.series_no, min(numbered.series_no) over (partition by numbered.series_id))::integer as main_no,
    numbered.series_id,
    numbered.is_announced,
    numbered.source,
    numbered.feed,
    numbered.provider,
    numbered.instance,
    numbered.gpu,
    numbered.vendor,
    numbered.form_factor,
    numbered.gpu_memory_gb,
    numbered.gpu_count,
    numbered.region,
    numbered.stated_region,
    numbered.region_id,
    numbered.country,
    numbered.continent,
    numbered.zone,
    numbered.pricing_model,
    numbered.term_months,
    numbered.upfront,
    numbered.price_scope,
    numbered.is_bound,
    numbered.rank,
    numbered.known_vcpus, numbered.known_ram_gb, numbered.known_disk_gb, numbered.known_interconnect,
    numbered.origin, numbered.gpu_label, numbered.printed_count, numbered.known_count,
    numbered.label_gpu, numbered.label_memory_gb
from numbered
left join state.series on series.series_id = numbered.series_id and not series.is_announced

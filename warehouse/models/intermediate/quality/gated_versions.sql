-- Versions that the gate judges: those that began in this build (is_new), and versions of the same providers to compare
-- them with. Columns of intermediate.series and intermediate.versions; hourly_usd: what the thing costs in USD an hour,
-- whatever its unit, fee included; printed_count: GPU count as printed; known_count: that of this instance type in
-- seeds/instance_gpus; label_gpu, label_memory_gb: read from the printed label and memory alone. Context: the twelve
-- previous versions of a series that has new ones or is in doubt, and the newest version of every other.
-- materialized: table
-- driven_by: intermediate.judged_providers
-- key: series_no, version_no
-- join_order: as_written
with judged_series as (
    -- Those of a provider are numbered in a row: DuckDB looks for no others in the tables below.
    select series.* from intermediate.series join intermediate.judged_providers using (provider)
),
doubted as (
    select distinct findings.series_no
    from state.findings
    join
        intermediate.current_versions
        on current_versions.series_no = findings.series_no and findings.version_no > current_versions.version_no - 12
),
pasts as (
    select
        changed_series.series_no, coalesce(changed_series.from_version_no, current_versions.version_no) - 12 as after_no
    from intermediate.changed_series
    join judged_series using (series_no)
    join intermediate.current_versions using (series_no)
    where changed_series.from_version_no is not null or changed_series.series_no in (select series_no from doubted)
),
-- Hardly any in an append, so DuckDB need not read the old versions at all.
further_back as (
    select pasts.*
    from pasts
    join intermediate.recent_version_bounds using (series_no)
    where recent_version_bounds.version_no > greatest(pasts.after_no, 0) + 1
),
chosen as (
    select current_versions.* from intermediate.current_versions
    union all by name
    select recent_versions.*
    from intermediate.recent_versions
    join pasts on pasts.series_no = recent_versions.series_no and recent_versions.version_no > pasts.after_no
    union all by name
    select old_versions.*
    from intermediate.old_versions
    join
        further_back
        on further_back.series_no = old_versions.series_no and old_versions.version_no > further_back.after_no
)
select
    chosen.series_no, chosen.version_no, coalesce(chosen.version_no >= changed_series.from_version_no, false) as is_new,
    judged_series.source,
    judged_series.provider,
    judged_series.instance,
    judged_series.gpu_label,
    judged_series.gpu,
    judged_series.form_factor,
    judged_series.gpu_memory_gb,
    judged_series.gpu_count,
    judged_series.printed_count,
    judged_series.known_count,
    judged_series.label_gpu,
    judged_series.label_memory_gb,
    judged_series.region,
    judged_series.zone,
    judged_series.pricing_model,
    judged_series.term_months,
    judged_series.upfront,
    judged_series.price_scope,
    judged_series.is_announced,
    scrapes.captured_at as first_at,
    chosen.first_on,
    chosen.last_on,
    chosen.n_seen,
    chosen.ended_on,
    chosen.price, chosen.upfront_price, chosen.price_unit, chosen.usd_per_gpu_hour,
    usd_an_hour(
        chosen.usd_price,
        chosen.price_unit,
        chosen.upfront_price
        * chosen.usd_per_unit
        / if(chosen.price_unit like 'gpu_%', nullif(judged_series.gpu_count, 0), 1),
        judged_series.term_months
    ) as hourly_usd,
    chosen.price_status, chosen.n_prices
from chosen
join judged_series using (series_no)
join intermediate.scrapes on scrapes.scrape_no = chosen.first_scrape
left join intermediate.changed_series using (series_no)

-- Prices of all providers of the GPUs that the gate has no band for yet: what such a chip costs elsewhere. Why apart:
-- the gate looks at providers with new prices only.
-- materialized: table
-- driven_by: intermediate.gated_versions
-- key: series_no, version_no
-- columns:
--   first_on, ended_on: as in intermediate.versions
with young as (
    select distinct gated_versions.gpu, gated_versions.pricing_model
    from intermediate.gated_versions
    join seeds.gate_rules on gate_rules.rule = 'out_of_band'
    left join intermediate.price_bands
        on
            price_bands.gpu = gated_versions.gpu
            and price_bands.pricing_model = gated_versions.pricing_model
            and price_bands."month" = date_trunc('month', gated_versions.first_on)
    where gated_versions.is_new and gated_versions.gpu is not null
        and coalesce(price_bands.n_series, 0) < gate_rules.min_count
),
series_of as (
    select series.series_no, series.provider, series.gpu, series.pricing_model
    from intermediate.series
    semi join young using (gpu, pricing_model)
    where series.price_scope = 'instance' and not series.is_announced
),
versions as (
    select series_no, version_no, first_on, ended_on, usd_per_gpu_hour from intermediate.current_versions
    union all
    select series_no, version_no, first_on, ended_on, usd_per_gpu_hour from intermediate.recent_versions
    union all
    select series_no, version_no, first_on, ended_on, usd_per_gpu_hour from intermediate.old_versions
)
select series_of.*, versions.* exclude (series_no)
from versions
join series_of using (series_no)
where versions.usd_per_gpu_hour > 0

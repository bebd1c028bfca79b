-- Versions with a verdict that this build changed in some way: the verdict, their last scrape, or the history before
-- them.
-- materialized: table
-- key: series_no, version_no
-- join_order: as_written
-- columns:
--   last_good: the price in force before the version's first day, in the version's currency and unit, NULL where
--   there was none
--   last_good_usd_per_gpu_hour: the same in USD per GPU-hour
with changed as (
    select
        verdicts.series_no, verdicts.version_no, coalesce(aliases.main_no, series.main_no) as main_no,
        coalesce(verdicts.version_no < recent_version_bounds.version_no, false) as is_far_back
    from intermediate.verdicts
    join intermediate.series using (series_no)
    join intermediate.current_versions using (series_no)
    left join intermediate.aliases on aliases.series_no = series.main_no
    left join intermediate.recent_version_bounds on recent_version_bounds.series_no = verdicts.series_no
    left join intermediate.changed_series on changed_series.series_no = verdicts.series_no
    left join intermediate.affected_series on affected_series.main_no = coalesce(aliases.main_no, series.main_no)
    left join
        intermediate.changed_verdicts
        on changed_verdicts.series_no = verdicts.series_no and changed_verdicts.version_no = verdicts.version_no
    where
        verdicts.version_no
        >= coalesce(
            changed_series.from_version_no, if(changed_series.series_no is null, null, current_versions.version_no)
        )
        - 1
        or verdicts.first_on >= affected_series.from_on
        or changed_verdicts.series_no is not null
),
changed_versions as (
    from intermediate.current_versions semi join changed using (series_no, version_no)
    union all
    from intermediate.recent_versions semi join changed using (series_no, version_no)
    union all
    -- Hardly any in an append, so DuckDB need not read the old versions at all.
    from intermediate.old_versions semi join (from changed where is_far_back) using (series_no, version_no)
),
judged as (
    select changed.main_no, changed_versions.* from changed_versions join changed using (series_no, version_no)
),
before as (
    select
        series_no as main_no,
        valid_from,
        coalesce(valid_to, 'infinity') as valid_to,
        price,
        currency,
        price_unit,
        usd_per_gpu_hour
    from intermediate.intervals
    where series_no in (select main_no from judged)
)
select
    judged.series_no,
    judged.version_no,
    judged.first_scrape,
    judged.last_on,
    judged.price,
    judged.currency,
    judged.price_unit,
    judged.usd_per_gpu_hour,
    judged.text,
    -- In the same currency and unit; otherwise the two numbers could not be compared.
    if(
        before.currency = judged.currency
        and before.price_unit = judged.price_unit
        and before.valid_to >= judged.first_on,
        before.price,
        null
    ) as last_good,
    if(before.valid_to >= judged.first_on, before.usd_per_gpu_hour, null) as last_good_usd_per_gpu_hour
from judged
asof left join before on before.main_no = judged.main_no and judged.first_on > before.valid_from

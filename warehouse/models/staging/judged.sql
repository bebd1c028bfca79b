-- Runs with a verdict, of which this build changed something: the verdict, their last look, or the history before them.
-- Grain: series_no x run_no. last_good: the price in force before the run's first day, in the run's currency and unit, NULL
-- where there was none; last_good_usd_per_gpu_hour: the same in USD per GPU-hour.
with changed as (
    select
        v.series_no, v.run_no, coalesce(a.main_no, s.main_no) as main_no,
        coalesce(v.run_no < o.run_no, false) as is_far_back
    from core.verdicts as v
    join core.series as s using (series_no)
    join core.heads as h using (series_no)
    left join core.aliases as a on a.series_no = s.main_no
    left join staging.recent_from as o on o.series_no = v.series_no
    left join state.moved as m on m.series_no = v.series_no
    left join staging.touched as t on t.main_no = coalesce(a.main_no, s.main_no)
    left join staging.changed_verdicts as c on c.series_no = v.series_no and c.run_no = v.run_no
    where v.run_no >= coalesce(m.from_run_no, if(m.series_no is null, null, h.run_no)) - 1
        or v.first_on >= t.from_on
        or c.series_no is not null
),
stated as (
    from core.heads semi join changed using (series_no, run_no)
    union all
    from core.recent_runs semi join changed using (series_no, run_no)
    union all
    -- Hardly any in an append: then DuckDB does not look at the old runs at all.
    from core.old_runs semi join (from changed where is_far_back) using (series_no, run_no)
),
judged as (
    select c.main_no, r.* from stated as r join changed as c using (series_no, run_no)
),
before as (
    select series_no as main_no, valid_from, coalesce(valid_to, 'infinity') as valid_to, price, currency, price_unit, usd_per_gpu_hour
    from core.intervals
    where series_no in (select main_no from judged)
)
select
    j.series_no, j.run_no, j.first_look, j.last_on, j.price, j.currency, j.price_unit, j.usd_per_gpu_hour, j.text,
    -- In the same currency and unit, or it would be another number of the same name.
    if(b.currency = j.currency and b.price_unit = j.price_unit and b.valid_to >= j.first_on, b.price, null) as last_good,
    if(b.valid_to >= j.first_on, b.usd_per_gpu_hour, null) as last_good_usd_per_gpu_hour
from judged as j
asof left join before as b on b.main_no = j.main_no and j.first_on > b.valid_from

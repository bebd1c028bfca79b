-- Providers whose prices the gate judges in this build: those of which a price is new or has ended, and those with a
-- held price, which a further scrape may confirm. Where a build only saw known prices again, there are hardly any.
-- materialized: table
-- key: provider
-- driven_by: intermediate.changed_series
with seen as (
    select series.provider, bool_or(not changed_series.is_only_seen) as is_moved
    from intermediate.changed_series
    join intermediate.series using (series_no)
    group by series.provider
)
select provider from seen where is_moved
union
-- What is released stays so, and what a person decided; what is held may be confirmed.
select series.provider
from state.verdicts
join intermediate.current_versions
    on current_versions.series_no = verdicts.series_no and verdicts.version_no > current_versions.version_no - 12
join intermediate.series on series.series_no = verdicts.series_no
where verdicts.status = 'held' and series.provider in (select provider from seen)

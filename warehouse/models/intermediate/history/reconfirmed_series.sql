-- Series of which this build knows only that their price was seen again: their open interval goes on, nothing else
-- moves. The newest version is what the open interval ends with: it is not in doubt, and neither an announced price nor
-- another name is about.
-- materialized: table
-- key: series_no
-- columns:
--   last_on: when it was seen
select current_versions.series_no, current_versions.last_on
from intermediate.current_versions
join intermediate.changed_series using (series_no)
where changed_series.is_only_seen and current_versions.price_status = 'priced' and current_versions.usd_price > 0
    and current_versions.series_no not in (select series_no from intermediate.verdicts where status <> 'released')
    and current_versions.series_no not in (select main_no from intermediate.series where is_announced)
    and current_versions.series_no not in (select series_no from intermediate.series where is_announced)
    and current_versions.series_no not in (select unnest([series_no, main_no]) from intermediate.aliases)
    and current_versions.series_no in (select series_no from state.open_intervals where valid_to is null)

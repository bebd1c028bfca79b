-- Series that this build only saw again at the same price: their open interval continues and nothing else changes. The
-- newest version is the one the open interval ends with; it is not doubted, announces nothing and has no alias.
-- materialized: table
-- driven_by: intermediate.changed_series
-- key: series_no
-- columns:
--   last_on: the last day on which it was seen
select current_versions.series_no, current_versions.last_on
from intermediate.current_versions
join intermediate.changed_series using (series_no)
where changed_series.is_only_seen and current_versions.price_status = 'priced'
    and (
        current_versions.usd_price > 0 or (current_versions.usd_price = 0 and current_versions.upfront_price > 0)
    )
    and current_versions.series_no not in (select series_no from intermediate.verdicts where status <> 'released')
    and current_versions.series_no not in (select main_no from intermediate.series where is_announced)
    and current_versions.series_no not in (select series_no from intermediate.series where is_announced)
    and current_versions.series_no not in (select unnest([series_no, main_no]) from intermediate.aliases)
    and current_versions.series_no in (select series_no from state.open_intervals where valid_to is null)

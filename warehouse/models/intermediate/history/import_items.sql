-- Imported items that belong to exactly one series, with that series.
-- materialized: append
-- driven_by: intermediate.observations
-- key: item
-- columns:
--   item ubigint: hash of all that describes a price, as in staging.import_observations
--   series_no integer: the series
select observations.item, any_value(series.series_no) as series_no
from intermediate.observations
join intermediate.series using (series_id, is_announced)
where observations.item is not null and observations.item not in (select item from state.import_items)
group by observations.item
having count(distinct series.series_no) = 1

-- Every index by day, from its first day with a level on; days without one in between stay. Grain: index_id x day.
select *
from v1.index_daily
qualify day >= min(day) filter (where status = 'ok') over (partition by index_id)
order by index_id, day

-- error: a series has one price at a time.
select series_id, observed_at, count(*) as n
from core.observations
group by all
having count(*) > 1

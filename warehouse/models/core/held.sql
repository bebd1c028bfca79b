-- Series whose source states something newer that is held back: the price in force is the last good one. Grain: series_id.
select s.series_id
from core.verdicts as v
join core.heads as h using (series_no, run_no)
join core.series as s using (series_no)
where v.verdict = 'quarantine' and v.status <> 'released' and h.ended_on is null and not s.is_announced

-- What a person said of a run, from the ledger: the last word counts.
-- Grain: series_no x run_no. verdict: released or rejected. The event's id is that of v1.quality_events.
select r.series_no, r.run_no, arg_max(d.verdict, d.seq) as verdict
from gate.runs as r
join core.series as s using (series_no)
join landing.decisions as d on d.event_id = event_id(s.series_id, r.first_at)
group by all

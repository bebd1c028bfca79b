-- Verdicts of the gate that differ from those kept: new ones, other ones, and those that no longer stand (verdict NULL).
-- Grain: series_no x run_no, of the runs that the gate saw in this build.
select r.series_no, r.run_no, r.first_on, v.* exclude (series_no, run_no)
from gate.runs as r
left join gate.verdicts as v using (series_no, run_no)
left join state.verdicts as k using (series_no, run_no)
where v.verdict is distinct from k.verdict
    or v.status is distinct from k.status
    or v.rule is distinct from k.rule
    or v.reason is distinct from k.reason

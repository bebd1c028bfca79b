-- Runs that contradict something else than their own series: no measure for what follows them.
-- Grain: series_no x run_no. Found in this build, or kept from earlier ones; not what a person released.
-- Why: the way back from a wrong price is no jump, and a wrong price is no steady reference.
select series_no, run_no
from gate.findings_now as f
join seeds.gate_rules as k using (rule)
anti join (from gate.decisions where verdict = 'released') using (series_no, run_no)
where f.is_contradiction and f.verdict = 'quarantine' and k.judged_by in ('itself', 'others')
group by all

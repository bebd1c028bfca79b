-- Runs that contradict something else than their own series: no measure for what follows them.
-- Grain: series_no x run_no. Judged in this build, or in an earlier one (gate.earlier: series_no, run_no, status, is_contradiction).
-- Why: the way back from a wrong price is no jump, and a wrong price is no steady reference.
with found as (
    select series_no, run_no, is_contradiction, verdict from gate.findings_value
    union all by name
    select series_no, run_no, is_contradiction, verdict from gate.findings_identity
    union all by name
    select series_no, run_no, is_contradiction, verdict from gate.findings_terms
    union all by name
    select series_no, run_no, is_contradiction, verdict from gate.findings_scale
    union all by name
    select series_no, run_no, is_contradiction, verdict from gate.findings_regions
    union all by name
    select series_no, run_no, is_contradiction, verdict from gate.findings_component
    union all by name
    select series_no, run_no, is_contradiction, verdict from gate.findings_band
)
select distinct series_no, run_no from found where is_contradiction and verdict = 'quarantine'
union
select series_no, run_no from gate.earlier where is_contradiction and status = 'held'

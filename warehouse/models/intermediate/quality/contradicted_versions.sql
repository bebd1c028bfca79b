-- Runs that contradict something else than their own series: no measure for what follows them. Found in this build, or
-- kept from earlier ones; not what a person released. Why: the way back from a wrong price is no jump, and a wrong
-- price is no steady reference.
-- materialized: table
-- key: series_no, version_no
select series_no, version_no
from intermediate.standing_findings
join seeds.gate_rules using (rule)
anti join (from intermediate.manual_verdicts where verdict = 'released') using (series_no, version_no)
where
    standing_findings.is_contradiction
    and standing_findings.verdict = 'quarantine'
    and gate_rules.judged_by in ('itself', 'others')
group by all

-- Versions that something other than their own series contradicts, in this build or an earlier one, unless a person
-- released them: no measure for what follows. Why: the way back from a wrong price is not a jump, and a wrong price is
-- not a steady reference.
-- materialized: table
-- driven_by: intermediate.gated_versions
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

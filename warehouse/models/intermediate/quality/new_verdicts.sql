-- The verdict on each version that is not simply accepted. Why: one version, one answer. A person's decision wins; then
-- quarantined beats released; then the order of seeds.gate_rules.
-- materialized: table
-- driven_by: intermediate.gated_versions
-- key: series_no, version_no
-- columns:
--   verdict: quarantine or flag
--   status: held (not published, last-good stays), released (published and marked: a flag, a confirmed doubt, or a
--     person's decision), rejected (a person's decision)
--   rule, class, expected, reason: of the finding that decides (all: intermediate.new_findings)
--   confirmed_by: see intermediate.confirmations
with weighed as (
    select
        new_findings.*,
        gate_rules.precedence,
        confirmations.confirmed_by,
        case
            when manual_verdicts.verdict is not null then manual_verdicts.verdict
            when new_findings.verdict = 'flag' then 'released'
            when
                new_findings.is_contradiction or (confirmations.confirmed_by is null and verdicts.series_no is null)
                then 'held'
            else 'released'
        end as status
    from intermediate.new_findings
    join seeds.gate_rules using (rule)
    left join intermediate.confirmations using (series_no, version_no)
    left join intermediate.manual_verdicts using (series_no, version_no)
    -- Released stays released: whatever confirmed it may be out of view now.
    left join state.verdicts
        on
            verdicts.series_no = new_findings.series_no
            and verdicts.version_no = new_findings.version_no
            and verdicts.rule = new_findings.rule
            and verdicts.status = 'released'
)
select
    series_no, version_no, verdict, status, rule, class, expected, reason,
    if(is_contradiction or verdict = 'flag', null, confirmed_by) as confirmed_by
from weighed
qualify row_number() over (
    partition by series_no, version_no
    order by status = 'held' desc, precedence
) = 1

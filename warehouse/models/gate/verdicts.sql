-- What becomes of each run that is not simply accepted.
-- Grain: series_no x run_no. verdict: quarantine or flag. status: held (not published, last-good stays), released
-- (published and marked: a flag, a confirmed doubt, or a person's word), rejected (a person's word). rule, class, expected,
-- reason: of the finding that decides (all: gate.findings); confirmed_by: see gate.confirmations.
-- Why: one run, one answer. A person decides over all; what is held beats what is released; then the order of seeds.gate_rules.
with weighed as (
    select
        f.*,
        k.precedence,
        c.confirmed_by,
        case
            when d.verdict is not null then d.verdict
            when f.verdict = 'flag' then 'released'
            when f.is_contradiction or (c.confirmed_by is null and s.series_no is null) then 'held'
            else 'released'
        end as status
    from gate.findings as f
    join seeds.gate_rules as k using (rule)
    left join gate.confirmations as c using (series_no, run_no)
    left join gate.decisions as d using (series_no, run_no)
    -- What was released stays so: whoever confirmed it may be out of sight now.
    left join state.verdicts as s
        on s.series_no = f.series_no and s.run_no = f.run_no and s.rule = f.rule and s.status = 'released'
)
select
    series_no, run_no, verdict, status, rule, class, expected, reason,
    if(is_contradiction or verdict = 'flag', null, confirmed_by) as confirmed_by
from weighed
qualify row_number() over (
    partition by series_no, run_no
    order by status = 'held' desc, precedence
) = 1

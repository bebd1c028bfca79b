-- What the rules found that need no knowledge of the series' own way: now for new runs, kept for those judged before.
-- Grain: series_no x run_no x rule. Columns: see gate.findings_value.
-- Why kept: an old run was judged beside prices that were in force then; they are not all at hand any more.
with found as (
    from gate.findings_value
    union all by name
    from gate.findings_identity
    union all by name
    from gate.findings_terms
    union all by name
    from gate.findings_scale
    union all by name
    from gate.findings_regions
    union all by name
    from gate.findings_component
    union all by name
    from gate.findings_sibling
    union all by name
    from gate.findings_band
)
from found
union all by name
select k.*
from state.findings as k
semi join (from gate.runs where not is_new) as r on r.series_no = k.series_no and r.run_no = k.run_no

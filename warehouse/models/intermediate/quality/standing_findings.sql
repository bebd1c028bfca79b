-- Findings of the rules that do not need the series' own course: computed now for new versions, kept for those judged
-- before. Columns: see intermediate.rule_value. Why kept: an old version was judged beside prices that were in force
-- then, and not all of them are at hand any more.
-- materialized: table
-- driven_by: intermediate.gated_versions
-- key: series_no, version_no, rule
with current_findings as (
    from intermediate.rule_value
    union all by name
    from intermediate.rule_identity
    union all by name
    from intermediate.rule_terms
    union all by name
    from intermediate.rule_scale
    union all by name
    from intermediate.rule_regions
    union all by name
    from intermediate.rule_component
    union all by name
    from intermediate.rule_sibling
    union all by name
    from intermediate.rule_band
    union all by name
    from intermediate.rule_power
    union all by name
    from intermediate.rule_peers
    union all by name
    from intermediate.rule_reader
    union all by name
    from intermediate.rule_floor
)
from current_findings
union all by name
select earlier.*
from state.findings as earlier
semi join
    (from intermediate.gated_versions where not is_new) as known_versions
on known_versions.series_no = earlier.series_no and known_versions.version_no = earlier.version_no

-- Rejected aliases: the old name came back beside the new one, so both are series of their own again.
-- materialized: table
-- key: series_no, main_no
with members as (
    select series_no, main_no, renamed_on from intermediate.alias_candidates
    union
    select main_no, main_no, '-infinity'::date from intermediate.alias_candidates
)
select distinct alias_candidates.series_no, alias_candidates.main_no
from intermediate.alias_candidates
join members on members.main_no = alias_candidates.main_no and members.renamed_on < alias_candidates.renamed_on
join intermediate.current_versions
    on current_versions.series_no = members.series_no and current_versions.first_on >= alias_candidates.renamed_on

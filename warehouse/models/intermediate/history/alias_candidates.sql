-- Series that continue others under a new name, from this build and earlier ones. All belong to the first of a chain of
-- names.
-- materialized: table
-- key: series_no
with recursive links as (
    from state.aliases
    union all by name
    select
        new_series.main_no as series_no, old_series.main_no, renames.renamed_on, renames.class, new_series.instance,
        new_series.zone, new_series.gpu_label
    from intermediate.renames
    join intermediate.series as old_series
        on old_series.series_no = renames.old_series_no and not old_series.is_announced
    join intermediate.series as new_series
        on new_series.series_no = renames.new_series_no and not new_series.is_announced
    where renames.verdict = 'alias'
),
chains as (
    select series_no, main_no, 1 as depth from links
    union
    select chains.series_no, links.main_no, chains.depth + 1
    from chains
    join links on links.series_no = chains.main_no
    where chains.depth < 1000
),
roots as (
    select series_no, arg_max(main_no, depth) as main_no from chains group by series_no
)
select
    links.series_no, roots.main_no, links.renamed_on, links.class, links.instance, links.zone, links.gpu_label
from links
join roots using (series_no)

-- What was published of a day of an index and is no longer so: a row for each publication whose statement the next one
-- replaced. The present statement is in v1.index_daily. Only within one version of the method.
-- materialized: table
-- key: index_id, day, said_at
-- columns:
--   said_at: time (UTC) of the build that stated it
--   revised_at: time (UTC) of the build that replaced it
with fresh as (
    select said.* exclude (build_id) replace (meta.built_at as revised_at)
    from landing.published_index as said
    cross join core.meta
    left join v1.index_daily as now using (index_id, day)
    -- An append leaves all earlier days as they are, unless the build that it adds to was never published.
    where said.day >= if(
        said.build_id = (select build_id from state.made_by),
        (select from_on from intermediate.index_start),
        '-infinity'::date
    )
        and said.methodology_version = 'gpu-index-2'
        and (said.status, said.level_median, said.p25, said.p75, said.chained_base100, said.chain_start)
        is distinct from (now.status, now.level_median, now.p25, now.p75, now.chained_base100, now.chain_start)
)
from landing.index_revisions
union all by name
from fresh anti join landing.index_revisions using (index_id, day, said_at)
order by index_id, day, said_at

-- On which days each published list was read: from the first to the last change of an import, and each day on which it
-- was fetched. A price that the list stated holds from one such day to the next, and for five weeks after the last.
-- materialized: table
-- columns:
--   list: as in seeds.hosted_lists; from_on, to_on: UTC days
with read_live as (
    select distinct list from landing.hosted_scrapes where origin = 'live' and status in ('ok', 'partial')
)
select distinct
    list,
    coalesce(watched_from, captured_at)::date as from_on,
    captured_at::date as to_on
from landing.hosted_scrapes
where status in ('ok', 'partial')
    and (origin not in ('recorded', 'sample') or list not in (select list from read_live))
order by all

-- One row about this database: schema version, when it was built, and the day its newest price was seen.
-- Grain: one row. has_live: whether any price came live; then "now" means today, else newest_on.
select
    '1.3.0' as schema_version,
    now() as built_at,
    coalesce(bool_or(l.origin = 'live'), false) as has_live,
    max(i.last_on) as newest_on,
    (select sum(n_seen) from core.runs)::bigint as n_observations,
    count(*) as n_intervals,
    count(distinct i.series_no) as n_series
from core.intervals as i
join core.looks as l on l.look_no = i.first_look

-- One row about this database: schema version, when it was built, and the day its newest price was seen.
-- Grain: one row. has_live: whether any price came live; then "now" means today, else newest_on.
select
    '1.3.0' as schema_version,
    now() as built_at,
    exists(from core.intervals where first_look in (select look_no from core.looks where origin = 'live')) as has_live,
    (select max(last_on) from core.intervals) as newest_on,
    (select sum(n_seen) from core.runs)::bigint as n_observations,
    (select count(*) from core.intervals) as n_intervals,
    (select count(*) from core.open_intervals) as n_series -- every series has its newest interval there

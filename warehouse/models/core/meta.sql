-- One row about this database: schema version, build time, and the day its newest price was seen.
-- materialized: table
-- columns:
--   follows_clock: whether any price is live or imported; if so, "now" is today, else newest_on: who replays pages
--     (recorded, sample) wants that day. Catalogs that prices were only compared with do not count. Where nothing was
--     replayed, an import counts also if all of it is quarantined. Captures of an archive are history: they never move
--     "now", but where they are all there is, it is today.
--   as_of: the UTC day that "now" means
with origins as (
    select
        exists(
            from intermediate.intervals
            where first_scrape in (select scrape_no from intermediate.scrapes where origin = 'live')
        ) as has_live,
        exists(
            from intermediate.series
            where origin = 'imported'
                and source <> 'crosscheck'
                -- Every series with an accepted price has its newest interval there.
                and series_no in (select series_no from intermediate.open_intervals)
        )
        or (
            exists(from intermediate.scrapes where origin in ('imported', 'archived'))
            and not exists(from intermediate.scrapes where origin in ('recorded', 'sample'))
        ) as has_imported
),
days as (
    select coalesce(max(last_on) filter (not is_archived), max(last_on)) as newest_on
    from (
        select
            last_on,
            first_scrape in (select scrape_no from intermediate.scrapes where origin = 'archived') as is_archived
        from intermediate.intervals
    )
)
select
    '1.11.0' as schema_version,
    now() as built_at,
    origins.has_live,
    origins.has_live or origins.has_imported as follows_clock,
    days.newest_on,
    if(origins.has_live or origins.has_imported, now()::date, days.newest_on) as as_of,
    (select sum(n_seen) from intermediate.versions)::bigint as n_observations,
    (select count(*) from intermediate.intervals) as n_intervals,
    (select count(*) from intermediate.open_intervals) as n_series
from origins
cross join days

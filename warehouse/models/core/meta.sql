-- One row about this database: schema version, build time, and the day its newest price was seen.
-- materialized: table
-- columns:
--   has_live: whether any price was scraped live; if so, "now" is today, else newest_on
select
    '1.4.0' as schema_version,
    now() as built_at,
    exists(
        from intermediate.intervals
        where first_scrape in (select scrape_no from intermediate.scrapes where origin = 'live')
    ) as has_live,
    (select max(last_on) from intermediate.intervals) as newest_on,
    (select sum(n_seen) from intermediate.versions)::bigint as n_observations,
    (select count(*) from intermediate.intervals) as n_intervals,
    (select count(*) from intermediate.open_intervals) as n_series -- every series has its newest interval there

-- One row about this database: schema version, build time, and the day its newest price was seen.
-- materialized: table
-- columns:
--   has_live: whether any price was scraped live; if so, "now" is today, else newest_on
select
    schema_version, built_at, has_live, newest_on, n_observations, n_intervals, n_series
from core.meta

-- One row about this database: schema version, build time, and the day its newest price was seen.
-- materialized: table
select schema_version, built_at, has_live, follows_clock, newest_on, n_observations, n_intervals, n_series
from core.meta

-- One row about this database: schema version, when it was built, and the day its newest price was seen.
-- materialized: table
-- columns:
--   has_live: whether any price came live; then "now" means today, else newest_on
select
    schema_version, built_at, has_live, newest_on, n_observations, n_intervals, n_series
from core.meta

-- One row about this database: schema version, when it was built, and the day its newest price was seen.
-- Grain: one row. has_live: whether any price came live; then "now" means today, else newest_on.
select
    '0.1.0' as schema_version,
    now() as built_at,
    coalesce(bool_or(origin = 'live'), false) as has_live,
    max(observed_on) as newest_on,
    count(*) as n_observations,
    count(distinct series_id) as n_series
from core.observations

-- Scrapes that suddenly listed much less than the ones before. Rows have no key: each build adds its own.
-- materialized: append
-- columns:
--   source, provider, rule, what varchar: as in v1.quality_events
--   date date: the day
--   reason varchar: explanation for people
from intermediate.new_partial_scrapes

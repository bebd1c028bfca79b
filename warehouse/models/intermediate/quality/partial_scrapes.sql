-- Scrapes that suddenly showed much less than those before.
-- materialized: append
-- columns:
--   source, provider, rule, what varchar: as in v1.quality_events
--   date date: the day
--   reason varchar: for people
from intermediate.new_partial_scrapes

-- Providers, or the part of their offers, whose machines belong to others or are resold: such prices stand apart from
-- first parties', and how many machines there are is not on record.
-- materialized: table
-- key: provider, instance_like
-- columns:
--   instance_like: pattern (ILIKE) of the instances that this holds for; % is all of them
--   priced_by: hosts (machines are offered and priced by their owners), platform, or resold
select provider, instance_like, priced_by, reason, source, checked_on::date as checked_on
from seeds.marketplaces
order by provider, instance_like

-- Measurements that a version of the constants was fitted on: what the model says of those is no held-out figure.
-- materialized: table
-- key: version, source
-- columns:
--   source: how the names of such sources in throughput files begin
select version, source, why
from seeds.theta_sources

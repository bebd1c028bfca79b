-- Measurements that a version of the constants was fitted on; the model's error on them is not a held-out figure.
-- materialized: table
-- key: version, source
-- columns:
--   source: prefix of such sources' names in throughput files
select version, source, why
from seeds.theta_sources

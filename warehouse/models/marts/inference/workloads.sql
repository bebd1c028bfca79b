-- Workloads of language models: input and output tokens per request, and the longest acceptable time per token.
-- materialized: table
-- key: workload
-- columns:
--   isl, osl: input and output tokens per request
--   concurrency: concurrent requests, NULL: as many as fit
--   tpot_limit_s: maximum seconds per output token, NULL: no limit
--   utilisation: share of the paid hours that the servers are busy
select
    workload,
    isl::double as isl,
    osl::double as osl,
    concurrency::double as concurrency,
    tpot_limit_s::double as tpot_limit_s,
    utilisation::double as utilisation,
    why
from seeds.workloads

-- What people ask of a language model: tokens read and made per request, and how long they would wait for a token.
-- materialized: table
-- key: workload
-- columns:
--   isl, osl: tokens in and out
--   concurrency: requests at once, NULL: as many as fit
--   tpot_limit_s: most seconds per output token, NULL: nobody waits
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

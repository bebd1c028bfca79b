-- Every page seen or tried, once: re-parsing a page supersedes what an older parser read from it.
-- Grain: provider x url x captured_at. A failed re-parse supersedes nothing that was read.
-- seen_on: the UTC day, DATE.
select *, captured_at::date as seen_on
from landing.pages
qualify row_number() over (
    partition by provider, url, captured_at
    order by status in ('ok', 'no_public_price') desc, landed_at desc, landing_id desc
) = 1

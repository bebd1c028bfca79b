-- The newest attempt at each document of a published list that is fetched, of hosted prices or of measured throughput,
-- and when it was last read. Imports are none.
-- materialized: table
-- key: list, url
-- columns:
--   list, source: who publishes it, and which feed of it
--   holds: hosted prices or measured throughput
--   status, detail: of the newest attempt: ok, partial, failed, layout_changed, blocked ...
--   read_on: UTC day of the last attempt that was read; NULL: none was
--   n_rows: prices or results that the newest attempt read
with attempts as (
    select list, list as source, 'hosted prices' as holds, url, captured_at, status, detail, origin, n_prices as n_rows
    from landing.hosted_scrapes
    union all by name
    select list, source, 'measured throughput' as holds, url, captured_at, status, detail, origin, n_rows
    from landing.throughput_scrapes
)
select
    list,
    source,
    holds,
    url,
    captured_at as last_tried_at,
    status,
    detail,
    origin,
    max(captured_at) filter (where status in ('ok', 'partial')) over (partition by list, url)::date as read_on,
    n_rows
from attempts
where origin <> 'imported'
qualify row_number() over (partition by list, url order by captured_at desc, status) = 1
order by list, url

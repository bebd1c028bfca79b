-- Scrape attempts at pages, each in its newest parse: re-parsing a page supersedes what an older parser read. One row
-- per provider, source, url and captured_at; an imported scrape may span several files, each a row. A failed re-parse
-- supersedes nothing. Replayed captures stand in for a provider only until it has been read live: prices of the demo
-- never mix with real ones. A page dated before there was a cloud, or centuries ahead, was not read then.
-- materialized: table
-- columns:
--   seen_on: the UTC day, DATE
with read_live as (
    select distinct provider
    from landing.pages
    where origin = 'live' and status in ('ok', 'partial', 'no_public_price')
)
select *, captured_at::date as seen_on
from landing.pages
where captured_at between '2000-01-01 00:00:00+00' and '2199-12-31 00:00:00+00'
    and (origin not in ('recorded', 'sample') or provider not in (select provider from read_live))
qualify row_number() over (
    partition by provider, source, url, captured_at, if(origin = 'imported', landing_id, '')
    order by status in ('ok', 'partial', 'no_public_price') desc, landed_at desc, landing_id desc
) = 1

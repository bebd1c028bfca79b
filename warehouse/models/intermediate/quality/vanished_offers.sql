-- Scrapes that suddenly list much less: a fifth of a listing gone, all offers of a GPU gone, a whole provider gone.
-- Why: half a page looks like a wave of delistings; the missing prices have not ended, they were not seen.
-- materialized: table
-- key: source, provider, rule, date, what
-- columns:
--   rule: partial_snapshot or product_vanished
--   what: pricing model, GPU or ''
with days as (
    select
        source, provider, seen_on,
        dense_rank() over (partition by source order by seen_on) as day_no,
        row_number() over (partition by source, provider order by seen_on desc) as nth_last
    from intermediate.source_days
    where status in ('ok', 'partial')
),
gone as (
    -- Scraped on two days of its source in a row, and on none since.
    select today.source, today.provider, min(after.seen_on) as gone_on
    from days as today
    join
        days as before
    on
        before.source = today.source
        and before.provider = today.provider
        and before.nth_last = 2
        and before.day_no = today.day_no - 1
    join days as after on after.source = today.source and after.day_no = today.day_no + 1
    where today.nth_last = 1
    group by all
)
select source, provider, rule, what, date, reason
from intermediate.partial_scrapes
union all
select source, provider, 'product_vanished', '', gone_on, 'the source goes on without this provider'
from gone

-- Looks that suddenly show much less: a fifth of a listing gone, all of a GPU gone, a whole provider gone.
-- Grain: source x provider x rule x date x what. rule: partial_snapshot or product_vanished; what: pricing model, GPU or ''.
-- Why: half a page reads as a wave of delistings; the prices of what is missing have not ended, they were not seen.
with days as (
    select
        source, provider, seen_on,
        dense_rank() over (partition by source order by seen_on) as day_no,
        row_number() over (partition by source, provider order by seen_on desc) as nth_last
    from core.source_days
    where status in ('ok', 'partial')
),
gone as (
    -- Looked at on two days of its source in a row, and on none since.
    select a.source, a.provider, min(n.seen_on) as gone_on
    from days as a
    join days as b on b.source = a.source and b.provider = a.provider and b.nth_last = 2 and b.day_no = a.day_no - 1
    join days as n on n.source = a.source and n.day_no = a.day_no + 1
    where a.nth_last = 1
    group by all
)
select source, provider, rule, what, date, reason
from core.thin_looks
union all
select source, provider, 'product_vanished', '', gone_on, 'the source goes on without this provider'
from gone

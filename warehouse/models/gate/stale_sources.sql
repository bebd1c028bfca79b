-- Stretches of looks that all found the very same listing for half a year and more.
-- Grain: source x provider x date (the look that changed something last). date_to: the last look that found the same.
-- Why: a file committed again is no price read again; a price list that stands still that long may, too, hence a flag.
with counted as (
    select l.provider, l.feed, l.source_url, l.captured_at, l.seen_on, sum(c.n_series) as n, sum(c.n_begun) as n_begun
    from core.looks as l
    join core.look_counts as c using (look_no)
    group by all
),
marked as (
    select *, n_begun > 0 or n is distinct from lag(n) over (partition by provider, feed, source_url order by captured_at) as is_changed
    from counted
),
stretches as (
    select *, count_if(is_changed) over (partition by provider, feed order by captured_at) as stretch from marked
),
summed as (
    select feed as source, provider, min(seen_on) as date, max(seen_on) as date_to, count(*) as n_looks
    from stretches
    group by feed, provider, stretch
)
select
    s.source, s.provider, s.date, s.date_to,
    format('{} looks over {} days found the same listing', s.n_looks, s.date_to - s.date) as reason
from summed as s
join seeds.gate_rules as k on k.rule = 'stale_source'
where s.n_looks >= k.min_count and s.date_to - s.date >= k.max_days

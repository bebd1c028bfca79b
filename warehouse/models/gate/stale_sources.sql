-- Stretches of looks that all found the very same listing for half a year and more.
-- Grain: source x provider x date (the look that changed something last). date_to: the last look that found the same.
-- Why: a file committed again is no price read again; a price list that stands still that long may, too, hence a flag.
with changes as (
    select distinct source, provider, moved_at::date as changed_on from gate.levels
),
stretches as (
    select *, lead(changed_on) over (partition by source, provider order by changed_on) as next_on
    from changes
),
looks as (
    select s.source, s.provider, s.changed_on, max(d.seen_on) as last_on, count(*) as n_looks
    from stretches as s
    join core.source_days as d
        on d.source = s.source and d.provider = s.provider and d.status = 'ok'
        and d.seen_on >= s.changed_on and (s.next_on is null or d.seen_on < s.next_on)
    group by all
)
select
    l.source, l.provider, l.changed_on as date, l.last_on as date_to,
    format('{} looks over {} days found the same listing', l.n_looks, l.last_on - l.changed_on) as reason
from looks as l
join seeds.gate_rules as k on k.rule = 'stale_source'
where l.n_looks >= k.min_count and l.last_on - l.changed_on >= k.max_days

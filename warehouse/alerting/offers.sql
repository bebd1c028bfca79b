-- Things that a source began or ceased to list. Grain: n x day. A source's first listing adds nothing. What is gone is
-- believed gone when the next look does not find it either.
with ordered as (
    select
        m.*, s.provider, s.feed,
        lead(m.day) over (partition by m.n order by m.day, m.observed_at) as next_on
    from moves as m
    join series as s using (n)
    where m.n in (select n from scoped)
),
first_looks as (
    select provider, feed, min(seen_on) as seen_on from looks group by all
),
added as (
    select o.n, o.piece, o.i, o.day, {told} as told_on, o.trigger_id, false as is_gone
    from ordered as o
    join stated as t on t.n = o.n and t.day = o.day and t.observed_at = o.observed_at
    join first_looks as f on f.provider = o.provider and f.feed = o.feed
    where o.day > f.seen_on and (t.old_ended_by is null or t.old_ended_by = 'gone')
),
removed as (
    select
        o.n, o.piece, o.i, t.until as day,
        if(o.next_on is null or o.next_on > l.second_on, l.second_on, null) as told_on,
        md5(o.trigger_id || '|gone') as trigger_id, true as is_gone
    from ordered as o
    join stated as t on t.n = o.n and t.day = o.day and t.observed_at = o.observed_at
    join looks as l on l.provider = o.provider and l.feed = o.feed and l.seen_on = t.until
    where t.ended_by = 'gone'
)
from added where not $is_gone and told_on is not null
union all
from removed where $is_gone and told_on is not null
order by n, day

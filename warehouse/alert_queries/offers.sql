-- Things that a source began or ceased to list. Grain: n x day. A source's first listing adds nothing. What is gone is
-- believed gone when the next look does not find it either.
with ordered as (
    select m.n, m.piece, m.i, m.day, {told} as told_on, t.until, t.ended_by, t.old_ended_by, s.source_no,
        lead(m.day) over (partition by m.n order by m.day, t.observed_at) as next_on
    from moves as m
    join stated as t using (r)
    join series as s on s.n = m.n
    where m.n in (select n from scoped)
),
added as (
    select o.n, o.piece, o.i, o.day, o.told_on
    from ordered as o
    join looks as l on l.source_no = o.source_no and l.nth = 1
    where o.day > l.seen_on and (o.old_ended_by is null or o.old_ended_by = 'gone')
),
removed as (
    select o.n, o.piece, o.i, o.until as day, if(o.next_on is null or o.next_on > l.second_on, l.second_on, null) as told_on
    from ordered as o
    join looks as l on l.source_no = o.source_no and l.seen_on = o.until
    where o.ended_by = 'gone'
)
select * from added where not $is_gone and told_on is not null
union all
select * from removed where $is_gone and told_on is not null
order by n, day

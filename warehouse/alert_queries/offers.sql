-- Offers that a source began or ceased to list. Key: n, day. A source's first listing adds nothing. An offer counts as
-- gone when the next scrape lacks it too.
with ordered as (
    select moves.n, moves.piece, moves.i, moves.day, {told} as told_on, stated.until, stated.ended_by,
        stated.old_ended_by, series.source_no,
        lead(moves.day) over (partition by moves.n order by moves.day, stated.observed_at) as next_on
    from moves
    join stated using (r)
    join series on series.n = moves.n
    where moves.n in (select n from scoped)
),
added as (
    select ordered.n, ordered.piece, ordered.i, ordered.day, ordered.told_on
    from ordered
    join looks on looks.source_no = ordered.source_no and looks.nth = 1
    where ordered.day > looks.seen_on and (ordered.old_ended_by is null or ordered.old_ended_by = 'gone')
),
removed as (
    select ordered.n, ordered.piece, ordered.i, ordered.until as day,
        if(ordered.next_on is null or ordered.next_on > looks.second_on, looks.second_on, null) as told_on
    from ordered
    -- On that day, or the next scrape's where the price ended by itself before.
    asof join looks on looks.source_no = ordered.source_no and ordered.until <= looks.seen_on
    where ordered.ended_by = 'gone'
)
select * from added where not $is_gone and told_on is not null
union all
select * from removed where $is_gone and told_on is not null
order by n, day

-- The lowest price of every provider in every group, on each day on which one of them changed. Grain: grp x day x provider.
-- grp: the group's dimensions, as text. What was not seen for a week is not in force here. n, piece, i: the price's row.
with standing as (
    select
        concat_ws(' · ', {group}) as grp, s.provider, m.n, m.piece, m.i, t.usd, m.told_auto as from_on,
        least(coalesce(m.next_day, 'infinity'), coalesce(t.until, 'infinity'), t.last_seen_on + 8) as until_on
    from moves as m
    join stated as t using (r)
    join series as s on s.n = m.n
    where m.n in (select n from scoped) and m.told_auto is not null
),
days as (
    select grp, from_on as day from standing
    union
    select grp, until_on from standing where until_on <= $as_of::date
),
in_force as (
    select d.grp, d.day, s.provider, min(s.usd) as usd, arg_min({'n': s.n, 'piece': s.piece, 'i': s.i}, s.usd) as which
    from days as d
    join standing as s on s.grp = d.grp and s.from_on <= d.day and s.until_on > d.day
    group by all
)
select grp, day, provider, usd, which.n, which.piece, which.i
from in_force
order by grp, day, usd, provider

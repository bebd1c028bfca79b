-- The series whose accepted history this build works out again, and from which day on.
-- Grain: main_no. from_on: the day on which an interval began, before everything that moved; the beginning where an older
-- verdict changed. old_usd_per_gpu_hour, old_ended_by: the price before that day, and how it ended.
with moved as (
    select
        coalesce(a.main_no, s.main_no) as main_no,
        m.moved_on,
        null::date as changed_on
    from state.moved as m
    anti join staging.seen_again using (series_no)
    join core.series as s using (series_no)
    left join core.aliases as a on a.series_no = s.main_no
    union all
    select coalesce(a.main_no, s.main_no), null, v.first_on
    from staging.changed_verdicts as v
    join core.series as s using (series_no)
    left join core.aliases as a on a.series_no = s.main_no
    union all
    -- What is no alias any more, and where it had been counted.
    select series_no, null, '-infinity'::date from state.unaliased
),
cuts as (
    select
        m.main_no,
        any_value(o.valid_from) as newest_from,
        least(any_value(o.valid_from), min(m.moved_on)) as cut,
        -- On the very day, too: what the newest interval began with may be held now, and the one before goes on.
        coalesce(min(m.changed_on) <= any_value(o.valid_from), true) and count(m.changed_on) > 0 as is_old
    from moved as m
    left join state.open_intervals as o on o.series_no = m.main_no
    group by m.main_no
),
known as (
    select o.series_no, o.valid_from, o.first_look, o.old_usd_per_gpu_hour, o.old_ended_by
    from state.open_intervals as o
    join cuts as c on c.main_no = o.series_no and not c.is_old
    union all
    -- Rarely needed: only what began before the newest interval moved, as a price does that another is announced for.
    select i.series_no, i.valid_from, i.first_look, i.old_usd_per_gpu_hour, i.old_ended_by
    from state.closed_intervals as i
    join cuts as c on c.main_no = i.series_no and not c.is_old and c.cut < c.newest_from
),
starts as (
    select k.*
    from known as k
    join cuts as c on c.main_no = k.series_no and k.valid_from <= c.cut
    qualify row_number() over (partition by k.series_no order by k.valid_from desc, k.first_look) = 1
)
select c.main_no, coalesce(s.valid_from, '-infinity') as from_on, s.old_usd_per_gpu_hour, s.old_ended_by
from cuts as c
left join starts as s on s.series_no = c.main_no

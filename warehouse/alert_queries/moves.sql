-- The watched series' prices in order, with what a rule asks of each. Grain: n x i; r: the row of `stated`.
-- y: logarithm of the native price of a GPU-hour: exchange rates move nothing, and percents add up. piece: what can be
-- compared; a new one begins when a thing comes back after five weeks, in another currency, or when the price before was no
-- price of its own. is_steady: three looks found it, it is the first of its piece, or spot; what rose for less than
-- that is nothing to fall from; is_rest: the same, of spot too. told_1, _2, _3: the day on which it has been seen so often and
-- the gate lets it pass, NULL where it never was; told_auto: what its kind of source needs.
with placed as (
    select
        t.r, t.n, t.day, t.observed_at, t.last_seen_on, t.value,
        s.pricing_model = 'spot' as is_spot, s.is_page,
        -- Whoever releases a price says when; else the next look does.
        if(t.quality = 'released', coalesce(d.day, l.second_on, '9999-12-31'), t.day) as free_on,
        l.nth, l.newest_nth, l.last_at, l.second_on, l.third_on,
        row_number() over same::integer as rn,
        lead(t.day) over same as next_day,
        lead(l.nth) over same as next_nth,
        coalesce(
            lag(t.currency) over same <> t.currency or (t.old_ended_by = 'gone' and t.day - lag(t.until) over same > 35)
            or c.n is not null,
            false
        ) as begins
    from stated as t
    join series as s using (n)
    asof left join looks as l on l.source_no = s.source_no and t.day >= l.seen_on
    left join copied as c on c.n = t.n and c.day = t.day
    left join decided as d
        on t.quality = 'released' and d.event_id = event_id(s.series_id, t.observed_at)
    window same as (partition by t.n order by t.day, t.observed_at)
),
-- Few series have more than one piece, and sorting all again would take as long as all the rest.
pieces as (
    select p.*, 0 as piece, p.rn as i from placed as p where n not in (select n from placed where begins)
    union all by name
    select
        p.*, sum(begins::integer) over same::integer as piece,
        rn - coalesce(max(if(begins, rn, null)) over same, 1) + 1 as i
    from placed as p
    where n in (select n from placed where begins)
    window same as (partition by n order by rn)
),
seen as (
    select
        *,
        if(next_day is null, newest_nth + 1, next_nth) - nth as n_looks,
        case
            when last_at > observed_at and coalesce(next_day > day, true) then day
            when second_on <= last_seen_on then second_on
        end as twice_on,
        if(third_on <= last_seen_on, third_on, null) as thrice_on
    from pieces
)
select
    n, piece, i, r, day, next_day, ln(value) as y,
    i = 1 or is_spot or n_looks >= 3 as is_steady,
    i = 1 or n_looks >= 3 as is_rest,
    day - date '2000-01-01' as day_no,
    coalesce(next_day - date '2000-01-01', 999999) as next_day_no,
    nullif(free_on, '9999-12-31') as told_1,
    nullif(greatest(free_on, coalesce(twice_on, '9999-12-31')), '9999-12-31') as told_2,
    nullif(greatest(free_on, coalesce(thrice_on, '9999-12-31')), '9999-12-31') as told_3,
    if(is_page, told_2, told_1) as told_auto
from seen

-- The watched series' prices in order, with what a rule asks of each. Grain: n x i.
-- y: logarithm of the native price of a GPU-hour: exchange rates move nothing, and percents add up. piece: what can be
-- compared; a new one begins when a thing comes back after five weeks, in another currency, or when the price before was no
-- price of its own. is_steady: three looks found it, it is the first of its piece, or spot; what rose for less than
-- that is nothing to fall from; is_rest: the same, of spot too. told_1, _2, _3: the day on which it has been seen so often and the gate lets it pass,
-- NULL where it never was; told_auto: what its kind of source needs.
with placed as (
    select
        t.*,
        s.pricing_model = 'spot' as is_spot,
        s.is_page,
        coalesce(l.nth, 0) as nth, l.last_at, l.second_on, l.third_on,
        lead(t.day) over same as next_day,
        lead(coalesce(l.nth, 0)) over same as next_nth,
        coalesce(
            lag(t.currency) over same <> t.currency or (t.old_ended_by = 'gone' and t.day - lag(t.until) over same > 35)
            or c.n is not null,
            false
        ) as begins
    from stated as t
    join series as s using (n)
    asof left join looks as l on l.provider = t.provider and l.feed = t.feed and t.day >= l.seen_on
    left join copied as c on c.n = t.n and c.day = t.day
    window same as (partition by t.n order by t.day, t.observed_at)
),
pieces as (
    select *, sum(begins::integer) over (partition by n order by day, observed_at)::integer as piece from placed
),
numbered as (
    select
        p.*,
        row_number() over (partition by p.n, p.piece order by p.day, p.observed_at)::integer as i,
        if(p.next_day is null, w.nth + 1, p.next_nth) - p.nth as n_looks,
        -- Whoever releases a price says when; else the next look does.
        if(p.quality = 'released', coalesce(d.day, p.second_on, '9999-12-31'), p.day) as free_on
    from pieces as p
    left join (select provider, feed, max(nth) as nth from looks group by all) as w
        on w.provider = p.provider and w.feed = p.feed
    left join decided as d on d.event_id = p.look_id
),
seen as (
    select
        *,
        case
            when last_at > observed_at and coalesce(next_day > day, true) then day
            when second_on <= last_seen_on then second_on
        end as twice_on,
        if(third_on <= last_seen_on, third_on, null) as thrice_on
    from numbered
)
select
    n, piece, i, day, (observed_at at time zone 'UTC')::date as seen_on, observed_at, next_day, until, last_seen_on, usd, value, currency,
    quality, availability, trigger_id, ln(value) as y,
    i = 1 or is_spot or n_looks >= 3 as is_steady,
    i = 1 or n_looks >= 3 as is_rest,
    day - date '2000-01-01' as day_no,
    coalesce(next_day - date '2000-01-01', 999999) as next_day_no,
    nullif(free_on, '9999-12-31') as told_1,
    nullif(greatest(free_on, coalesce(twice_on, '9999-12-31')), '9999-12-31') as told_2,
    nullif(greatest(free_on, coalesce(thrice_on, '9999-12-31')), '9999-12-31') as told_3,
    if(is_page, told_2, told_1) as told_auto
from seen

-- Prices of the watched series in order, with the properties that rules test. Key: n, i; r: the row of `stated`. y:
-- logarithm of the native price of a GPU-hour, so that exchange rates move nothing and percents add up. piece: prices
-- that can be compared; a new piece begins when an offer returns after five weeks, changes its currency, or when the
-- previous price was a copied one. is_steady: three scrapes showed the price, it is the first of its piece, or spot (a
-- briefer rise is no level to drop from); is_rest: the same, also required of spot. told_1, _2, _3: the day on which it
-- had been seen that often and the gate let it pass, NULL if never; told_auto: the one that its kind of source needs.
with placed as (
    select
        stated.r, stated.n, stated.day, stated.observed_at, stated.last_seen_on, stated.value,
        series.pricing_model = 'spot' as is_spot, series.is_page,
        -- A release by a person has a day; otherwise the next scrape releases it.
        if(stated.quality = 'released', coalesce(decided.day, looks.second_on, '9999-12-31'), stated.day) as free_on,
        looks.nth, looks.newest_nth, looks.last_at, looks.second_on, looks.third_on,
        row_number() over same::integer as rn,
        lead(stated.day) over same as next_day,
        lead(looks.nth) over same as next_nth,
        coalesce(
            lag(stated.currency) over same <> stated.currency
            or (stated.old_ended_by = 'gone' and stated.day - lag(stated.until) over same > 35)
            or copied.n is not null,
            false
        ) as begins
    from stated
    join series using (n)
    asof left join looks on looks.source_no = series.source_no and stated.day >= looks.seen_on
    left join copied on copied.n = stated.n and copied.day = stated.day
    left join decided
        on stated.quality = 'released' and decided.event_id = event_id(series.series_id, stated.observed_at)
    window same as (partition by stated.n order by stated.day, stated.observed_at)
),
-- Few series have more than one piece, and sorting all again would take as long as everything else.
pieces as (
    select placed.*, 0 as piece, placed.rn as i from placed where n not in (select n from placed where begins)
    union all by name
    select
        placed.*, sum(begins::integer) over same::integer as piece,
        rn - coalesce(max(if(begins, rn, null)) over same, 1) + 1 as i
    from placed
    where n in (select n from placed where begins)
    window same as (partition by n order by rn)
),
seen as (
    select
        *,
        if(next_day is null, newest_nth + 1, next_nth) - nth as n_observations,
        case
            when last_at > observed_at and coalesce(next_day > day, true) then day
            when second_on <= last_seen_on then second_on
        end as twice_on,
        if(third_on <= last_seen_on, third_on, null) as thrice_on
    from pieces
)
select
    n, piece, i, r, day, next_day, ln(value) as y,
    i = 1 or is_spot or n_observations >= 3 as is_steady,
    i = 1 or n_observations >= 3 as is_rest,
    day - date '2000-01-01' as day_no,
    coalesce(next_day - date '2000-01-01', 999999) as next_day_no,
    nullif(free_on, '9999-12-31') as told_1,
    nullif(greatest(free_on, coalesce(twice_on, '9999-12-31')), '9999-12-31') as told_2,
    nullif(greatest(free_on, coalesce(thrice_on, '9999-12-31')), '9999-12-31') as told_3,
    if(is_page, told_2, told_1) as told_auto
from seen

-- The runs that this build's landing starts, continues or ends. A run is a stretch of looks at which a series stated the same
-- thing: it ends when another is stated, or when a complete look at its source does not have the series (ended_on).
-- Grain: series_no x run_no. first_* and last_*: the looks between which it held; n_seen: looks that showed it.
-- Value: price, upfront_price (native money), currency, price_unit, availability, effective_from, price_status, n_prices.
-- is_last: the series' newest run; is_new: not known before this build.
with days as (
    -- Complete looks at a source before a day, and up to it.
    select
        provider,
        source as feed,
        seen_on,
        count(*) filter (where is_complete) over upto as looks_to,
        count(*) filter (where is_complete) over upto - is_complete::integer as looks_before
    from core.source_days
    window upto as (partition by provider, source order by seen_on)
),
-- Two steps, kept apart: DuckDB would join the looks with themselves, all of a page with all of it.
begun as materialized (
    select s.series_no, s.provider, s.feed, l.look_no, o.* exclude (series_id, is_announced, provider, feed)
    from staging.observations as o
    join core.series as s using (series_id, is_announced)
    join core.looks as l
        on l.provider = o.provider and l.feed = o.feed and l.source_url = o.source_url and l.captured_at = o.observed_at
),
stated as (
    select b.*, z.look_no as last_no
    from begun as b
    join core.looks as z
        on z.provider = b.provider and z.feed = b.feed and z.source_url = b.source_url and z.captured_at = b.last_at
),
known as (
    select
        h.series_no, h.run_no, h.first_look, h.last_look, h.first_on, h.last_on, h.n_seen, h.ended_on, s.provider, s.feed,
        hash(h.price, h.upfront_price, h.currency, h.price_unit, h.availability, h.effective_from, h.price_status,
            h.n_prices) as said
    from state.heads as h
    join core.series as s using (series_no)
),
-- One row per statement, as narrow as can be: a hundred million of them are sorted here.
points as (
    select
        series_no, look_no as first_look, last_no as last_look, observed_on as first_on, last_at::date as last_on,
        n_seen, 0 as run_no, provider, feed,
        hash(price, upfront_price, currency, price_unit, availability, effective_from, price_status, n_prices) as said
    from stated
    union all by name
    -- What only repeats the newest run says what that says.
    select
        r.series_no, a.look_no as first_look, z.look_no as last_look, a.seen_on as first_on, z.seen_on as last_on,
        r.n_seen, 0 as run_no, k.provider, k.feed, k.said
    from staging.repeated as r
    join known as k using (series_no)
    join core.looks as a on a.provider = k.provider and a.feed = k.feed and a.captured_at = r.first_look_at
    join core.looks as z on z.provider = k.provider and z.feed = k.feed and z.captured_at = r.last_look_at
    union all by name
    select * exclude (ended_on)
    from known
    where (ended_on is null and (provider, feed) in (select (provider, feed) from staging.looks))
        or series_no in (select series_no from stated)
),
dated as (
    select
        p.* exclude (provider, feed),
        coalesce(a.looks_before, 0) as looks_before,
        coalesce(b.looks_to, 0) as looks_to
    from points as p
    left join days as a on a.provider = p.provider and a.feed = p.feed and a.seen_on = p.first_on
    left join days as b on b.provider = p.provider and b.feed = p.feed and b.seen_on = p.last_on
),
compared as (
    select
        *,
        coalesce(lag(said) over one <> said or lag(looks_to) over one < looks_before, true) as starts
    from dated
    window one as (partition by series_no order by first_look)
),
counted as (
    select *, sum(starts::integer) over (partition by series_no order by first_look) as nth from compared
),
folded as (
    select
        series_no, nth, min(first_look) as first_look, max(last_look) as last_look, min(first_on) as first_on,
        max(last_on) as last_on, sum(n_seen)::integer as n_seen, max(run_no) as known_no, max(looks_to) as looks_to
    from counted
    group by series_no, nth
),
numbered as (
    select
        *,
        known_no = 0 as is_new,
        -- A known run goes on under its number.
        (nth + greatest(max(known_no) over (partition by series_no) - 1, 0))::integer as run_no,
        lead(first_on) over one as next_on,
        lead(nth) over one is null as is_last
    from folded
    window one as (partition by series_no order by nth)
),
said as (
    select
        series_no, look_no as first_look, price, upfront_price, currency, price_unit, availability, effective_from,
        price_status, n_prices, usd_per_unit, rate_on, usd_price, usd_per_gpu_hour, gpu_label, text
    from stated
    union all by name
    select
        series_no, first_look, price, upfront_price, currency, price_unit, availability, effective_from,
        price_status, n_prices, usd_per_unit, rate_on, usd_price, usd_per_gpu_hour, gpu_label, text
    from state.heads
),
ends as (
    select provider, feed, seen_on, looks_to as nth from days where looks_to > looks_before
)
select
    n.* exclude (nth, known_no, looks_to, next_on),
    v.* exclude (series_no, first_look),
    -- Gone on the first complete day after it was last seen; no such day where another value came first.
    if(e.seen_on < coalesce(n.next_on, 'infinity'), e.seen_on, null) as ended_on
from numbered as n
join said as v using (series_no, first_look)
join core.series as s using (series_no)
left join ends as e on e.provider = s.provider and e.feed = s.feed and e.nth = n.looks_to + 1

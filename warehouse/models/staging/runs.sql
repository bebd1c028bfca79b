-- The runs that this build's landing starts, continues or ends. A run is a stretch of looks at which a series stated the same
-- thing: it ends when another is stated, or when a complete look at its source does not have the series (ended_on).
-- Grain: series_no x run_no. first_* and last_*: the looks between which it held; n_seen: looks that showed it.
-- Value: price, upfront_price (native money), currency, price_unit, availability, effective_from, price_status, n_prices.
-- is_last: the series' newest run; is_new: not known before this build.
with complete as (
    select provider, source as feed, seen_on, row_number() over (partition by provider, source order by seen_on) as nth
    from core.source_days
    where is_complete
),
stated as (
    select
        s.series_no, 0 as run_no, true as is_new, s.provider, s.feed,
        l.look_no as first_look, o.observed_at as first_at, o.observed_on as first_on,
        l.look_no as last_look, o.observed_at as last_at, o.observed_on as last_on, 1 as n_seen,
        o.price, o.upfront_price, o.currency, o.price_unit, o.availability, o.effective_from, o.price_status, o.n_prices,
        o.usd_per_unit, o.rate_on, o.usd_price, o.usd_per_gpu_hour, o.gpu_label, o.text
    from staging.observations as o
    join core.series as s using (series_id, is_announced)
    join core.looks as l
        on l.provider = o.provider and l.feed = o.feed and l.source_url = o.source_url and l.captured_at = o.observed_at
    union all by name
    select h.* exclude (ended_on), false as is_new, s.provider, s.feed
    from state.heads as h
    join core.series as s using (series_no)
    where (h.ended_on is null and (s.provider, s.feed) in (select (provider, feed) from staging.looks))
        or s.series_no in (
            select n.series_no from staging.observations join core.series as n using (series_id, is_announced)
        )
),
dated as (
    select t.*, coalesce(a.nth, 0) as looks_before, coalesce(b.nth, 0) as looks_to
    from stated as t
    -- Complete looks before the run was first seen, and up to when it was last seen.
    asof left join complete as a on a.provider = t.provider and a.feed = t.feed and t.first_on > a.seen_on
    asof left join complete as b on b.provider = t.provider and b.feed = t.feed and t.last_on >= b.seen_on
),
compared as (
    select
        *,
        lag(last_look) over one as before_look,
        lag(last_at) over one as before_at,
        lag(last_on) over one as before_on,
        lag(looks_to) over one as before_to,
        sum(n_seen) over (one rows between unbounded preceding and 1 preceding) as seen_before,
        coalesce(
            lag(looks_to) over one < looks_before
            or lag(price) over one is distinct from price
            or lag(upfront_price) over one is distinct from upfront_price
            or lag(currency) over one <> currency
            or lag(price_unit) over one <> price_unit
            or lag(availability) over one <> availability
            or lag(effective_from) over one is distinct from effective_from
            or lag(price_status) over one <> price_status
            or lag(n_prices) over one <> n_prices,
            true
        ) as starts
    from dated
    window one as (partition by series_no order by first_at)
),
whole as (
    select *, last_value(last_look) over every as end_look, last_value(last_at) over every as end_at,
        last_value(last_on) over every as end_on, last_value(looks_to) over every as end_to, sum(n_seen) over every as end_seen
    from compared
    window every as (partition by series_no order by first_at rows between unbounded preceding and unbounded following)
    qualify starts
),
runs as (
    select
        * exclude (
            last_look, last_at, last_on, n_seen, before_look, before_at, before_on, before_to, seen_before, starts,
            end_look, end_at, end_on, end_to, end_seen, looks_before, looks_to, run_no
        ),
        max(run_no) over (partition by series_no) + row_number() over one
            - bool_or(not is_new) over (partition by series_no)::int as run_no,
        coalesce(lead(before_look) over one, end_look) as last_look,
        coalesce(lead(before_at) over one, end_at) as last_at,
        coalesce(lead(before_on) over one, end_on) as last_on,
        coalesce(lead(before_to) over one, end_to) as looks_to,
        (coalesce(lead(seen_before) over one, end_seen) - coalesce(seen_before, 0))::integer as n_seen,
        lead(first_on) over one as next_on,
        lead(first_at) over one is null as is_last
    from whole
    window one as (partition by series_no order by first_at)
)
select
    r.* exclude (looks_to, next_on, provider, feed) replace (run_no::integer as run_no),
    -- Gone on the first complete day after it was last seen; no such day where another value came first.
    if(c.seen_on < coalesce(r.next_on, 'infinity'), c.seen_on, null) as ended_on
from runs as r
left join complete as c on c.provider = r.provider and c.feed = r.feed and c.nth = r.looks_to + 1

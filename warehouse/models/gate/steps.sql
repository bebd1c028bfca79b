-- Each priced run beside its neighbours in time: what jumps, flips and confirmation are judged by.
-- Grain: series_no x run_no, runs with a price above zero. prices: of the series' run before (prev_price), two before
-- (before_price), three before (older_price) and after (next_price), in the offer's own unit, USD; next_looks: looks that showed the next
-- run; reference_price, reference_on: the newest of eight earlier runs that more than one look showed, else the
-- newest earlier one (of a spot price always the newest: it never stands still).
with priced as (
    select * from gate.runs where usd_price > 0 and price_scope <> 'offer_aggregate'
),
windowed as (
    select
        *,
        lag(usd_price::double) over series as prev_price,
        lag(n_seen) over series as prev_looks,
        lag(first_on) over series as prev_on,
        lag(usd_price::double, 2) over series as before_price,
        lag(usd_price::double, 3) over series as older_price,
        lead(usd_price::double) over series as next_price,
        lead(first_on) over series as next_on,
        last_value(if(n_seen > 1 and pricing_model <> 'spot', usd_price::double, null) ignore nulls) over earlier as steady_price,
        last_value(if(n_seen > 1 and pricing_model <> 'spot', last_on, null) ignore nulls) over earlier as steady_on,
        lag(last_on) over series as prev_last_on
    from priced
    window
        series as (partition by series_no order by run_no),
        earlier as (partition by series_no order by run_no rows between 8 preceding and 1 preceding)
)
select
    series_no, run_no, is_new, source, provider, pricing_model, first_at, first_on, last_on, n_seen, look_no,
    usd_price::double as price,
    prev_price, prev_looks, prev_on, before_price, older_price, next_price, next_on,
    coalesce(steady_price, prev_price) as reference_price,
    coalesce(steady_on, prev_last_on) as reference_on
from windowed

-- Each priced run beside its neighbours in time: what jumps, flips and confirmation are judged by.
-- Grain: series_no x run_no, runs with a price above zero, no statistics. prev_price, before_price, older_price: of the
-- series' one, two, three runs before; next_price: of the run after; USD in the offer's own unit. prev_looks: looks that
-- showed the run before. reference_price, reference_on: the newest of eight earlier runs that nothing contradicts and
-- more than one look showed, else the newest that nothing contradicts (a spot price stands still for no second look).
with priced as (
    select
        series_no, run_no, is_new, source, provider, pricing_model, look_no, first_at, first_on, last_on, n_seen,
        usd_price::double as price,
        not exists (from gate.contradicted as c where c.series_no = r.series_no and c.run_no = r.run_no) as is_trusted
    from gate.runs as r
    where usd_price > 0 and price_scope <> 'offer_aggregate'
),
marked as (
    select *, is_trusted and n_seen > 1 and pricing_model <> 'spot' as is_steady from priced
)
select
    *,
    lag(price) over series as prev_price,
    lag(n_seen) over series as prev_looks,
    lag(first_on) over series as prev_on,
    lag(price, 2) over series as before_price,
    lag(price, 3) over series as older_price,
    lead(price) over series as next_price,
    lead(first_on) over series as next_on,
    coalesce(
        last_value(if(is_steady, price, null) ignore nulls) over earlier,
        last_value(if(is_trusted, price, null) ignore nulls) over earlier
    ) as reference_price,
    coalesce(
        last_value(if(is_steady, last_on, null) ignore nulls) over earlier,
        last_value(if(is_trusted, last_on, null) ignore nulls) over earlier
    ) as reference_on
from marked
window
    series as (partition by series_no order by run_no),
    earlier as (partition by series_no order by run_no rows between 8 preceding and 1 preceding)

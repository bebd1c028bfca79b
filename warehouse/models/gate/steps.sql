-- Each priced run beside the series' other prices in time: what jumps, flips and confirmation are judged by.
-- Grain: series_no x run_no, runs with a price above zero, no statistics. A price stated by several runs in a row is one step.
-- n_looks: looks that showed the step. prev_price, before_price, older_price: one, two, three steps before; next_price: the
-- step after; USD in the offer's own unit. reference_price, reference_on: the newest of four earlier steps that nothing
-- contradicts and that several looks showed, else the newest that nothing contradicts (a spot price does not stand still).
with priced as (
    select
        r.series_no, r.run_no, r.is_new, r.source, r.provider, r.pricing_model, r.first_on, r.last_on, r.n_seen,
        r.usd_price::double as price,
        c.series_no is null as is_trusted,
        lag(r.usd_price) over series is distinct from r.usd_price as starts
    from gate.runs as r
    left join gate.contradicted as c using (series_no, run_no)
    where r.usd_price > 0 and r.price_scope <> 'offer_aggregate'
    window series as (partition by series_no order by run_no)
),
numbered as (
    select *, sum(starts::integer) over (partition by series_no order by run_no) as step_no from priced
),
steps as (
    select
        series_no, step_no, any_value(price) as price, min(first_on) as step_on, max(last_on) as step_last_on,
        sum(n_seen) as n_looks, bool_and(is_trusted) as is_trusted,
        bool_and(is_trusted) and sum(n_seen) > 1 and any_value(pricing_model) <> 'spot' as is_steady
    from numbered
    group by all
),
placed as (
    select
        * exclude (is_trusted, is_steady),
        lag(price) over series as prev_price,
        lag(n_looks) over series as prev_looks,
        lag(step_on) over series as prev_on,
        lag(price, 2) over series as before_price,
        lag(price, 3) over series as older_price,
        lead(price) over series as next_price,
        lead(step_on) over series as next_on,
        last_value(if(is_steady, price, null) ignore nulls) over earlier as steady_price,
        last_value(if(is_steady, step_last_on, null) ignore nulls) over earlier as steady_on,
        last_value(if(is_trusted, price, null) ignore nulls) over earlier as trusted_price,
        last_value(if(is_trusted, step_last_on, null) ignore nulls) over earlier as trusted_on
    from steps
    window
        series as (partition by series_no order by step_no),
        earlier as (partition by series_no order by step_no rows between 4 preceding and 1 preceding)
)
select
    n.series_no, n.run_no, n.is_new, n.source, n.provider, n.pricing_model, n.first_on, n.starts,
    p.* exclude (series_no, steady_price, steady_on, trusted_price, trusted_on),
    coalesce(p.steady_price, p.trusted_price) as reference_price,
    if(p.steady_price is null, p.trusted_on, p.steady_on) as reference_on
from numbered as n
join placed as p using (series_no, step_no)

-- Runs whose price moved, and doubted ones, beside the series' other prices in time: what jumps, flips and confirmation are judged by.
-- Grain: series_no x run_no. A price that several runs in a row state is one step; starts: the first of them. n_looks: looks
-- that showed the step. prev_, before_, older_, oldest_price: one to four steps before; next_price: the step after; USD in the
-- offer's own unit. reference: the newest of four earlier steps that nothing contradicts and that several looks
-- showed, else the newest that nothing contradicts (a spot price does not stand still). Small moves (below 9 %) are left out.
with priced as (
    select
        r.series_no, r.run_no, r.is_new, r.source, r.provider, r.pricing_model, r.first_on, r.last_on, r.n_seen,
        r.usd_price::double as price,
        c.series_no is null as is_trusted,
        coalesce(
            abs(r.usd_price::double / lag(r.usd_price::double) over (partition by r.series_no order by r.run_no) - 1) >= 0.0005,
            true
        ) as starts
    from gate.runs as r
    left join gate.contradicted as c using (series_no, run_no)
    where r.usd_price > 0 and r.price_scope <> 'offer_aggregate'
        -- Most series have one run at hand, and have not moved.
        and (
            r.series_no in (select series_no from gate.runs group by series_no having count(*) > 1)
            or r.series_no in (select series_no from gate.findings_now where verdict = 'quarantine')
        )
),
numbered as (
    select *, sum(starts::integer) over (partition by series_no order by run_no) as step_no from priced
),
steps as (
    select
        series_no, step_no, arg_min(price, run_no) as price, min(first_on) as step_on, sum(n_seen) as n_looks,
        if(bool_and(is_trusted), {price: arg_min(price, run_no), seen_on: max(last_on)}, null) as trusted,
        sum(n_seen) > 1 and any_value(pricing_model) <> 'spot' as is_steady
    from numbered
    group by all
),
placed as (
    select
        * exclude (trusted, is_steady),
        lag(price) over series as prev_price,
        lag(n_looks) over series as prev_looks,
        lag(step_on) over series as prev_on,
        lag(price, 2) over series as before_price,
        lag(price, 3) over series as older_price,
        lag(price, 4) over series as oldest_price,
        lead(price) over series as next_price,
        lead(step_on) over series as next_on,
        coalesce(
            last_value(if(is_steady, trusted, null) ignore nulls) over earlier, last_value(trusted ignore nulls) over earlier
        ) as reference
    from steps
    window
        series as (partition by series_no order by step_no),
        earlier as (partition by series_no order by step_no rows between 4 preceding and 1 preceding)
)
select
    n.series_no, n.run_no, n.is_new, n.source, n.provider, n.pricing_model, n.first_on, n.starts,
    p.* exclude (series_no, reference), p.reference.price as reference_price, p.reference.seen_on as reference_on
from numbered as n
join placed as p using (series_no, step_no)
where abs(ln(p.price / p.prev_price)) >= 0.09 or abs(ln(p.price / p.reference.price)) >= 0.09
    or (n.series_no, n.run_no) in (select (series_no, run_no) from gate.findings_now where verdict = 'quarantine')

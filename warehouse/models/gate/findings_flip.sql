-- List prices that their source takes back: A-B-A, B once more, and alternation between two constants.
-- Grain: series_no x run_no x rule. expected: the price before, USD in the offer's unit. Spot prices may do this.
-- Why: a fault of one build is gone at the next; each repetition of B would confirm it if the way back did not tell.
with stepped as (
    select
        *,
        -- Of this run and the eight before: distinct prices, and how many runs they fill.
        len(list_distinct(list(round(price, 6)) over recent)) as n_prices,
        count(*) over recent as n_runs
    from gate.steps
    where pricing_model <> 'spot'
    window recent as (partition by series_no order by run_no rows between 3 preceding and current row)
),
faults as (
    select s.*, k.*,
        if(k.rule = 'spike_return', s.before_price, s.prev_price) as expected
    from stepped as s
    join seeds.gate_rules as k
        on (k.rule in ('spike_flip', 'flip_kept') and s.next_price = s.prev_price
            and abs(ln(s.price / s.prev_price)) >= k.tolerance
            and s.next_on - s.first_on <= k.max_days
            and (s.n_seen <= coalesce(k.max_looks, 0)) = (k.rule = 'spike_flip'))
        or (k.rule = 'spike_return' and s.price = s.before_price
            and abs(ln(s.price / s.prev_price)) >= k.tolerance
            and s.prev_looks <= k.max_looks and s.first_on - s.prev_on <= k.max_days)
        or (k.rule = 'flip_again' and s.price = s.before_price and s.prev_price = s.older_price
            and abs(ln(s.price / s.prev_price)) >= k.tolerance and s.n_seen <= k.max_looks)
        or (k.rule = 'flapping' and s.n_runs >= k.min_count and s.n_prices = 2
            and abs(ln(s.price / s.prev_price)) >= k.tolerance)
    where s.is_new
)
select
    series_no, run_no, rule, verdict, class, is_contradiction, expected,
    format('{:.6g} after {:.6g}', price, prev_price)
        || case rule
            when 'spike_return' then format(' and {:.6g}: back', before_price)
            when 'flapping' then format(' in the fourth change between the two')
            when 'flip_again' then format(', which it has been before {:.6g} too', before_price)
            else format(', and {:.6g} again on {}', next_price, next_on::varchar)
        end as reason
from faults

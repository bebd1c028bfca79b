-- A price far from the series' own last steady price.
-- Grain: series_no x run_no. expected: the reference price, USD in the offer's unit. A true cut of half is held, too, but for
-- one look only: the next confirms it (gate.confirmations).
with moved as (
    select
        *,
        abs(ln(price / reference_price)) as distance,
        if(pricing_model = 'spot', 'big_jump_spot', 'big_jump') as big_rule
    from gate.steps
    where is_new and reference_price > 0
),
judged as (
    select m.*, k.*
    from moved as m
    join seeds.gate_rules as k
        on k.rule in ('jump', m.big_rule) and m.distance >= ln(k.factor)
    -- The graver of two.
    qualify row_number() over (partition by m.series_no, m.run_no order by k.factor desc) = 1
)
select
    series_no, run_no, rule, verdict, class, is_contradiction, reference_price as expected,
    format(
        '{:.6g} after {:.6g} on {}: {:+.1f} %',
        price, reference_price, reference_on::varchar, (price / reference_price - 1) * 100
    ) as reason
from judged

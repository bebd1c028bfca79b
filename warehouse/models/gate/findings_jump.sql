-- A price far from the series' own last steady price.
-- Grain: series_no x run_no. expected: the reference price, USD in the offer's unit. Look-alikes: a true cut of half; it
-- is held for one look only, since the next look confirms it (gate.verdicts).
with moved as (
    select *, abs(ln(price / reference_price)) as distance
    from gate.steps
    where is_new and reference_price > 0
),
judged as (
    select
        m.*,
        case
            when m.pricing_model <> 'spot' and m.distance >= ln(big.factor) then 'big_jump'
            when m.pricing_model = 'spot' and m.distance >= ln(spot.factor) then 'big_jump_spot'
            when m.distance >= ln(small.factor) then 'jump'
        end as rule
    from moved as m
    join seeds.gate_rules as small on small.rule = 'jump'
    join seeds.gate_rules as big on big.rule = 'big_jump'
    join seeds.gate_rules as spot on spot.rule = 'big_jump_spot'
)
select
    j.series_no, j.run_no, k.rule, k.verdict, k.class, k.is_contradiction, j.reference_price as expected,
    format(
        '{:.6g} after {:.6g} on {}: {:+.1f} %',
        j.price, j.reference_price, j.reference_on::varchar, (j.price / j.reference_price - 1) * 100
    ) as reason
from judged as j
join seeds.gate_rules as k using (rule)

-- What the prices of one machine say of each other: spot, on demand, one year, three years.
-- Grain: series_no x run_no x rule. expected: the price that contradicts, USD in the offer's unit.
-- Why: a price copied from another term repeats at every look, so repetition proves nothing; only the relation tells.
with priced as (
    select r.series_no, r.run_no, r.pricing_model, r.term_months, r.usd_price::double as price,
        s.on_demand_price, s.shorter_price, s.shorter_term
    from gate.runs as r
    join gate.siblings as s using (series_no, run_no)
),
faults as (
    select p.*, k.*,
        if(k.rule = 'longer_above_shorter', p.shorter_price, p.on_demand_price) as expected
    from priced as p
    join seeds.gate_rules as k
        on (k.rule = 'reserved_equals_on_demand' and p.pricing_model = 'reserved'
            and abs(p.price / p.on_demand_price - 1) <= k.tolerance)
        or (k.rule = 'reserved_above_on_demand' and p.pricing_model = 'reserved'
            and p.price > p.on_demand_price * (1 + k.tolerance))
        or (k.rule = 'reserved_too_cheap' and p.pricing_model = 'reserved'
            and p.price < p.on_demand_price * k.factor)
        or (k.rule = 'longer_above_shorter' and p.pricing_model = 'reserved'
            and p.price > p.shorter_price * (1 + k.tolerance))
        or (k.rule = 'spot_above_on_demand' and p.pricing_model = 'spot'
            and p.price > p.on_demand_price * (1 + k.tolerance))
)
select
    series_no, run_no, rule, verdict, class, is_contradiction, expected,
    format(
        '{} of {:.6g} against {:.6g} {}: {:.3g} times', pricing_model || if(term_months > 0, format(' {} months', term_months), ''),
        price, expected, if(rule = 'longer_above_shorter', format('for {} months', shorter_term), 'on demand'), price / expected
    ) as reason
from faults

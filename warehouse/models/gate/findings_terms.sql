-- What the prices of one machine say of each other: spot, on demand, one year, three years.
-- Grain: series_no x run_no x rule. expected: the price that contradicts, USD in the offer's unit.
-- Why: a price copied from another term repeats at every look, so repetition proves nothing; only the relation tells.
with limits as (
    select map_from_entries(list((rule, coalesce(factor, tolerance)))) as limit_of from seeds.gate_rules
),
priced as (
    select r.series_no, r.run_no, r.pricing_model, r.term_months, r.usd_price::double as price, s.on_demand_price,
        s.shorter_price, s.shorter_term,
        r.usd_price::double / s.on_demand_price as of_on_demand,
        r.usd_price::double / s.shorter_price as of_shorter
    from gate.runs as r
    join gate.siblings as s using (series_no, run_no)
),
faults as (
    select *, 'reserved_equals_on_demand' as rule, on_demand_price as expected from priced, limits
    where pricing_model = 'reserved' and abs(of_on_demand - 1) <= limit_of[rule]
    union all
    select *, 'reserved_above_on_demand' as rule, on_demand_price from priced, limits
    where pricing_model = 'reserved' and of_on_demand > 1 + limit_of[rule]
    union all
    select *, 'reserved_too_cheap' as rule, on_demand_price from priced, limits
    where pricing_model = 'reserved' and of_on_demand < limit_of[rule]
    union all
    select *, 'longer_above_shorter' as rule, shorter_price from priced, limits
    where pricing_model = 'reserved' and of_shorter > 1 + limit_of[rule]
    union all
    select *, 'spot_above_on_demand' as rule, on_demand_price from priced, limits
    where pricing_model = 'spot' and of_on_demand > 1 + limit_of[rule]
)
select
    f.series_no, f.run_no, k.rule, k.verdict, k.class, k.is_contradiction, f.expected,
    format(
        '{}{} at {:.6g}; {} at {:.6g}', f.pricing_model, if(f.term_months > 0, format(' for {} months', f.term_months), ''), f.price,
        if(k.rule = 'longer_above_shorter', format('{} months', f.shorter_term), 'on demand'), f.expected
    ) as reason
from faults as f
join seeds.gate_rules as k using (rule)

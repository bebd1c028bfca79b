-- Prices of one machine that contradict each other: spot, on demand, one year, three years. Why: a price copied from
-- another term repeats at every scrape, so repetition proves nothing; only the relation reveals it.
-- materialized: table
-- driven_by: intermediate.gated_versions
-- key: series_no, version_no, rule
-- columns:
--   expected: the price that contradicts it, USD an hour
with limits as (
    select map_from_entries(list((rule, coalesce(factor, tolerance)))) as limit_of from seeds.gate_rules
),
priced as (
    select
        gated_versions.series_no,
        gated_versions.version_no,
        gated_versions.pricing_model,
        gated_versions.term_months,
        gated_versions.hourly_usd::double as price,
        sibling_prices.on_demand_price,
        sibling_prices.shorter_price, sibling_prices.shorter_term,
        gated_versions.hourly_usd::double / sibling_prices.on_demand_price as of_on_demand,
        gated_versions.hourly_usd::double / sibling_prices.shorter_price as of_shorter
    from intermediate.gated_versions
    join intermediate.sibling_prices using (series_no, version_no)
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
    faults.series_no,
    faults.version_no,
    gate_rules.rule,
    gate_rules.verdict,
    gate_rules.class,
    gate_rules.is_contradiction,
    faults.expected,
    format(
        '{}{} at {:.6g}; {} at {:.6g}',
        faults.pricing_model,
        if(faults.term_months > 0, format(' for {} months', faults.term_months), ''),
        faults.price,
        if(gate_rules.rule = 'longer_above_shorter', format('{} months', faults.shorter_term), 'on demand'),
        faults.expected
    ) as reason
from faults
join seeds.gate_rules using (rule)

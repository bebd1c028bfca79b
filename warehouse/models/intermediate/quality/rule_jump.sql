-- Prices far from the series' own last steady price. A genuine cut by half is quarantined too, but for one scrape only:
-- the next confirms it (intermediate.confirmations).
-- materialized: table
-- driven_by: intermediate.gated_versions
-- key: series_no, version_no
-- columns:
--   expected: the reference price, USD an hour
with changes as (
    select price_steps.*, abs(ln(price_steps.price / price_steps.reference_price)) as distance
    from intermediate.price_steps
    join seeds.gate_rules on gate_rules.rule = 'jump'
    where price_steps.is_new and abs(ln(price_steps.price / price_steps.reference_price)) >= ln(gate_rules.factor)
),
judged as (
    select changes.*, if(changes.distance >= ln(gate_rules.factor), gate_rules.rule, 'jump') as rule
    from changes
    join seeds.gate_rules on gate_rules.rule = if(changes.pricing_model = 'spot', 'big_jump_spot', 'big_jump')
)
select
    judged.series_no,
    judged.version_no,
    gate_rules.rule,
    gate_rules.verdict,
    gate_rules.class,
    gate_rules.is_contradiction,
    judged.reference_price as expected,
    format(
        '{:.6g} after {:.6g} on {}: {:+.1f} %',
        judged.price,
        judged.reference_price,
        judged.reference_on::varchar,
        (judged.price / judged.reference_price - 1) * 100
    ) as reason
from judged
join seeds.gate_rules using (rule)
-- Flagged once; quarantined for as long as it lasts.
where judged.starts or gate_rules.verdict = 'quarantine'

-- What a price says of itself: zero, missing, two at once, a statistic instead of an offer.
-- Grain: series_no x run_no x rule. Columns of every gate.findings_*: rule, verdict (quarantine or flag), class,
-- is_contradiction (no repetition releases it), expected (USD in the offer's unit, NULL unknown), reason.
-- Why: these need no other row to be wrong, and every source of prices states some of them.
with faults as (
    select series_no, run_no, 'zero_price' as rule, format('the price is {:.6g}', price::double) as reason
    from gate.runs
    where is_new and price_status = 'priced' and price <= 0
    union all
    select series_no, run_no, 'missing_price', 'the price field is empty'
    from gate.runs
    where is_new and (price_status = 'missing' or (price_status = 'priced' and price is null))
    union all
    select series_no, run_no, 'duplicate_conflict', format('{} prices in one listing', n_prices)
    from gate.runs
    where is_new and n_prices > 1
    union all
    select series_no, run_no, 'offer_aggregate', 'a statistic over offers of mixed count, region and kind'
    from gate.runs
    where is_new and price_scope = 'offer_aggregate'
)
select f.series_no, f.run_no, k.rule, k.verdict, k.class, k.is_contradiction, null::double as expected, f.reason
from faults as f
join seeds.gate_rules as k using (rule)

-- Prices that are wrong in themselves: zero, missing, two at once, a statistic instead of an offer. Columns of every
-- intermediate.rule_*: rule, verdict (quarantine or flag), class, is_contradiction (repetition does not release it),
-- expected (USD an hour, NULL where unknown), reason. Why: no other row is needed to see that these are
-- wrong, and every source of prices states some of them.
-- materialized: table
-- driven_by: intermediate.gated_versions
-- key: series_no, version_no, rule
with faults as (
    select series_no, version_no, 'zero_price' as rule,
        if(upfront_price < 0, format('the fee is {:.6g}', upfront_price::double), format('the price is {:.6g}',
            price::double)) as reason
    from intermediate.gated_versions
    where is_new and price_status = 'priced'
        and (price < 0 or upfront_price < 0 or (price = 0 and coalesce(upfront_price, 0) = 0))
    union all
    select series_no, version_no, 'missing_price', 'the price field is empty'
    from intermediate.gated_versions
    where is_new and (price_status = 'missing' or (price_status = 'priced' and price is null))
    union all
    select
        series_no,
        version_no,
        'out_of_range',
        format('{:.6g} per {} for {:.6g} GPUs', price::double, price_unit, gpu_count::double)
            || if(term_months > 0, format(' over {} months', term_months), '')
            || if(upfront_price is null, '', format(' after {:.6g}', upfront_price::double))
    from intermediate.gated_versions
    where is_new and price_status = 'out_of_range'
    union all
    select
        series_no, version_no, 'unknown_currency',
        format('{:.6g} per {}, in a currency that the source does not state', price::double, price_unit)
    from intermediate.gated_versions
    where is_new and price_status = 'unknown_currency'
    union all
    select series_no, version_no, 'duplicate_conflict', format('{} prices in one listing', n_prices)
    from intermediate.gated_versions
    where is_new and n_prices > 1
    union all
    select series_no, version_no, 'offer_aggregate', 'a statistic over offers of mixed count, region and kind'
    from intermediate.gated_versions
    where is_new and price_scope = 'offer_aggregate'
)
select
    faults.series_no,
    faults.version_no,
    gate_rules.rule,
    gate_rules.verdict,
    gate_rules.class,
    gate_rules.is_contradiction,
    null::double as expected,
    faults.reason
from faults
join seeds.gate_rules using (rule)

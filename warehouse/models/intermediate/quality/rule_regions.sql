-- Prices in a region that is out of line with all others: a component is missing from the sum, or the currency is
-- another. Why: regions differ by tens of percent, never by half or threefold. Dear alone proves nothing, since the
-- many may be wrong and the one right: a price above those of its regions and above all earlier prices of its GPU is in
-- another currency.
-- materialized: table
-- driven_by: intermediate.gated_versions
-- key: series_no, version_no, rule
-- columns:
--   expected: the other regions' median, USD an hour
with compared as (
    select
        gated_versions.series_no,
        gated_versions.version_no,
        gated_versions.hourly_usd::double as price,
        region_prices.n_others,
        region_prices.low_price,
        region_prices.mid_price,
        region_prices.high_price,
        gated_versions.usd_per_gpu_hour::double as per_gpu, price_bands.high as ever_high
    from intermediate.gated_versions
    join intermediate.region_prices using (series_no, version_no)
    left join intermediate.price_bands
        on
            price_bands.gpu = gated_versions.gpu
            and price_bands.pricing_model = gated_versions.pricing_model
            and price_bands."month" = date_trunc('month', gated_versions.first_on)
)
select
    compared.series_no,
    compared.version_no,
    gate_rules.rule,
    gate_rules.verdict,
    gate_rules.class,
    gate_rules.is_contradiction,
    compared.mid_price as expected,
    format(
        '{:.6g} against {:.6g} in the middle of {} other regions', compared.price, compared.mid_price, compared.n_others
    ) as reason
from compared
join seeds.gate_rules
    on
        (
            gate_rules.rule = 'region_too_cheap'
            and compared.n_others >= gate_rules.min_count
            and compared.price < compared.low_price * gate_rules.factor
        )
    or (
        gate_rules.rule = 'region_too_dear'
        and compared.price > compared.high_price * gate_rules.factor
        and compared.per_gpu > compared.ever_high
    )

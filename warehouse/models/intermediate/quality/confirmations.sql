-- Doubted versions with what confirms them: a later scrape, or another source of the provider. Only versions with a
-- finding whose verdict is quarantine.
-- materialized: table
-- driven_by: intermediate.gated_versions
-- key: series_no, version_no
-- columns:
--   confirmed_by: 'repeated' (more than one scrape showed it), 'next' (the next price is nearly the same), 'source'
--     (another source of the provider states the same for the same machine and place within a day), NULL: nothing
with doubted as (
    select new_findings.series_no, new_findings.version_no, max(coalesce(gate_rules.tolerance, 0.02)) as tolerance
    from intermediate.new_findings
    join seeds.gate_rules using (rule)
    where new_findings.verdict = 'quarantine' and not new_findings.is_contradiction
    group by all
),
named as (
    select
        gated_versions.*,
        concat_ws('|', provider, lower(instance), gpu, gpu_count, lower(region), "zone", pricing_model, term_months,
            upfront, price_scope) as machine
    from intermediate.gated_versions
    where instance <> '' and hourly_usd > 0
        and lower(instance) in (
            select lower(instance) from intermediate.gated_versions join doubted using (series_no, version_no)
        )
),
elsewhere as (
    select doubted.series_no, doubted.version_no, bool_or(abs(other.hourly_usd / own.hourly_usd - 1) <= 0.02) as is_same
    from doubted
    join named as own using (series_no, version_no)
    join named as other
        on other.machine = own.machine and other.source <> own.source
        -- Each source is read at its own hour.
        and other.first_on <= own.last_on + 1 and other.last_on >= own.first_on - 1
    group by all
)
select
    doubted.series_no,
    doubted.version_no,
    case
        when price_steps.n_observations > 1 then 'repeated'
        when abs(ln(price_steps.next_price / price_steps.price)) <= doubted.tolerance then 'next'
        when elsewhere.is_same then 'source'
    end as confirmed_by
from doubted
join intermediate.price_steps using (series_no, version_no)
left join elsewhere using (series_no, version_no)

-- Prices of a source that mostly change by a large factor on one day: the column means something else now. Why: a spot
-- column labelled on demand is steady, plausible and repeated; only the simultaneous change reveals it.
-- materialized: table
-- driven_by: intermediate.gated_versions
-- key: series_no, version_no
-- columns:
--   expected: the price before, USD an hour
with changes as (
    select price_steps.*, gate_rules.*, count(*) over same_day as n_moved
    from intermediate.price_steps
    join seeds.gate_rules on gate_rules.rule = 'definition_change'
    where
        price_steps.is_new
        and price_steps.starts
        and abs(ln(price_steps.price / price_steps.prev_price)) >= ln(gate_rules.factor)
    window
        same_day as (
            partition by
                price_steps.source,
                price_steps.provider,
                price_steps.pricing_model,
                price_steps.first_on,
                sign(price_steps.price - price_steps.prev_price)
        )
),
days as (
    select distinct source, provider, pricing_model, first_on as moved_on from changes where n_moved >= min_count
),
in_force as (
    select days.*, count(distinct gated_versions.series_no) as n_in_force
    from days
    join intermediate.gated_versions
        on
            gated_versions.source = days.source
            and gated_versions.provider = days.provider
            and gated_versions.pricing_model = days.pricing_model
        and gated_versions.first_on <= days.moved_on and gated_versions.last_on >= days.moved_on
    group by all
)
select
    changes.series_no,
    changes.version_no,
    changes.rule,
    changes.verdict,
    changes.class,
    changes.is_contradiction,
    changes.prev_price as expected,
    format(
        '{:.6g} after {:.6g}, and {} of {} prices moved as much',
        changes.price,
        changes.prev_price,
        changes.n_moved,
        in_force.n_in_force
    ) as reason
from changes
join in_force
    on
        in_force.source = changes.source
        and in_force.provider = changes.provider
        and in_force.pricing_model = changes.pricing_model
        and in_force.moved_on = changes.first_on
where changes.n_moved * 2 >= in_force.n_in_force

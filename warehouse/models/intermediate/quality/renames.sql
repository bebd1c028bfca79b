-- One thing under a new name: a series ends at a scrape, and another begins at the same scrape with the same GPU,
-- count, place, terms and price. Why: otherwise a rename looks like a delisting and a launch, and the price history is
-- cut in two.
-- materialized: table
-- driven_by: intermediate.gated_versions
-- key: old_series_no, new_series_no
-- columns:
--   renamed_on: the scrape's day
--   class: renamed_sku, or renamed_zone when only the zone's name differs
--   verdict: alias (each fits only the other: one history) or flag (several fit each other)
--   n_old, n_new: old names that match the new one, and new names that match the old one
with ended as (
    -- Including those that come back later: that is not known on the day.
    select *
    from intermediate.gated_versions
    where ended_on is not null and hourly_usd > 0 and price_scope <> 'offer_aggregate'
),
begun as (
    select * from intermediate.gated_versions
    where version_no = 1 and is_new and hourly_usd > 0 and price_scope <> 'offer_aggregate'
),
pairs as (
    select
        ended.series_no as old_series_no,
        begun.series_no as new_series_no,
        begun.first_on as renamed_on,
        ended.instance as old_instance,
        begun.instance as new_instance,
        ended."zone" as old_zone,
        begun."zone" as new_zone,
        begun.hourly_usd::double as price,
        ended.instance = begun.instance
        and ended.gpu_label = begun.gpu_label
        and ended."zone" <> begun."zone" as is_zone
    from begun
    join ended
        on ended.source = begun.source and ended.provider = begun.provider and ended.ended_on = begun.first_on
        and ended.gpu = begun.gpu and ended.gpu_count is not distinct from begun.gpu_count
        and ended.region = begun.region
        and ended.pricing_model = begun.pricing_model
        and ended.term_months is not distinct from begun.term_months
        and ended.upfront = begun.upfront
        and ended.price_scope = begun.price_scope
        and ended.hourly_usd = begun.hourly_usd
        and ended.series_no <> begun.series_no
    -- Another size is another thing, whatever its zone.
    where ended."zone" = begun."zone" or ended.instance = begun.instance
),
counted as (
    select
        *,
        count(*) over (partition by new_series_no, renamed_on) as n_old,
        count(*) over (partition by old_series_no, renamed_on) as n_new
    from pairs
)
select
    old_series_no, new_series_no, renamed_on,
    if(is_zone, 'renamed_zone', 'renamed_sku') as class,
    if(n_old = 1 and n_new = 1, 'alias', 'flag') as verdict,
    n_old,
    n_new,
    format(
        '{} is now {} at the same {:.6g}',
        if(is_zone, old_zone, old_instance),
        if(is_zone, new_zone, new_instance),
        price
    ) as reason
from counted

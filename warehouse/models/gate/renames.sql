-- One thing under a new name: a series ends at a look and another begins at that look with the same GPU, count, place,
-- terms and price. Grain: old_series_no x new_series_no. renamed_on: the look's day. class: renamed_sku, or renamed_zone when
-- only the zone's name differs. verdict: alias (each fits only the other: one history) or flag (several fit each other).
-- n_old, n_new: how many old names fit the new one, and the reverse.
-- Why: without it a rename reads as a delisting and a launch, and the price history of the thing is cut in two.
with ended as (
    -- One that comes back later, too: that is not known on the day.
    select * from gate.runs where ended_on is not null and usd_price > 0 and price_scope <> 'offer_aggregate'
),
begun as (
    select * from gate.runs
    where run_no = 1 and is_new and usd_price > 0 and price_scope <> 'offer_aggregate'
),
pairs as (
    select
        o.series_no as old_series_no,
        n.series_no as new_series_no,
        n.first_on as renamed_on,
        o.instance as old_instance,
        n.instance as new_instance,
        o."zone" as old_zone,
        n."zone" as new_zone,
        n.usd_price::double as price,
        o.instance = n.instance and o.gpu_label = n.gpu_label and o."zone" <> n."zone" as is_zone
    from begun as n
    join ended as o
        on o.source = n.source and o.provider = n.provider and o.ended_on = n.first_on
        and o.gpu = n.gpu and o.gpu_count is not distinct from n.gpu_count
        and o.region = n.region and o.pricing_model = n.pricing_model and o.term_months is not distinct from n.term_months
        and o.upfront = n.upfront and o.price_scope = n.price_scope and o.usd_price = n.usd_price
        and o.series_no <> n.series_no
    -- Another size is another thing, whatever its zone is called.
    where o."zone" = n."zone" or o.instance = n.instance
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
        '{} is now {} at the same {:.6g}', if(is_zone, old_zone, old_instance), if(is_zone, new_zone, new_instance), price
    ) as reason
from counted

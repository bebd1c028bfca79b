-- Oracle's GPU shapes, priced from its meters: the price per GPU times the shape's GPUs; preemptible is half. One row
-- per shape, pricing model (on_demand; spot where Oracle allows it) and observed meter price. Derived: no page prints
-- these rows; the receipt is the meter's. Columns as in staging.offers: price in the meter's currency per
-- instance-hour, usd_price in USD per instance-hour, usd_per_gpu_hour in USD per GPU-hour (six decimals). Source of the
-- half: Oracle's published rule, 50 % of the on-demand price for every preemptible instance.
-- materialized: table
-- driven_by: staging.derivable_offers
with capacity as (
    select unnest([{pricing_model: 'on_demand', share: 1.0}, {pricing_model: 'spot', share: 0.5}], recursive := true)
)
select
    offers.* replace (
        'derived_shapes' as source,
        oracle_shapes.shape as instance,
        oracle_shapes.gpu_count::decimal(18, 10) as gpu_count,
        oracle_shapes.gpu_count::decimal(18, 10) as known_count,
        capacity.pricing_model as pricing_model,
        (offers.price * oracle_shapes.gpu_count::integer * capacity.share)::decimal(38, 18) as price,
        'instance_hour' as price_unit,
        (offers.usd_price * oracle_shapes.gpu_count::integer * capacity.share)::decimal(38, 18) as usd_price,
        (offers.usd_per_gpu_hour * capacity.share)::decimal(18, 6) as usd_per_gpu_hour,
        concat(
            oracle_shapes.shape,
            ' = ',
            oracle_shapes.gpu_count,
            ' x ',
            if(capacity.share < 1, '50% of ', ''),
            offers.text
        )[:200] as text
    )
from staging.offers
join seeds.oracle_shapes on oracle_shapes.part_number = offers.instance
join capacity on capacity.pricing_model = 'on_demand' or oracle_shapes.preemptible::boolean
where offers.provider = 'oracle'
    and offers.source = 'products_api'
    and offers.pricing_model = 'on_demand'
    and offers.price_unit = 'gpu_hour'
    and offers.price_scope = 'instance'
    and offers.price is not null
    and offers.price_status = 'priced'

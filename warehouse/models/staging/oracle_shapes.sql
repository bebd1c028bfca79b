-- Oracle's GPU meters as the shapes one can start: the meter's price per GPU times the shape's GPUs; preemptible is half.
-- Grain: one shape x pricing model (on_demand; spot where Oracle allows it) per observed meter price. Derived: no page
-- prints these rows; the receipt is the meter's. Columns as staging.offers: price in the meter's currency per
-- instance-hour, usd_price USD per instance-hour, usd_per_gpu_hour USD per GPU-hour (six decimals).
-- Source of the half: Oracle's published rule, 50 % of the on-demand price for every preemptible instance.
with capacity as (
    select unnest([{pricing_model: 'on_demand', share: 1.0}, {pricing_model: 'spot', share: 0.5}], recursive := true)
)
select
    o.* replace (
        'derived_shapes' as source,
        s.shape as instance,
        s.gpu_count::decimal(18, 10) as gpu_count,
        c.pricing_model as pricing_model,
        (o.price * s.gpu_count::integer * c.share)::decimal(38, 18) as price,
        'instance_hour' as price_unit,
        (o.usd_price * s.gpu_count::integer * c.share)::decimal(38, 18) as usd_price,
        (o.usd_per_gpu_hour * c.share)::decimal(18, 6) as usd_per_gpu_hour,
        concat(s.shape, ' = ', s.gpu_count, ' x ', if(c.share < 1, '50% of ', ''), o.text)[:200] as text
    )
from staging.offers as o
join seeds.oracle_shapes as s on s.part_number = o.instance
join capacity as c on c.pricing_model = 'on_demand' or s.preemptible::boolean
where o.provider = 'oracle'
    and o.source = 'products_api'
    and o.pricing_model = 'on_demand'
    and o.price_unit = 'gpu_hour'
    and o.price_scope = 'instance'
    and o.price is not null

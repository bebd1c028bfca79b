-- Google's machine types as the sum of what the Billing Catalog charges for them: vCPU, memory, GPU and local SSD.
-- Grain: one machine x region x pricing model x term per UTC day and origin (pages of one catalog differ by seconds).
-- Only where each component the machine needs has one price that day; a missing one gives no row, never a part of a sum.
-- Derived: the receipt is the GPU component's. Columns as staging.offers: price per instance-hour in the catalog's
-- currency, usd_price USD per instance-hour, usd_per_gpu_hour USD per GPU-hour (six decimals). SSD: GiB-month / 730 (macros/hours.sql).
with latest as (
    select *, floor(epoch(observed_at) / 86400) as day
    from staging.offers
    where provider = 'gcp'
        and source = 'billing_catalog'
        and price_scope in ('gpu_component', 'host_component')
        and pricing_model in ('on_demand', 'spot', 'reserved')
        and price is not null
    qualify rank() over (
        partition by day, origin, instance, price_unit, region, pricing_model, term_months order by observed_at desc
    ) = 1
),
parts as (
    select *
    from latest
    window same as (partition by day, origin, instance, price_unit, region, pricing_model, term_months, currency)
    qualify count(distinct price) over same = 1 and row_number() over same = 1
),
sums as (
    select
        g.* exclude (day),
        m.machine,
        m.gpu_count::decimal(18, 10) as gpus,
        m.vcpu::integer * core.price + m.ram_gib::integer * ram.price + m.gpu_count::integer * g.price
            + coalesce(m.ssd_gib::integer * ssd.price / hours_per_month(), 0) as total,
        m.vcpu::integer * core.usd_price + m.ram_gib::integer * ram.usd_price + m.gpu_count::integer * g.usd_price
            + coalesce(m.ssd_gib::integer * ssd.usd_price / hours_per_month(), 0) as usd_total,
        concat(m.machine, ' = ', m.vcpu, ' x ', core.price::decimal(18, 9), ' + ', m.ram_gib, ' x ',
            ram.price::decimal(18, 9), ' + ', m.gpu_count, ' x ', g.price::decimal(18, 9),
            if(m.ssd_gib::integer > 0, concat(' + ', m.ssd_gib, ' x ', ssd.price::decimal(18, 9), ' / 730'), '')) as formula,
        count(distinct g.price) over same as gpu_prices,
        row_number() over (same order by g.instance) as nth
    from parts as g
    join seeds.gcp_machines as m on list_contains(string_split(lower(m.gpu_words), '|'), lower(g.instance))
    join parts as core
        on core.price_unit = 'vcpu_hour' and lower(core.instance) = lower(m.family)
        and core.day = g.day and core.origin = g.origin and core.region = g.region and core.currency = g.currency
        and core.pricing_model = g.pricing_model and core.term_months is not distinct from g.term_months
    join parts as ram
        on ram.price_unit = 'gib_hour' and lower(ram.instance) = lower(m.family)
        and ram.day = g.day and ram.origin = g.origin and ram.region = g.region and ram.currency = g.currency
        and ram.pricing_model = g.pricing_model and ram.term_months is not distinct from g.term_months
    left join parts as ssd
        on m.ssd_gib::integer > 0 and ssd.price_unit = 'gib_month' and ssd.instance = 'Local SSD'
        and ssd.day = g.day and ssd.origin = g.origin and ssd.region = g.region and ssd.currency = g.currency
        and ssd.pricing_model = g.pricing_model and ssd.term_months is not distinct from g.term_months
    where g.price_scope = 'gpu_component'
        and (m.ssd_gib::integer = 0 or ssd.price is not null)
        and (g.pricing_model <> 'on_demand' or m.on_demand::boolean)
    window same as (partition by m.machine, g.day, g.origin, g.region, g.pricing_model, g.term_months, g.currency)
)
select
    * exclude (machine, gpus, total, usd_total, formula, gpu_prices, nth) replace (
        'derived_component_sum' as source,
        machine as instance,
        gpus as gpu_count,
        round(total, 9)::decimal(38, 18) as price,
        'instance_hour' as price_unit,
        'instance' as price_scope,
        round(usd_total, 9)::decimal(38, 18) as usd_price,
        (usd_total / gpus)::decimal(18, 6) as usd_per_gpu_hour,
        formula[:200] as text
    )
from sums
where gpu_prices = 1 and nth = 1

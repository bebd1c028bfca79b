-- Google's machine types, priced as the sum of their Billing Catalog components: vCPU, memory, GPU and local SSD. One
-- row per machine, region, pricing model and term per UTC day and origin (pages of one catalog differ by seconds). A
-- row exists only where every component the machine needs has exactly one price that day; there are no partial sums.
-- Derived: the receipt is the GPU component's. Columns as in staging.offers: price per instance-hour in the catalog's
-- currency, usd_price in USD per instance-hour, usd_per_gpu_hour in USD per GPU-hour (six decimals). SSD: GiB-month /
-- 730 (macros/hours.sql).
-- materialized: table
-- driven_by: staging.derivable_offers
-- key: instance, region, pricing_model, term_months, currency, observed_at, origin
with latest as (
    select *, floor(epoch(observed_at) / 86400) as day
    from staging.offers
    where provider = 'gcp'
        and source = 'billing_catalog'
        and price_scope in ('gpu_component', 'host_component')
        and pricing_model in ('on_demand', 'spot', 'reserved')
        and price is not null
        and price_status = 'priced'
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
        parts.* exclude (day),
        gcp_machines.machine,
        gcp_machines.gpu_count::decimal(18, 10) as gpus,
        gcp_machines.vcpu::decimal(18, 4) as machine_vcpus,
        gcp_machines.ram_gib::decimal(18, 3) as machine_ram_gb,
        nullif(gcp_machines.ssd_gib::decimal(18, 3), 0) as machine_disk_gb,
        gcp_machines.vcpu::integer * cores.price
        + gcp_machines.ram_gib::integer * ram.price
        + gcp_machines.gpu_count::integer * parts.price
            + coalesce(gcp_machines.ssd_gib::integer * ssd.price / hours_per_month(), 0) as total,
        gcp_machines.vcpu::integer * cores.usd_price
        + gcp_machines.ram_gib::integer * ram.usd_price
        + gcp_machines.gpu_count::integer * parts.usd_price
            + coalesce(gcp_machines.ssd_gib::integer * ssd.usd_price / hours_per_month(), 0) as usd_total,
        concat(
            gcp_machines.machine,
            ' = ',
            gcp_machines.vcpu,
            ' x ',
            cores.price::decimal(18, 9),
            ' + ',
            gcp_machines.ram_gib,
            ' x ',
            ram.price::decimal(18, 9), ' + ', gcp_machines.gpu_count, ' x ', parts.price::decimal(18, 9),
            if(
                gcp_machines.ssd_gib::integer > 0,
                concat(' + ', gcp_machines.ssd_gib, ' x ', ssd.price::decimal(18, 9), ' / 730'),
                ''
            )
            ) as formula,
        count(distinct parts.price) over same as gpu_prices,
        row_number() over (same order by parts.instance) as nth
    from parts
    join seeds.gcp_machines on list_contains(string_split(lower(gcp_machines.gpu_words), '|'), lower(parts.instance))
    join parts as cores
        on cores.price_unit = 'vcpu_hour' and lower(cores.instance) = lower(gcp_machines.family)
        and cores.day = parts.day
        and cores.origin = parts.origin
        and cores.region = parts.region
        and cores.currency = parts.currency
        and cores.pricing_model = parts.pricing_model and cores.term_months is not distinct from parts.term_months
    join parts as ram
        on ram.price_unit = 'gib_hour' and lower(ram.instance) = lower(gcp_machines.family)
        and ram.day = parts.day
        and ram.origin = parts.origin
        and ram.region = parts.region
        and ram.currency = parts.currency
        and ram.pricing_model = parts.pricing_model and ram.term_months is not distinct from parts.term_months
    left join parts as ssd
        on gcp_machines.ssd_gib::integer > 0 and ssd.price_unit = 'gib_month' and ssd.instance = 'Local SSD'
        and ssd.day = parts.day
        and ssd.origin = parts.origin
        and ssd.region = parts.region
        and ssd.currency = parts.currency
        and ssd.pricing_model = parts.pricing_model and ssd.term_months is not distinct from parts.term_months
    where parts.price_scope = 'gpu_component'
        and (gcp_machines.ssd_gib::integer = 0 or ssd.price is not null)
        and (parts.pricing_model <> 'on_demand' or gcp_machines.on_demand::boolean)
    window
        same as (
            partition by
                gcp_machines.machine,
                parts.day,
                parts.origin,
                parts.region,
                parts.pricing_model,
                parts.term_months,
                parts.currency
        )
)
select
    * exclude (
        machine, gpus, machine_vcpus, machine_ram_gb, machine_disk_gb, total, usd_total, formula, gpu_prices, nth
    ) replace (
        'derived_component_sum' as source,
        machine as instance,
        gpus as gpu_count,
        gpus as known_count,
        machine_vcpus as known_vcpus,
        machine_ram_gb as known_ram_gb,
        machine_disk_gb as known_disk_gb,
        round(total, 9)::decimal(38, 18) as price,
        'instance_hour' as price_unit,
        'instance' as price_scope,
        round(usd_total, 9)::decimal(38, 18) as usd_price,
        try_cast(usd_total / gpus as decimal(18, 6)) as usd_per_gpu_hour,
        formula[:200] as text
    )
from sums
where gpu_prices = 1 and nth = 1 and is_holdable(usd_total / gpus, 10000000)

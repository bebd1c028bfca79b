-- Prices below what any chip is known to have cost for its bandwidth, compute or memory. Why: the price of a TB/s or a
-- PFLOPS has hardly a lower bound by age or kind of chip, only one for all; so it also judges a chip that nobody priced
-- before, in a home that knows no other price. A chip without a spec is taken for the weakest on record with no less
-- memory.
-- materialized: table
-- driven_by: intermediate.gated_versions
-- key: series_no, version_no
-- columns:
--   expected: the floor, USD per GPU-hour
with measures as (
    unpivot (
        select
            gpu, coalesce(form_factor, '') as form_factor, is_default::boolean as is_default,
            gpu_memory_gb::double as gpu_memory_gb, bandwidth_gbs::double / 1000 as bandwidth,
            coalesce(fp16_tflops, bf16_tflops)::double / 1000 as compute, gpu_memory_gb::double as memory
        from seeds.gpu_specs
    )
    on bandwidth, compute, memory into name measure value amount
),
-- The highest of a chip's floors is the one that holds.
chips as (
    select
        measures.gpu, measures.form_factor, measures.is_default, measures.gpu_memory_gb,
        max({
            'usd': measures.amount * price_floors.usd_per_unit, 'amount': measures.amount,
            'usd_per_unit': price_floors.usd_per_unit::double, 'unit': price_floors.unit
        }) as least
    from measures
    join seeds.price_floors using (measure)
    group by all
),
-- A form factor that is not stated may be any of the usual ones.
specified as (
    select gpu, form_factor, min(least) as least from chips group by all
    union all
    select gpu, '', min(least) from chips where form_factor <> '' and is_default group by gpu
),
priced as (
    select series_no, version_no, gpu, coalesce(form_factor, '') as form_factor, gpu_memory_gb::double as gpu_memory_gb,
        usd_per_gpu_hour::double as price
    from intermediate.gated_versions
    where is_new and gpu is not null and usd_per_gpu_hour > 0
),
sizes as (
    select distinct priced.gpu, priced.form_factor, priced.gpu_memory_gb
    from priced
    anti join specified on specified.gpu = priced.gpu and specified.form_factor = priced.form_factor
    where priced.gpu_memory_gb > 0
),
-- Vendors print 262 to 288 GB for one chip. With more memory than any chip on record, only the memory counts.
unspecified as (
    select
        sizes.gpu, sizes.form_factor, sizes.gpu_memory_gb,
        coalesce(min(chips.least), any_value({
            'usd': sizes.gpu_memory_gb * price_floors.usd_per_unit, 'amount': sizes.gpu_memory_gb,
            'usd_per_unit': price_floors.usd_per_unit::double, 'unit': price_floors.unit
        })) as least
    from sizes
    join seeds.price_floors on price_floors.measure = 'memory'
    left join chips on chips.gpu_memory_gb >= 0.93 * sizes.gpu_memory_gb
    group by all
),
compared as (
    select priced.series_no, priced.version_no, priced.price, specified.least, '' as taken_for
    from priced
    join specified on specified.gpu = priced.gpu and specified.form_factor = priced.form_factor
    union all
    select priced.series_no, priced.version_no, priced.price, unspecified.least,
        format(' (of the weakest chip with {:.4g} GB)', priced.gpu_memory_gb)
    from priced
    join unspecified using (gpu, form_factor, gpu_memory_gb)
)
select
    compared.series_no,
    compared.version_no,
    gate_rules.rule,
    gate_rules.verdict,
    gate_rules.class,
    gate_rules.is_contradiction,
    compared.least.usd as expected,
    format(
        '{:.4g} a GPU-hour; {:.4g} {}{} never cost less than {:.4g}, {:.4g} for each',
        compared.price,
        compared.least.amount,
        compared.least.unit,
        compared.taken_for,
        compared.least.usd,
        compared.least.usd_per_unit
    ) as reason
from compared
join seeds.gate_rules on gate_rules.rule = 'below_floor'
where compared.price < compared.least.usd

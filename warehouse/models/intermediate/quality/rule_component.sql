-- Whole machines that cost less than their GPUs alone: the GPUs are missing from the sum. Why: where providers price
-- parts (host, GPU), the host is easily taken for the machine. The component may come from another source of the
-- provider.
-- materialized: table
-- driven_by: intermediate.gated_versions
-- key: series_no, version_no
-- columns:
--   expected: the component's price times the count, USD an hour
with parts as (
    select distinct on (series_no)
        series_no, source, pricing_model, gpu_count, price_scope, price_unit,
        concat_ws('|', provider, gpu, gpu_memory_gb, region, pricing_model, term_months, upfront) as place
    from intermediate.gated_versions
    where gpu is not null and not is_announced and gpu_count > 0 and price_scope in ('instance', 'gpu_component')
        and price_unit not in ('vcpu_hour', 'gib_hour', 'gib_month')
        -- Of a day's few new prices, and of what they are compared with: not of all that stand.
        and (
            price_scope = 'gpu_component'
            or series_no in (select series_no from intermediate.gated_versions where is_new)
        )
),
pairs as (
    select whole.series_no, part.series_no as part_no,
        if(whole.price_unit like 'gpu_%', 1, whole.gpu_count)::double as n_gpus,
        if(part.price_unit like 'gpu_%', 1, part.gpu_count)::double as n_of_part
    from parts as whole
    join parts as part using (place)
    where whole.price_scope = 'instance' and part.price_scope = 'gpu_component'
        -- Another source saw its spot price at another time.
        and (whole.source = part.source or whole.pricing_model <> 'spot')
),
judged as (
    select
        pairs.*,
        gated_versions.version_no,
        gated_versions.first_at + interval 1 hour as moment,
        gated_versions.first_on,
        gated_versions.hourly_usd::double as price
    from intermediate.gated_versions
    join pairs using (series_no)
    where gated_versions.is_new and gated_versions.hourly_usd > 0
),
compared as (
    select
        judged.series_no,
        judged.version_no,
        judged.price,
        min(gated_versions.hourly_usd::double / judged.n_of_part * judged.n_gpus) as expected
    from judged
    asof join
        intermediate.gated_versions
        on gated_versions.series_no = judged.part_no and gated_versions.first_at <= judged.moment
    where gated_versions.hourly_usd > 0 and gated_versions.last_on >= judged.first_on - 35
    group by all
)
select
    compared.series_no,
    compared.version_no,
    gate_rules.rule,
    gate_rules.verdict,
    gate_rules.class,
    gate_rules.is_contradiction,
    compared.expected,
    format('{:.6g} for the whole, {:.6g} for its GPUs alone', compared.price, compared.expected) as reason
from compared
join seeds.gate_rules on gate_rules.rule = 'all_in_below_component'
where compared.price < compared.expected * (1 - gate_rules.tolerance)

-- Spot or reserved prices of a machine whose on-demand price lacks its GPUs, and that are no higher than it: they lack
-- the GPUs too. Why: one sum makes all prices of a machine. A commitment above the broken on-demand price may be whole.
-- materialized: table
-- driven_by: intermediate.gated_versions
-- key: series_no, version_no
-- columns:
--   expected: an upper bound: the expected on-demand price, USD an hour
with lacking as (
    select series_no, version_no, expected from intermediate.rule_regions where class = 'component_missing'
    union all
    select series_no, version_no, expected from intermediate.rule_component
    union all
    select series_no, version_no, expected from state.findings where class = 'component_missing'
),
on_demand as (
    select
        gated_versions.series_no,
        gated_versions.first_at,
        gated_versions.hourly_usd,
        gated_versions.ended_on,
        min(lacking.expected) as expected
    from intermediate.gated_versions
    left join lacking using (series_no, version_no)
    where gated_versions.pricing_model = 'on_demand' and gated_versions.hourly_usd > 0
        and gated_versions.series_no in (select series_no from lacking)
    group by all
),
machines as (
    select distinct on (series_no)
        series_no, pricing_model,
        concat_ws('|', source, provider, instance, gpu_label, gpu_count, price_scope, price_unit like 'gpu_%', region)
            as machine,
        "zone"
    from intermediate.gated_versions
    where price_scope = 'instance' and not is_announced
        -- Of a day's few new prices, and of what they are compared with: not of all that stand.
        and if(
            pricing_model = 'on_demand',
            series_no in (select series_no from lacking),
            series_no in (select series_no from intermediate.gated_versions where is_new)
        )
),
pairs as (
    select machine.series_no, sibling.series_no as other_no
    from machines as machine
    join
        machines as sibling
    on
        sibling.machine = machine.machine
        and sibling."zone" in (machine."zone", '')
        and sibling.pricing_model = 'on_demand'
    where machine.pricing_model in ('spot', 'reserved') and sibling.series_no in (select series_no from lacking)
),
judged as (
    select
        pairs.other_no,
        gated_versions.series_no,
        gated_versions.version_no,
        gated_versions.hourly_usd,
        gated_versions.first_on,
        gated_versions.first_at + interval 1 hour as moment
    from intermediate.gated_versions
    join pairs using (series_no)
    where gated_versions.is_new and gated_versions.hourly_usd > 0
)
select
    judged.series_no,
    judged.version_no,
    gate_rules.rule,
    gate_rules.verdict,
    gate_rules.class,
    gate_rules.is_contradiction,
    on_demand.expected,
    format(
        '{:.6g}, while the same machine on demand lacks its GPUs at {:.6g}',
        judged.hourly_usd::double,
        on_demand.hourly_usd::double
    )
        as reason
from judged
asof join on_demand on on_demand.series_no = judged.other_no and on_demand.first_at <= judged.moment
join seeds.gate_rules on gate_rules.rule = 'sibling_lacks_component'
where
    on_demand.expected is not null
    and (on_demand.ended_on is null or on_demand.ended_on > judged.first_on)
    and judged.hourly_usd <= on_demand.hourly_usd

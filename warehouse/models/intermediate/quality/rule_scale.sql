-- Machines with several GPUs at the price of one: the price was not multiplied by the count. Why: such a price is a
-- half, a quarter or an eighth of the true price per GPU and wins every comparison. Where another single-GPU machine of
-- the same place matches the price per GPU, it is a cheaper tier, not a slip. Markets (spot prices of zones) are left
-- out; other spot prices need three machines on one day.
-- materialized: table
-- driven_by: intermediate.gated_versions
-- key: series_no, version_no
-- columns:
--   expected: count times the single-GPU price, USD an hour
-- Of a day's few new prices, and of what they are compared with, places are worked out; not of all that stand.
with places as (
    select distinct on (series_no)
        series_no, gpu_count,
        concat_ws('|', source, provider, coalesce(gpu, gpu_label), form_factor, gpu_memory_gb, price_scope,
            region, "zone", pricing_model, term_months, upfront) as place
    from intermediate.gated_versions
    where
        price_scope = 'instance' and not is_announced and "zone" = '' and price_unit not like 'gpu_%' and gpu_count > 0
        and (gpu_count = 1 or series_no in (select series_no from intermediate.gated_versions where is_new))
),
pairs as (
    select several.series_no, single.series_no as single_no
    from places as several
    join places as single on single.place = several.place and single.gpu_count = 1
    where several.gpu_count > 1
),
judged as (
    select
        pairs.*,
        gated_versions.version_no,
        gated_versions.first_at + interval 1 hour as moment,
        gated_versions.first_on,
        gated_versions.hourly_usd::double as price,
        gated_versions.gpu_count::double as gpu_count
    from intermediate.gated_versions
    join pairs using (series_no)
    where gated_versions.is_new and gated_versions.hourly_usd > 0
),
compared as (
    select
        judged.series_no, judged.version_no, judged.price, judged.gpu_count,
        bool_or(abs(judged.price / gated_versions.hourly_usd::double - 1) <= gate_rules.tolerance) as equals_single,
        -- Within a third: large machines carry more or less besides the GPUs.
        bool_or(abs(judged.price / judged.gpu_count / gated_versions.hourly_usd::double - 1) <= 0.33) as scales
    from judged
    asof join
        intermediate.gated_versions
        on gated_versions.series_no = judged.single_no and gated_versions.first_at <= judged.moment
    join seeds.gate_rules on gate_rules.rule = 'not_scaled_by_count'
    where
        (gated_versions.ended_on is null or gated_versions.ended_on > judged.first_on) and gated_versions.hourly_usd > 0
    group by all
),
unscaled as (
    select
        compared.*,
        gated_versions.pricing_model,
        count(distinct gated_versions.instance)
            over (partition by gated_versions.source, gated_versions.provider, gated_versions.first_on)
            as n_alike
    from compared
    join intermediate.gated_versions using (series_no, version_no)
    where compared.equals_single and not compared.scales
)
select
    unscaled.series_no,
    unscaled.version_no,
    gate_rules.rule,
    gate_rules.verdict,
    gate_rules.class,
    gate_rules.is_contradiction,
    unscaled.price * unscaled.gpu_count as expected,
    format('{:.4g} GPUs for {:.6g}, which is the price of one', unscaled.gpu_count, unscaled.price) as reason
from unscaled
join seeds.gate_rules on gate_rules.rule = 'not_scaled_by_count'
where unscaled.pricing_model <> 'spot' or unscaled.n_alike >= gate_rules.min_count

-- Each version beside the other prices of the same machine in force at that moment: on demand, and shorter commitments.
-- Only reserved versions, and spot versions above the on-demand price. The pages of one scrape are read within an hour,
-- which counts as one moment.
-- materialized: table
-- driven_by: intermediate.gated_versions
-- key: series_no, version_no
-- columns:
--   on_demand_price: same place, USD an hour
--   shorter_price, shorter_term: the price of the longest shorter commitment with the same upfront payment
with machines as (
    select distinct on (series_no)
        series_no, pricing_model, term_months, upfront,
        -- One text instead of nine columns: everything that two comparable prices share.
        concat_ws('|', source, provider, instance, gpu_label, gpu_count, price_scope, price_unit like 'gpu_%', region)
            as machine,
        "zone"
    from intermediate.gated_versions
    where price_scope <> 'offer_aggregate' and not is_announced
        -- Of a day's few new prices, and of what they are compared with: not of all that stand.
        and (
            pricing_model in ('on_demand', 'reserved')
            or series_no in (select series_no from intermediate.gated_versions where is_new)
        )
),
pairs as (
    select
        machine.series_no,
        sibling.series_no as other_no,
        sibling.pricing_model as other_model,
        sibling.term_months as other_term
    from machines as machine
    join
        machines as sibling
    on
        sibling.machine = machine.machine
        and sibling."zone" in (machine."zone", '')
        and sibling.series_no <> machine.series_no
    where machine.pricing_model in ('spot', 'reserved')
        and (
            sibling.pricing_model = 'on_demand'
            or (machine.pricing_model = 'reserved' and sibling.pricing_model = 'reserved'
                and sibling.upfront = machine.upfront and sibling.term_months < machine.term_months)
        )
),
judged as (
    select
        pairs.*,
        gated_versions.version_no,
        gated_versions.pricing_model,
        gated_versions.hourly_usd,
        gated_versions.first_at + interval 1 hour as moment,
        gated_versions.first_on
    from intermediate.gated_versions
    join pairs using (series_no)
    where gated_versions.is_new and gated_versions.hourly_usd > 0
)
select
    judged.series_no,
    judged.version_no,
    min(gated_versions.hourly_usd::double) filter (where judged.other_model = 'on_demand') as on_demand_price,
    arg_max(gated_versions.hourly_usd::double, judged.other_term) filter (where judged.other_model = 'reserved')
        as shorter_price,
    max(judged.other_term) filter (where judged.other_model = 'reserved') as shorter_term
from judged
asof join
    intermediate.gated_versions
    on gated_versions.series_no = judged.other_no and gated_versions.first_at <= judged.moment
where (gated_versions.ended_on is null or gated_versions.ended_on > judged.first_on) and gated_versions.hourly_usd > 0
    -- Nearly all spot prices are below; those need no check.
    and (judged.pricing_model <> 'spot' or gated_versions.hourly_usd < judged.hourly_usd)
group by judged.series_no, judged.version_no

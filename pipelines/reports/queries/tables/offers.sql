-- Every price in force, with the cost per unit of the GPU. Grain: series_id. place: 1 is the provider's lowest per GPU,
-- pricing model and term, available offers first, from the preferred source; NULL for anything but all-in prices of
-- whole GPUs with a known model.
with counted as (
    select
        series_id,
        row_number() over (
            partition by provider, gpu, gpu_memory_gb, pricing_model, term_months
            order by age_days > 7, is_sold_out(availability), usd_per_gpu_hour, gpu_count, instance, region, zone,
                upfront, series_id
        ) as place
    from v1.offers_latest
    where is_preferred and price_scope = 'instance' and gpu_count >= 1 and gpu is not null
        and usd_per_gpu_hour is not null
        and source <> 'seed'
        and not is_bound(is_floor, pricing_model)
)
select
    offers_latest.*,
    counted.place,
    cost_per_unit.spec,
    cost_per_unit.usd_per_fp16_tflops_hour,
    cost_per_unit.usd_per_gb_hour
from v1.offers_latest
left join counted using (series_id)
left join v1.cost_per_unit using (series_id)
where offers_latest.source <> 'seed'

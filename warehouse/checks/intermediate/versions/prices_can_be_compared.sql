-- warn: a printed price without a positive USD figure: zero, an unknown exchange rate, or an unknown GPU count.
select
    series.provider,
    series.source,
    series.instance,
    series.region,
    series.pricing_model,
    versions.price,
    versions.currency,
    versions.price_unit,
    series.gpu_count,
    versions.text
from intermediate.versions
join intermediate.series using (series_no)
where versions.price_status = 'priced'
    and series.price_scope = 'instance'
    and series.gpu is not null
    and not coalesce(versions.usd_per_gpu_hour > 0, false)

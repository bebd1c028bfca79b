-- warn: a whole GPU costs between one cent and 200 dollars an hour (collectors' band); a wrong unit falls outside.
select
    series.provider,
    series.source,
    series.instance,
    series.region,
    series.pricing_model,
    intervals.valid_from,
    intervals.usd_per_gpu_hour,
    intervals.text
from intermediate.intervals
join intermediate.series using (series_no)
where intervals.usd_per_gpu_hour not between 0.01 and 200

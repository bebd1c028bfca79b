-- warn: a whole GPU costs between one cent and 200 dollars an hour (collectors' band); a slip of unit leaves it.
select s.provider, s.source, s.instance, s.region, s.pricing_model, i.valid_from, i.usd_per_gpu_hour, i.text
from core.intervals as i
join core.series as s using (series_no)
where i.usd_per_gpu_hour not between 0.01 and 200

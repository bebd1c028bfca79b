-- warn: a whole GPU costs between one cent and 200 dollars an hour (collectors' band); a slip of unit leaves it.
select provider, source, instance, region, pricing_model, usd_per_gpu_hour, text
from core.observations
where usd_per_gpu_hour not between 0.01 and 200

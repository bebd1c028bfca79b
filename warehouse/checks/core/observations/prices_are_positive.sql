-- error: zero is never a price, and neither is less, infinity or nothing.
select provider, source, instance, pricing_model, price, usd_per_gpu_hour, text
from core.observations
where coalesce(price, 0) + coalesce(upfront_price, 0) <= 0
    or usd_per_gpu_hour <= 0
    or (price_scope = 'instance' and gpu is not null and usd_per_gpu_hour is null)

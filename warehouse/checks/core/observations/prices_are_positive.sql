-- error: zero is never a price, and neither is less, infinity or nothing at all.
-- A price that gives no USD figure (unknown count, term or rate) is a warning of staging.offers, and stops nobody else.
select provider, source, instance, pricing_model, price, usd_per_gpu_hour, text
from core.observations
where coalesce(price, 0) + coalesce(upfront_price, 0) <= 0
    or usd_per_gpu_hour <= 0

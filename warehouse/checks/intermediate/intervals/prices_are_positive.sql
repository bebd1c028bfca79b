-- error: a price is never zero, negative, infinite or missing. Only intervals of this build.
select series_no, valid_from, price, upfront_price, usd_per_gpu_hour, text
from intermediate.new_intervals
where coalesce(price, long_price, 0) + coalesce(upfront_price, 0) <= 0 or usd_per_gpu_hour <= 0

-- error: zero is never a price, and neither is less, infinity or nothing at all. Of what this build touched.
select series_no, valid_from, price, upfront_price, usd_per_gpu_hour, text
from intermediate.new_intervals
where coalesce(price, long_price, 0) + coalesce(upfront_price, 0) <= 0 or usd_per_gpu_hour <= 0

-- Prices that the gate quarantines or flags, newest first. Grain: event_id. n: number of events with this status.
select
    event_id, provider, source, instance, region, zone, gpu, pricing_model, date, date_to, verdict, status, rule,
        reason, price, currency,
    price_unit, usd_per_gpu_hour, last_good_usd_per_gpu_hour, source_url, sha256,
    count(*) over (partition by status) as n
from v1.quality_events
qualify row_number() over (partition by status order by date desc, event_id) <= 100
order by date desc, provider, instance, event_id

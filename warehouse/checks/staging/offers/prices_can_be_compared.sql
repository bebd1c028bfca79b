-- warn: a printed price that gives no positive USD figure: zero, an unknown currency rate, an unknown GPU count.
select provider, source, instance, region, pricing_model, price, currency, price_unit, gpu_count, text
from staging.offers
where price_status = 'priced'
    and price_scope = 'instance'
    and gpu is not null
    and not coalesce(usd_per_gpu_hour > 0, false)

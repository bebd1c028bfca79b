-- warn: a printed price that gives no positive USD figure: zero, an unknown currency rate, an unknown GPU count.
select s.provider, s.source, s.instance, s.region, s.pricing_model, r.price, r.currency, r.price_unit, s.gpu_count, r.text
from core.runs as r
join core.series as s using (series_no)
where r.price_status = 'priced'
    and s.price_scope = 'instance'
    and s.gpu is not null
    and not coalesce(r.usd_per_gpu_hour > 0, false)

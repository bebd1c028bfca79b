-- View: every accepted price with the days it was in force, and the receipt of the look that first showed it.
-- Grain: series_id x valid_from x observed_at. valid_from, valid_to: UTC days, valid_to exclusive, NULL while in force. last_seen_on: the last day
-- a look showed it. usd_per_gpu_hour: USD per GPU-hour, NULL for components and statistics. price: native, per price_unit, in currency;
-- usd_per_unit, rate_on: the exchange rate used and its day. quality: ok, flagged, released. ended_by: change, gone, NULL.
select
    s.series_id, s.source, s.feed, s.provider, coalesce(n.instance, s.instance) as instance, s.gpu, s.vendor, s.form_factor, s.gpu_memory_gb, s.gpu_count,
    s.region, coalesce(n.zone, s.zone) as zone, s.pricing_model, s.term_months, s.upfront, s.price_scope, s.rank,
    i.valid_from, i.valid_to, l.captured_at as observed_at, i.last_on as last_seen_on,
    i.price, i.upfront_price, i.currency, i.price_unit, i.usd_per_unit, i.rate_on, i.usd_per_gpu_hour,
    i.effective_from, i.availability, i.quality, i.ended_by, i.old_usd_per_gpu_hour, i.old_ended_by,
    l.origin, l.landed_at, i.gpu_label, i.text, l.source_url, l.sha256, l.parser_version
from core.intervals as i
join core.series as s using (series_no)
left join core.names as n using (series_no)
join core.looks as l on l.look_no = i.first_look

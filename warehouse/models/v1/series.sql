-- View: what has one price history: one thing that one source quotes for one provider, with its GPU.
-- Grain: series_id (stable). gpu_memory_gb: GB per GPU; gpu_count may be a fraction; term_months: 0 without commitment, NULL where
-- unprinted; price_scope: instance (all-in), gpu_component, offer_aggregate. feed: the source as v1.source_health names it.
-- rank: 1 answers first for its provider.
select
    s.series_id, s.source, s.feed, s.provider, coalesce(n.instance, s.instance) as instance, s.gpu, s.vendor,
    s.form_factor, s.gpu_memory_gb, s.gpu_count, s.region, coalesce(n.zone, s.zone) as zone, s.pricing_model,
    s.term_months, s.upfront, s.price_scope, s.rank
from core.series as s
left join core.names as n using (series_no)
where not s.is_announced and s.series_no not in (select series_no from core.aliases)

-- Faults of whole sources: they touch no single price, so they are flagged and hold nothing.
-- Grain: source x provider x rule x date x what. instance is always 'all'; what: the pricing model or GPU, '' for all.
with faults as (
    select source, provider, 'gap' as rule, '' as what, date, date_to, reason from gate.gaps
    union all by name
    select source, provider, 'stale_source' as rule, '' as what, date, date_to, reason from gate.stale_sources
    union all by name
    select source, provider, rule, what, date, date as date_to, reason from gate.vanished
)
select
    f.provider, f.source, 'all' as instance, f.what, f.date, f.date_to, k.verdict, 'released' as status, k.class, k.rule, f.reason
from faults as f
join seeds.gate_rules as k using (rule)

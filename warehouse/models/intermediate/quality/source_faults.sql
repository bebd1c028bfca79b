-- Faults of whole sources: they concern no single price, so they are flagged and quarantine nothing. instance is always
-- 'all'; what: the pricing model or GPU, '' for all.
-- materialized: table
-- key: source, provider, rule, date, what
with faults as (
    select source, provider, 'gap' as rule, '' as what, date, date_to, reason from intermediate.source_gaps
    union all by name
    select source, provider, 'stale_source' as rule, '' as what, date, date_to, reason from intermediate.stale_sources
    union all by name
    select source, provider, rule, what, date, date as date_to, reason from intermediate.vanished_offers
)
select
    faults.provider,
    faults.source,
    'all' as instance,
    faults.what,
    faults.date,
    faults.date_to,
    gate_rules.verdict,
    'released' as status,
    gate_rules.class,
    gate_rules.rule,
    faults.reason
from faults
join seeds.gate_rules using (rule)

-- Facts about providers besides GPU prices, by the reference document's criteria for comparing clouds, typed by hand.
-- materialized: table
-- key: provider, fact, from_gb
-- columns:
--   fact: type, hq_country (ISO 3166), regions (as the source words them), delivery, interconnect, support, minimum
--     (commitment), billing_seconds (granularity), egress_usd_per_gb (to the internet), storage_usd_per_gb_month
--   from_gb, to_gb: range of the month's volume in GB that this rate applies to, NULL for facts that are not rates;
--     to_gb NULL: no upper bound
--   usd: the rate in USD
--   status: read (in the source, on stated_on), or unverified: typed from memory that day. Nothing is computed from an
--     unverified fact before somebody has read it at its source
select
    provider,
    fact,
    value::varchar as value,
    if(fact like '%usd%', coalesce(from_gb, 0), null)::double as from_gb,
    if(
        fact like '%usd%', lead(from_gb) over (partition by provider, fact, how order by coalesce(from_gb, 0)), null
    )::double as to_gb,
    if(fact like '%usd%', value, null)::double as usd,
    note,
    if(how = 'read', 'read', 'unverified') as status,
    source,
    stated_on::date as stated_on
from seeds.provider_facts
order by provider, fact, from_gb

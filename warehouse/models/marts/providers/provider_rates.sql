-- Each provider's egress and storage rates as lists, in the form that usd_at_rates takes; only rates that were read in
-- their source.
-- materialized: table
-- key: provider
-- columns:
--   egress_rates, storage_rates: {from_gb, to_gb, usd} by from_gb, of a month's volume; USD per GB, and per GB and
--     month; NULL where none was read. *_note: what the rate covers
--   unverified: kinds of rates (egress, storage) that are on record from memory alone, and so are not among these
select
    provider,
    list({from_gb: from_gb, to_gb: to_gb, usd: usd} order by from_gb) 
        filter (where status = 'read' and fact = 'egress_usd_per_gb') as egress_rates,
    list({from_gb: from_gb, to_gb: to_gb, usd: usd} order by from_gb) 
        filter (where status = 'read' and fact = 'storage_usd_per_gb_month') as storage_rates,
    min(note) filter (where status = 'read' and fact = 'egress_usd_per_gb') as egress_note,
    min(note) filter (where status = 'read' and fact = 'storage_usd_per_gb_month') as storage_note,
    string_agg(distinct split_part(fact, '_', 1), ', ' order by split_part(fact, '_', 1))
        filter (where status = 'unverified') as unverified
from marts.provider_facts
where usd is not null
group by provider

-- Each provider's egress and storage rates as lists, in the form that usd_at_rates takes.
-- materialized: table
-- key: provider
-- columns:
--   egress_rates, storage_rates: {from_gb, to_gb, usd} by from_gb, of a month's volume; USD per GB, and per GB and
--     month; NULL where none is known. *_note: what the rate covers
--   are_checked: whether all of them were read in their source
select
    provider,
    list({from_gb: from_gb, to_gb: to_gb, usd: usd} order by from_gb) filter (where fact = 'egress_usd_per_gb')
        as egress_rates,
    list({from_gb: from_gb, to_gb: to_gb, usd: usd} order by from_gb) filter (where fact = 'storage_usd_per_gb_month')
        as storage_rates,
    min(note) filter (where fact = 'egress_usd_per_gb') as egress_note,
    min(note) filter (where fact = 'storage_usd_per_gb_month') as storage_note,
    bool_and(is_checked) as are_checked
from marts.provider_facts
where usd is not null
group by provider

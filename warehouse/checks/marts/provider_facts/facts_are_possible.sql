-- error: a fact of unknown kind, out of range, duplicated, or without a source and a day; rates that do not begin at
-- zero.
select provider, fact, from_gb, value
from marts.provider_facts
where fact not in (
        'type', 'hq_country', 'regions', 'delivery', 'interconnect', 'support', 'minimum', 'billing_seconds',
        'egress_usd_per_gb', 'storage_usd_per_gb_month'
    )
    or (fact = 'type' and value not in ('hyperscaler', 'neocloud', 'marketplace', 'aggregator'))
    or (fact = 'hq_country' and not regexp_full_match(value, '[A-Z]{2}'))
    or (fact = 'billing_seconds' and not coalesce(try_cast(value as integer) in (1, 60, 600, 3600), false))
    or (fact = 'egress_usd_per_gb' and not coalesce(usd between 0 and 0.5, false))
    or (fact = 'storage_usd_per_gb_month' and not coalesce(usd between 0.01 and 1, false))
    or value is null
    or source is null
    or not coalesce(stated_on between date '2020-01-01' and current_date, false)
union all
select provider, fact, from_gb, null from marts.provider_facts group by all having count(*) > 1
union all
select provider, fact, min(from_gb), null
from marts.provider_facts
where usd is not null
group by all
having min(from_gb) > 0

-- warn: providers called a marketplace here but missing from seeds.marketplaces, which keeps them out of first-party
-- indices.
select provider
from marts.provider_facts
where fact = 'type' and value = 'marketplace' and provider not in (select provider from seeds.marketplaces)

-- Every provider that was ever scraped or priced. Grain: provider.
select provider, coalesce(n_prices, 0) as n_prices, coalesce(n_changes, 0) as n_changes, since
from (
    select provider from v1.source_health
    union
    select provider from v1.price_intervals where source <> 'seed'
)
left join (select provider, count(*) as n_prices from made.offers group by all) using (provider)
left join (
    select provider, count(*) filter (where kind not in ('new', 'announced')) as n_changes, min(changed_on) as since
    from made.changes where source <> 'seed' group by all
) using (provider)
where provider is not null
order by lower(provider), provider

-- Series that rules can match, numbered. Key: n. source_no: number of its source in looks. market: first_party or
-- marketplace. is_page: whether it is read from a page laid out for people, which is trusted at the second scrape; a
-- feed or an imported list is trusted at once. The reference document and what an archive captured are left out: they
-- are history, and no news; a lower bound is no price.
select
    row_number() over ()::integer as n,
    series.*,
    feeds.source_no,
    if(marketplaces.provider is null, 'first_party', 'marketplace') as market,
    page_sources.source is not null as is_page
from v1.series
left join
    marketplaces
    on marketplaces.provider = lower(series.provider) and series.instance ilike marketplaces.instance_like
left join page_sources on page_sources.source = series.feed
left join
    (select distinct provider, feed, source_no from looks) as feeds
on feeds.provider = series.provider and feeds.feed = series.feed
where series.price_scope in ('instance', 'gpu_component')
    and series.source <> 'seed'
    and not series.is_bound
    and not starts_with(series.source, 'backfill/')

-- The series that rules look at, numbered. Grain: n. source_no: of its looks. market: first_party or marketplace. is_page: read
-- from a page laid out for people, which is believed at the second look; a feed or an imported list is believed at once. The
-- seed document was looked at once: nothing can change in it.
select
    row_number() over ()::integer as n,
    s.*,
    l.source_no,
    if(m.provider is null, 'first_party', 'marketplace') as market,
    p.source is not null as is_page
from v1.series as s
left join marketplaces as m on m.provider = lower(s.provider) and s.instance ilike m.instance_like
left join page_sources as p on p.source = s.feed
left join (select distinct provider, feed, source_no from looks) as l on l.provider = s.provider and l.feed = s.feed
where s.price_scope = 'instance' and s.source <> 'seed'

-- Days on which a source was read, numbered. Key: source_no, nth. last_at: the day's last scrape; second_on, third_on:
-- the days of the next two scrapes; newest_nth: number of the source's newest scrape.
select
    provider, source as feed, seen_on, last_tried_at as last_at,
    dense_rank() over (order by provider, source)::integer as source_no,
    row_number() over same::integer as nth,
    lead(seen_on) over same as second_on,
    lead(seen_on, 2) over same as third_on,
    count(*) over (partition by provider, source)::integer as newest_nth
from v1.source_health
where status in ('ok', 'partial')
window same as (partition by provider, source order by seen_on)

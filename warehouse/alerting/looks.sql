-- Days on which a source was read, numbered. Grain: provider x feed x nth. last_at: the day's last look; second_on, third_on:
-- the days of the next looks.
select
    provider, source as feed, seen_on, last_tried_at as last_at,
    row_number() over same::integer as nth,
    lead(seen_on) over same as second_on,
    lead(seen_on, 2) over same as third_on
from v1.source_health
where status in ('ok', 'partial')
window same as (partition by provider, source order by seen_on)

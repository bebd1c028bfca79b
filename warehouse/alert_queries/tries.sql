-- Stretches of days on which a source that we scrape ourselves failed. Key: provider, source, stretch. days: its failed
-- days, in order; details: the reason on each. last_good_on: the day it was last read before them; until_on: the day it
-- was read again, NULL while it is not. newest_on: the newest day on which anything was tried.
with attempts as (
    select
        provider, source, seen_on, concat_ws(': ', status, nullif(detail, '')) as detail,
        status in ('ok', 'partial', 'no_public_price', 'needs_key') as is_good
    from v1.source_health
    semi join own_sources using (provider, source)
),
numbered as (
    select *, count_if(is_good) over (partition by provider, source order by seen_on) as stretch from attempts
),
newest as (
    select max(seen_on) as newest_on from v1.source_health
)
select
    provider, source,
    min(seen_on) filter (where is_good) as last_good_on,
    list(seen_on order by seen_on) filter (where not is_good) as days,
    list(detail order by seen_on) filter (where not is_good) as details,
    lead(min(seen_on) filter (where is_good)) over (partition by provider, source order by stretch) as until_on,
    any_value(newest_on) as newest_on
from numbered, newest
group by provider, source, stretch
order by provider, source, stretch

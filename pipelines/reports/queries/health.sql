-- The scrape attempts of the last 60 days, and the last attempt of each source. Grain: provider x source x seen_on.
-- What an archive captured is history, and says nothing about reading a source today.
select provider, source, seen_on, n_pages, n_offers, n_series, status, detail, is_complete, last_tried_at,
    max(seen_on) filter (where status in ('ok', 'partial', 'no_public_price'))
        over (partition by provider, source) as read_on,
    min(seen_on) over (partition by provider, source) as since
from v1.source_health
where not starts_with(source, 'backfill/')
qualify seen_on > (select max(seen_on) from v1.source_health) - 60
    or row_number() over (partition by provider, source order by seen_on desc) = 1
order by provider, source, seen_on

-- What was tried and what came of it, per source and UTC day: "unchanged", "not seen" and "gone" are three things.
-- Grain: provider x source x seen_on. status: ok (every page read, or known to state no public price), no_public_price
-- (all state none), partial (some failed), or the failure; last try of each page counts.
with last_try as (
    select *
    from staging.pages
    qualify row_number() over (partition by provider, source, url, seen_on order by captured_at desc) = 1
)
select
    provider,
    source,
    seen_on,
    case
        when bool_and(status = 'no_public_price') then 'no_public_price'
        when bool_and(status in ('ok', 'no_public_price')) then 'ok'
        when bool_or(status in ('ok', 'no_public_price')) then 'partial'
        else max(status)
    end as status,
    string_agg(distinct detail, '; ' order by detail) filter (where status <> 'ok') as detail,
    count(*) as n_pages,
    sum(n_offers)::bigint as n_offers,
    max(captured_at) as last_tried_at
from last_try
group by all

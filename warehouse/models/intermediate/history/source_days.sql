-- The outcome of all scrape attempts at a source on a UTC day: "unchanged", "not seen" and "gone" are three things. The
-- usual number of series is the median of the seven days before.
-- materialized: table
-- key: provider, source, seen_on
-- columns:
--   status: ok (every page read, or known to state no public price), no_public_price (no page states one), partial
--     (some pages failed or lack a part of their list, or far fewer series than usual), or the failure; the last
--     attempt at each page counts
--   is_complete: whether series that the source did not state that day count as gone
with last_try as (
    select *
    from intermediate.scrapes
    where origin <> 'seed'
    qualify row_number() over (
        partition by provider, feed, if(origin = 'imported', '', source_url), seen_on order by captured_at desc
    ) = 1
),
days as (
    select
        provider,
        feed as source,
        seen_on,
        case
            when bool_and(status = 'no_public_price') then 'no_public_price'
            when bool_and(status in ('ok', 'no_public_price')) then 'ok'
            when bool_or(status in ('ok', 'partial', 'no_public_price')) then 'partial'
            else max(status)
        end as status,
        -- A page that was read may say something too: another address than usual, offers that were refused.
        string_agg(distinct detail, '; ' order by detail)
            filter (where status <> 'ok' or (detail <> '' and origin <> 'imported')) as detail,
        count(*) as n_pages,
        sum(n_offers)::bigint as n_offers,
        sum(n_series)::bigint as n_series,
        max(captured_at) as last_tried_at
    from last_try
    group by all
),
usual as (
    select
        *,
        median(n_series) over before as usually,
        count(*) over before as n_before
    from days
    window before as (
        partition by provider, source, status = 'ok' order by seen_on rows between 7 preceding and 1 preceding
    )
),
judged as (
    select *, status = 'ok' and n_before >= 3 and usually >= 20 and n_series < 0.7 * usually as is_cut from usual
)
select
    * exclude (status, detail, usually, n_before, is_cut),
    if(is_cut, 'partial', status) as status,
    if(is_cut, concat(n_series, ' series, usually ', usually::bigint), detail) as detail,
    status in ('ok', 'no_public_price') and not is_cut as is_complete
from judged

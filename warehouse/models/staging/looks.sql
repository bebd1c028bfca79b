-- Looks at pages in this build's landing, with how many series each stated.
-- Grain: provider x feed x source_url x captured_at. look_no: by time. status as landed; a look spread over imported files is one.
with looked as (
    select
        provider,
        source as feed,
        url as source_url,
        captured_at,
        seen_on,
        max(landed_at) as landed_at,
        max(origin) as origin,
        max(status) as status,
        max(detail) as detail,
        min(sha256) as sha256,
        max(parser_version) as parser_version,
        max(fetched_by) as fetched_by,
        sum(n_offers)::bigint as n_offers
    from staging.pages
    group by all
    union all by name
    select distinct provider, feed, source_url, observed_at as captured_at, observed_on as seen_on, landed_at, origin,
        'ok' as status, '' as detail, sha256, parser_version, '' as fetched_by, 0 as n_offers
    from staging.observations
    where origin = 'seed'
),
stated as (
    select provider, feed, captured_at, source_url, count(*) as n_series
    from (
        select provider, feed, observed_at as captured_at, source_url from staging.observations where origin <> 'imported'
        union all
        select s.provider, s.source, s.captured_at, l.source_url
        from staging.import_seen as s
        join (
            -- A look spread over several files counts for each of them.
            select distinct provider, feed, captured_at, source_url from looked where origin = 'imported'
        ) as l
            on l.provider = s.provider and l.feed = s.source and l.captured_at = s.captured_at
    )
    group by all
)
select
    ((select coalesce(max(look_no), 0) from state.looks)
        + row_number() over (order by l.captured_at, l.provider, l.feed, l.source_url))::integer as look_no,
    l.*,
    coalesce(s.n_series, 0) as n_series
from looked as l
left join stated as s using (provider, feed, captured_at, source_url)

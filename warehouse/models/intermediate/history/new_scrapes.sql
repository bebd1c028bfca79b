-- Scrape attempts in this build's landing, with the number of series that each stated. status as landed; an imported
-- scrape spread over several files is one row.
-- materialized: table
-- key: provider, feed, source_url, captured_at
-- columns:
--   scrape_no: numbered by time
with attempts as (
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
    from intermediate.observations
    where origin = 'seed'
),
series_counts as (
    select provider, feed, captured_at, source_url, count(*) as n_series
    from (
        select provider, feed, observed_at as captured_at, source_url
        from intermediate.observations
        where origin <> 'imported'
        union all
        select
            import_observations.provider,
            import_observations.source,
            import_observations.captured_at,
            imports.source_url
        from staging.import_observations
        join (
            -- A scrape spread over several files counts for each of them.
            select distinct provider, feed, captured_at, source_url from attempts where origin = 'imported'
        ) as imports
            on
                imports.provider = import_observations.provider
                and imports.feed = import_observations.source
                and imports.captured_at = import_observations.captured_at
    )
    group by all
)
select
    ((select coalesce(max(scrape_no), 0) from state.scrapes)
        + row_number()
            over (order by attempts.captured_at, attempts.provider, attempts.feed, attempts.source_url))::integer
        as scrape_no,
    attempts.*,
    coalesce(series_counts.n_series, 0) as n_series
from attempts
left join series_counts using (provider, feed, captured_at, source_url)

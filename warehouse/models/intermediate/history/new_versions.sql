-- Price versions that this build's landing starts, continues or ends, but for intermediate.continued_versions. A
-- version is a stretch of scrapes at which a series stated the same thing; it ends when the series states something
-- else, or when a complete scrape of its source lacks the series (ended_on). first_* and last_*: its first and last
-- scrape; n_seen: scrapes that showed it. What is compared: price, upfront_price (native money), currency, price_unit,
-- availability, effective_from, effective_until, price_status, n_prices.
-- materialized: table
-- key: series_no, version_no
-- columns:
--   is_last: the series' newest version
--   is_new: did not exist before this build
with days as (
    -- Complete scrapes of a source before a day, and up to it.
    select
        provider,
        source as feed,
        seen_on,
        count(*) filter (where is_complete) over upto as scrapes_to,
        count(*) filter (where is_complete) over upto - is_complete::integer as scrapes_before
    from intermediate.source_days
    window upto as (partition by provider, source order by seen_on)
),
-- Two materialized steps: DuckDB would otherwise join the scrapes of a page with each other.
first_statements as materialized (
    select
        series.series_no,
        series.provider,
        series.feed,
        scrapes.scrape_no,
        observations.source_url,
        observations.observed_on,
        observations.last_at,
        observations.n_seen,
        observations.price,
        observations.upfront_price,
        observations.currency,
        observations.price_unit,
        observations.availability,
        observations.effective_from,
        observations.effective_until,
        observations.price_status,
        observations.n_prices,
        observations.usd_per_unit,
        observations.rate_on,
        observations.usd_price,
        observations.usd_per_gpu_hour,
        observations.gpu_label,
        observations.text
    from intermediate.observations
    join intermediate.series using (series_id, is_announced)
    join intermediate.scrapes
        on
            scrapes.provider = observations.provider
            and scrapes.feed = observations.feed
            and scrapes.source_url = observations.source_url
            and scrapes.captured_at = observations.observed_at
),
statements as (
    select first_statements.*, last_scrapes.scrape_no as last_no
    from first_statements
    join intermediate.scrapes as last_scrapes
        on
            last_scrapes.provider = first_statements.provider
            and last_scrapes.feed = first_statements.feed
            and last_scrapes.source_url = first_statements.source_url
            and last_scrapes.captured_at = first_statements.last_at
),
prior_versions as (
    select
        current_versions.series_no,
        current_versions.version_no,
        current_versions.first_scrape,
        current_versions.last_scrape,
        current_versions.first_on,
        current_versions.last_on,
        current_versions.n_seen,
        current_versions.ended_on,
        series.provider,
        series.feed,
        hash(
            current_versions.price,
            current_versions.upfront_price,
            current_versions.currency,
            current_versions.price_unit,
            current_versions.availability,
            current_versions.effective_from,
            current_versions.effective_until,
            current_versions.price_status,
            current_versions.n_prices) as value_hash
    from state.current_versions
    join intermediate.series using (series_no)
),
-- One row per statement, as narrow as possible: a hundred million of them are sorted here.
points as (
    select
        series_no, scrape_no as first_scrape, last_no as last_scrape, observed_on as first_on, last_at::date as last_on,
        n_seen, 0 as version_no, provider, feed,
        hash(
            price, upfront_price, currency, price_unit, availability, effective_from, effective_until, price_status,
            n_prices
        ) as value_hash
    from statements
    union all by name
    select * exclude (ended_on)
    from prior_versions
    where series_no not in (select series_no from intermediate.continued_versions)
        and (
            (ended_on is null and (provider, feed) in (select (provider, feed) from intermediate.new_scrapes))
            or series_no in (select series_no from statements)
        )
),
dated as (
    select
        points.* exclude (provider, feed),
        coalesce(first_days.scrapes_before, 0) as scrapes_before,
        coalesce(last_days.scrapes_to, 0) as scrapes_to
    from points
    left join
        days as first_days
    on first_days.provider = points.provider and first_days.feed = points.feed and first_days.seen_on = points.first_on
    left join
        days as last_days
    on last_days.provider = points.provider and last_days.feed = points.feed and last_days.seen_on = points.last_on
),
compared as (
    select
        *,
        coalesce(lag(value_hash) over one <> value_hash or lag(scrapes_to) over one < scrapes_before, true) as starts
    from dated
    window one as (partition by series_no order by first_scrape)
),
counted as (
    select *, sum(starts::integer) over (partition by series_no order by first_scrape) as nth from compared
),
folded as (
    select
        series_no, nth, min(first_scrape) as first_scrape, max(last_scrape) as last_scrape, min(first_on) as first_on,
        max(last_on) as last_on,
        sum(n_seen)::integer as n_seen,
        max(version_no) as known_no,
        max(scrapes_to) as scrapes_to
    from counted
    group by series_no, nth
),
numbered as (
    select
        *,
        known_no = 0 as is_new,
        -- A version from an earlier build keeps its number.
        (nth + greatest(max(known_no) over (partition by series_no) - 1, 0))::integer as version_no,
        lead(first_on) over one as next_on,
        lead(nth) over one is null as is_last
    from folded
    window one as (partition by series_no order by nth)
),
stated_values as (
    select
        series_no, scrape_no as first_scrape, price, upfront_price, currency, price_unit, availability, effective_from,
        effective_until, price_status, n_prices, usd_per_unit, rate_on, usd_price, usd_per_gpu_hour, gpu_label, text
    from statements
    union all by name
    select
        series_no, first_scrape, price, upfront_price, currency, price_unit, availability, effective_from,
        effective_until, price_status, n_prices, usd_per_unit, rate_on, usd_price, usd_per_gpu_hour, gpu_label, text
    from state.current_versions
),
ends as (
    select provider, feed, seen_on, scrapes_to as nth from days where scrapes_to > scrapes_before
)
select
    numbered.* exclude (nth, known_no, scrapes_to, next_on),
    stated_values.* exclude (series_no, first_scrape),
    -- Gone on the first complete day after it was last seen, unless another value came first.
    if(ends.seen_on < coalesce(numbered.next_on, 'infinity'), ends.seen_on, null) as ended_on
from numbered
join stated_values using (series_no, first_scrape)
join intermediate.series using (series_no)
left join ends on ends.provider = series.provider and ends.feed = series.feed and ends.nth = numbered.scrapes_to + 1

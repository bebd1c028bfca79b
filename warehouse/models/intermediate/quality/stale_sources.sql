-- Stretches of scrapes that all found the very same listing for half a year and more. Why: a file committed again is no
-- price read again; a price list that stands still that long may, too, hence a flag.
-- materialized: table
-- key: source, provider, date
-- columns:
--   date: the scrape that changed something last
--   date_to: the last scrape that found the same
with counted as (
    select scrapes.provider, scrapes.feed, scrapes.source_url, scrapes.captured_at, scrapes.seen_on,
        sum(scrape_counts.n_series) as n, sum(scrape_counts.n_begun) as n_begun
    from intermediate.scrapes
    join intermediate.scrape_counts using (scrape_no)
    group by all
),
marked as (
    select
        *,
        n_begun > 0
            or coalesce(lag(n) over (partition by provider, feed, source_url order by captured_at) <> n, true)
            as is_changed
    from counted
),
stretches as (
    select *, count_if(is_changed) over (partition by provider, feed order by captured_at) as stretch from marked
),
summed as (
    select feed as source, provider, min(seen_on) as date, max(seen_on) as date_to, count(*) as n_observations
    from stretches
    group by feed, provider, stretch
)
select
    summed.source, summed.provider, summed.date, summed.date_to,
    format('{} looks over {} days found the same listing', summed.n_observations,
        summed.date_to - summed.date) as reason
from summed
join seeds.gate_rules on gate_rules.rule = 'stale_source'
where summed.n_observations >= gate_rules.min_count and summed.date_to - summed.date >= gate_rules.max_days

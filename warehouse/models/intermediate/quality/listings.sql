-- Number of series that each new scrape of a page listed, beside the scrape before of the same page. Only scrapes of
-- this build; results for earlier ones are in intermediate.partial_scrapes.
-- materialized: table
-- key: scrape_no, rule, what
-- columns:
--   rule: partial_snapshot (what: pricing model) or product_vanished (what: GPU, else label)
--   n_before: series at the scrape before; n_listed: at this one (0: none)
--   is_usual: whether each of the last seven scrapes, or all if fewer, listed some
with page_scrapes as (
    select
        scrape_no, provider, feed, source_url, seen_on,
        scrape_no > (select coalesce(max(scrape_no), 0) from state.done) as is_new,
        row_number() over (partition by provider, feed, source_url order by captured_at) as nth
    from intermediate.scrapes
    where status = 'ok'
),
near as (
    -- The new scrapes of each page, and the eight before to compare them with.
    select *
    from page_scrapes
    qualify nth >= min(nth) filter (where is_new) over (partition by provider, feed, source_url) - 8
),
counts as (
    select near.*, scrape_counts.pricing_model, scrape_counts.product, scrape_counts.n_series
    from near
    join intermediate.scrape_counts using (scrape_no)
),
counted as (
    select provider, feed, source_url, nth, 'partial_snapshot' as rule, pricing_model as what, sum(n_series) as n
    from counts
    group by all
    having n > 0
    union all
    select provider, feed, source_url, nth, 'product_vanished', product, sum(n_series) as n
    from counts
    where product <> ''
    group by all
    having n > 0
),
placed as (
    select
        *,
        coalesce(lag(nth, 6) over one = nth - 6, row_number() over one = nth) as is_usual
    from counted
    window one as (partition by provider, feed, source_url, rule, what order by nth)
)
select
    near.scrape_no,
    near.provider,
    near.feed,
    near.seen_on,
    near.nth,
    previous.rule,
    previous.what,
    previous.n::bigint as n_before,
    coalesce(current.n, 0)::bigint as n_listed,
    previous.is_usual
from placed as previous
join
    near
    on
        near.provider = previous.provider
        and near.feed = previous.feed
        and near.source_url = previous.source_url
        and near.nth = previous.nth + 1
        and near.is_new
left join placed as current
    on
        current.provider = near.provider
        and current.feed = near.feed
        and current.source_url = near.source_url
        and current.nth = near.nth
    and current.rule = previous.rule and current.what = previous.what

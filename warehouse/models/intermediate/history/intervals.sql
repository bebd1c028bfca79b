-- Accepted prices of every series as intervals of days, closed and open.
-- materialized: view
-- key: series_no, valid_from, first_scrape
with intervals as (
    from intermediate.closed_intervals
    union all
    from intermediate.open_intervals
)
select * replace (coalesce(long_price, price) as price) from intervals

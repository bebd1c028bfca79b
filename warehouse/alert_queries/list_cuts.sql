-- Days on which a source cut its list: at least three prices of a kind fell, and at least three of four of those that
-- were in force before and after. Key: provider, source, pricing_model, price_scope, day. Statistics of an order book
-- are no list, and where one page shows cuts of several providers' lists at once, the page means something else now.
with priced as (
    select
        all_series.provider, all_series.source, all_series.pricing_model, all_series.price_scope,
        price_intervals.valid_from as day, price_intervals.valid_to as until, price_intervals.currency,
        price_intervals.source_url,
        coalesce(
            price_intervals.usd_per_gpu_hour::double / coalesce(price_intervals.usd_per_unit, 1),
            gpu_alone_an_hour(
                price_intervals.price, price_intervals.price_unit, all_series.gpu_count, all_series.term_months
            )
        ) as value,
        lag(value) over same as before,
        lag(price_intervals.valid_to) over same = price_intervals.valid_from
        and lag(price_intervals.currency) over same = price_intervals.currency as goes_on
    from v1.price_intervals
    join all_series using (series_id)
    where not starts_with(all_series.source, 'order_book')
    window same as (partition by all_series.n order by price_intervals.valid_from)
),
fallen as (
    select provider, source, pricing_model, price_scope, day, any_value(source_url) as source_url, count(*) as n_fell
    from priced
    where goes_on and value <= before * (1 - $pct / 100) + 1e-12
    group by all
    having n_fell >= 3
),
listed as (
    select fallen.*, count(*) as n_listed
    from fallen
    join priced
        on priced.provider = fallen.provider and priced.source = fallen.source
        and priced.pricing_model = fallen.pricing_model and priced.price_scope = fallen.price_scope
        and (
            (priced.day < fallen.day and coalesce(priced.until, 'infinity') > fallen.day)
            or (priced.day = fallen.day and priced.goes_on)
        )
    group by all
)
select provider, source, pricing_model, price_scope, day, n_fell, n_listed
from (
    from listed
    where n_fell * 4 >= n_listed * 3
    qualify min(provider) over (partition by source_url, day) = max(provider) over (partition by source_url, day)
)

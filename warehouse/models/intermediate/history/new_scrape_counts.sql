-- Number of series that each scrape of this build's landing stated, and of the versions that began with it.
-- materialized: table
-- key: scrape_no, pricing_model, product
-- columns:
--   product: the GPU, else the label
--   n_series: series stated
--   n_begun: versions that began with the scrape
with items as (
    select distinct item, pricing_model, coalesce(gpu, gpu_label) as product
    from intermediate.observations
    where item is not null
    union all
    select repeated_items.item, series.pricing_model, coalesce(series.gpu, series.gpu_label)
    from staging.repeated_items
    join intermediate.series using (series_no)
),
series_counts as (
    select provider, feed, source_url, observed_at as captured_at, pricing_model, coalesce(gpu, gpu_label) as product,
        count(*) as n_series
    from intermediate.observations
    where item is null
    group by all
    union all
    select
        import_observations.provider,
        import_observations.source,
        new_scrapes.source_url,
        import_observations.captured_at,
        items.pricing_model,
        items.product,
        count(*)
    from staging.import_observations
    join items using (item)
    join
        intermediate.new_scrapes
        on
            new_scrapes.provider = import_observations.provider
            and new_scrapes.feed = import_observations.source
            and new_scrapes.captured_at = import_observations.captured_at
    group by all
),
counted as (
    select scrapes.scrape_no, series_counts.pricing_model, series_counts.product, series_counts.n_series, 0 as n_begun
    from series_counts
    join intermediate.scrapes using (provider, feed, source_url, captured_at)
    union all
    select new_versions.first_scrape, series.pricing_model, coalesce(series.gpu, series.gpu_label), 0, count(*)
    from intermediate.new_versions
    join intermediate.series using (series_no)
    where new_versions.is_new
    group by all
)
select scrape_no, pricing_model, product, sum(n_series)::integer as n_series, sum(n_begun)::integer as n_begun
from counted
group by all

-- How much each look of this build's landing stated, and how much of it was news.
-- Grain: look_no x pricing_model x product (GPU, else label). n_series: series stated; n_begun: runs that began with it.
with items as (
    select distinct item, pricing_model, coalesce(gpu, gpu_label) as product
    from staging.observations
    where item is not null
    union all
    select r.item, s.pricing_model, coalesce(s.gpu, s.gpu_label)
    from staging.repeated as r
    join core.series as s using (series_no)
),
stated as (
    select provider, feed, source_url, observed_at as captured_at, pricing_model, coalesce(gpu, gpu_label) as product,
        count(*) as n_series
    from staging.observations
    where item is null
    group by all
    union all
    select s.provider, s.source, l.source_url, s.captured_at, i.pricing_model, i.product, count(*)
    from staging.import_seen as s
    join items as i using (item)
    join staging.looks as l on l.provider = s.provider and l.feed = s.source and l.captured_at = s.captured_at
    group by all
),
counted as (
    select l.look_no, s.pricing_model, s.product, s.n_series, 0 as n_begun
    from stated as s
    join core.looks as l using (provider, feed, source_url, captured_at)
    union all
    select r.first_look, s.pricing_model, coalesce(s.gpu, s.gpu_label), 0, count(*)
    from staging.runs as r
    join core.series as s using (series_no)
    where r.is_new
    group by all
)
select look_no, pricing_model, product, sum(n_series)::integer as n_series, sum(n_begun)::integer as n_begun
from counted
group by all

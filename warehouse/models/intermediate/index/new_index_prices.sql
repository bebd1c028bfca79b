-- The constituents of each index on this build's days: every provider's lowest price, of its best-ranked source.
-- materialized: table
-- key: index_id, constituent, day
-- columns:
--   usd_per_gpu_hour: USD per GPU-hour
--   n_offers: prices of which it is the lowest
--   series_no, first_scrape: the lowest price and its receipt; of equal prices the first by series_id
with days as (
    select
        index_pieces.* exclude (from_on, to_on),
        unnest(range(0, index_pieces.to_on - greatest(index_pieces.from_on, index_start.from_on)))::integer
        + greatest(index_pieces.from_on, index_start.from_on) as day
    from intermediate.index_pieces
    join intermediate.index_start on index_pieces.to_on > index_start.from_on
),
ranked as (
    select
        index_id,
        constituent,
        day,
        rank,
        min({'usd': usd_per_gpu_hour, 'place': place, 'series_no': series_no, 'scrape': first_scrape}) as lowest,
        count(*)::integer as n_offers
    from days
    group by all
)
select
    index_id,
    constituent,
    day,
    lowest.usd as usd_per_gpu_hour,
    n_offers,
    lowest.series_no as series_no,
    lowest.scrape as first_scrape
from ranked
qualify row_number() over (partition by index_id, constituent, day order by rank) = 1

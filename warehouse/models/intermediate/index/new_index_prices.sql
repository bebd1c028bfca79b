-- Each provider's price for the GPU of an index on this build's days: the lowest price of its best-ranked source.
-- materialized: table
-- key: index_id, provider, day
-- columns:
--   usd_per_gpu_hour: USD per GPU-hour
--   n_offers: prices of which it is the lowest
with days as (
    select
        index_pieces.index_id, index_pieces.provider, index_pieces.rank, index_pieces.usd_per_gpu_hour,
        unnest(range(0, index_pieces.to_on - greatest(index_pieces.from_on, index_start.from_on)))::integer
        + greatest(index_pieces.from_on, index_start.from_on) as day
    from intermediate.index_pieces
    join intermediate.index_start on index_pieces.to_on > index_start.from_on
),
ranked as (
    select index_id, provider, day, rank, min(usd_per_gpu_hour) as usd_per_gpu_hour, count(*)::integer as n_offers
    from days
    group by all
)
select index_id, provider, day, arg_min(usd_per_gpu_hour, rank) as usd_per_gpu_hour, arg_min(n_offers, rank) as n_offers
from ranked
group by all

-- What each provider asks on a day for the GPU of an index, on this build's days: the lowest of its best-ranked source's prices.
-- Grain: index_id x provider x day. usd_per_gpu_hour: USD per GPU-hour; n_offers: prices it is the lowest of.
with days as (
    select
        p.index_id, p.provider, p.rank, p.usd_per_gpu_hour,
        unnest(range(0, p.to_on - greatest(p.from_on, b.from_on)))::integer + greatest(p.from_on, b.from_on) as day
    from staging.index_pieces as p
    join staging.index_from as b on p.to_on > b.from_on
),
ranked as (
    select index_id, provider, day, rank, min(usd_per_gpu_hour) as usd_per_gpu_hour, count(*)::integer as n_offers
    from days
    group by all
)
select index_id, provider, day, arg_min(usd_per_gpu_hour, rank) as usd_per_gpu_hour, arg_min(n_offers, rank) as n_offers
from ranked
group by all

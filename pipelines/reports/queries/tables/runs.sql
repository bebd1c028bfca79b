-- The lowest price of a whole GPU that each source states of a provider, as stretches of days with one price; days are missing
-- where nobody looked for over five weeks. Grain: gpu x gpu_memory_gb x form_factor x provider x pricing_model x feed x rank x since.
-- until: exclusive. usd: USD per GPU-hour.
with days as (
    select provider, source as feed, seen_on, lead(seen_on) over (partition by provider, source order by seen_on) as next_on
    from v1.source_health
),
lows as (
    select
        gpu, gpu_memory_gb, form_factor, provider, pricing_model, feed, rank, observed_on,
        min(usd_per_gpu_hour)::double as usd
    from v1.price_history
    where price_scope = 'instance' and gpu_count >= 1 and usd_per_gpu_hour is not null and gpu is not null
        and pricing_model in ('on_demand', 'spot') and source <> 'seed'
    group by all
),
held as (
    select
        l.*,
        if(d.next_on - l.observed_on <= 35, d.next_on, l.observed_on + 1) as until
    from lows as l
    left join days as d on d.provider = l.provider and d.feed = l.feed and d.seen_on = l.observed_on
),
marked as (
    select *, coalesce(lag(usd) over one = usd and lag(until) over one = observed_on, false) as goes_on
    from held
    window one as (
        partition by gpu, gpu_memory_gb, form_factor, provider, pricing_model, feed, rank order by observed_on
    )
),
numbered as (
    select *, sum((not goes_on)::integer) over (
        partition by gpu, gpu_memory_gb, form_factor, provider, pricing_model, feed, rank order by observed_on
    ) as nth
    from marked
)
select
    gpu, gpu_memory_gb, form_factor, provider, pricing_model, rank, feed,
    min(observed_on) as since, max(until) as until, any_value(usd) as usd
from numbered
group by gpu, gpu_memory_gb, form_factor, provider, pricing_model, feed, rank, nth

-- Lowest price of a GPU at every provider on every day on which its source was tried: whole GPUs at all-in prices that
-- could be rented, of the source that answers best for the provider; neither lower bounds ("from $2") nor prices last
-- seen more than 35 days before. One row per provider x gpu_memory_gb x observed_on. of_gpu: as in v1.series;
-- of_pricing_model: on_demand, spot, reserved, ...; of_term_months: months of commitment, 0 without one.
create or replace macro v1.daily_lowest(of_gpu, of_pricing_model := 'on_demand', of_term_months := 0) as table
with lowest as (
    select
        price_history.provider,
        price_history.gpu_memory_gb,
        price_history.observed_on,
        price_history.rank,
        min(price_history.usd_per_gpu_hour) as usd_per_gpu_hour,
        arg_min(price_history.series_id, row(price_history.usd_per_gpu_hour, price_history.series_id)) as series_id,
        bool_and(price_history.is_carried_forward) as is_carried_forward
    from v1.price_history
    join v1.series using (series_id)
    where
        price_history.gpu = of_gpu
        and price_history.pricing_model = of_pricing_model
        and price_history.term_months = of_term_months
        and price_history.price_scope = 'instance'
        and price_history.usd_per_gpu_hour > 0
        and price_history.gpu_count >= 1
        and not series.is_bound
        and not is_sold_out(price_history.availability)
    group by all
)
select * exclude (rank)
from lowest
qualify rank = min(rank) over (partition by provider, observed_on)
order by observed_on, provider, gpu_memory_gb;

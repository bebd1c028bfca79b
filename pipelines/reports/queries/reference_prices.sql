-- The prices that the reference document (2023) prints. Grain: provider x gpu x gpu_memory_gb x pricing_model.
select provider, gpu, gpu_memory_gb, pricing_model, min(usd_per_gpu_hour) as usd_per_gpu_hour, max(valid_from) as day
from v1.price_intervals
where source = 'seed' and usd_per_gpu_hour is not null and gpu is not null and gpu_count >= 1
group by all
order by gpu, gpu_memory_gb, provider, pricing_model

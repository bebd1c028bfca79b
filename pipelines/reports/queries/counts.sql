-- How many prices are in force, by GPU and by provider. Grain: gpu x gpu_memory_gb x provider.
select gpu, gpu_memory_gb, provider, count(*) as n from made.offers group by all order by all

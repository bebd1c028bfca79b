-- The stretches of days with one price from tables/price_versions.sql. Grain: as there.
from made.price_versions
order by gpu, gpu_memory_gb, form_factor, provider, pricing_model, rank, feed, since

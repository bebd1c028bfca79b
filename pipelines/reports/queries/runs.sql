-- The stretches of days with one price, as tables/runs.sql makes them. Grain: as there.
from made.runs
order by gpu, gpu_memory_gb, form_factor, provider, pricing_model, rank, feed, since

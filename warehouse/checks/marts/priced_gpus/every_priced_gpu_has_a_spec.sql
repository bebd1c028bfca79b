-- warn: GPUs with a price but no spec: they have no cost per token until someone adds them to seeds/gpu_specs.csv.
select gpu, form_factor, gpu_memory_gb, n_series
from marts.priced_gpus
where spec is null

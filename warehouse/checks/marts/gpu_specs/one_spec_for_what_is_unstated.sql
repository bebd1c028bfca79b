-- error: a GPU and memory size must have exactly one default spec, for pages that print no form factor.
select gpu, gpu_memory_gb, count(*) filter (where is_default) as n_default
from marts.gpu_specs
group by gpu, gpu_memory_gb
having n_default <> 1

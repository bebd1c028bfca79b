-- error: where a page prints no form factor there is one usual spec for a GPU and its memory, not two and not none.
select gpu, gpu_memory_gb, count(*) filter (where is_default) as n_default
from marts.gpu_specs
group by gpu, gpu_memory_gb
having n_default <> 1

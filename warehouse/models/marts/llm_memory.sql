-- Memory to infer and to train the document's models, by precision, and how many of which GPU hold it.
-- Grain: model x precision x gpu x gpu_memory_gb. GB are 1e9 bytes, as the document counts; activations, gradients
-- and KV cache are not in its formula and not in these numbers.
select
    m.model,
    m.params,
    p.precision,
    p.bytes_per_param,
    inference_bytes(m.params, p.bytes_per_param) / 1e9 as inference_gb,
    training_bytes(m.params, p.bytes_per_param) / 1e9 as training_gb,
    g.gpu,
    g.gpu_memory_gb,
    ceil(inference_bytes(m.params, p.bytes_per_param) / 1e9 / g.gpu_memory_gb)::integer as gpus_to_infer,
    ceil(training_bytes(m.params, p.bytes_per_param) / 1e9 / g.gpu_memory_gb)::integer as gpus_to_train
from seeds.seed_models as m
cross join seeds.precisions as p
cross join (select distinct gpu, gpu_memory_gb from marts.gpu_specs) as g
order by m.params, p.bytes_per_param desc, g.gpu, g.gpu_memory_gb

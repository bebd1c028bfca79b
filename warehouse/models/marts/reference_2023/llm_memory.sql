-- Memory to infer and to train the reference document's models, by precision, and how many of each GPU hold it. GB are
-- 1e9 bytes, as in the document; activations, gradients and KV cache are not in its formula and not in these numbers.
-- materialized: table
-- key: model, precision, gpu, gpu_memory_gb
select
    seed_models.model,
    seed_models.params,
    precisions.precision,
    precisions.bytes_per_param,
    inference_bytes(seed_models.params, precisions.bytes_per_param) / 1e9 as inference_gb,
    training_bytes(seed_models.params, precisions.bytes_per_param) / 1e9 as training_gb,
    gpus.gpu,
    gpus.gpu_memory_gb,
    ceil(inference_bytes(seed_models.params, precisions.bytes_per_param) / 1e9 / gpus.gpu_memory_gb)::integer
        as gpus_to_infer,
    ceil(training_bytes(seed_models.params, precisions.bytes_per_param) / 1e9 / gpus.gpu_memory_gb)::integer
        as gpus_to_train
from seeds.seed_models
cross join seeds.precisions
cross join (select distinct gpu, gpu_memory_gb from marts.gpu_specs) as gpus
order by seed_models.params, precisions.bytes_per_param desc, gpus.gpu, gpus.gpu_memory_gb

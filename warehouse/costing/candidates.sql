-- Servers that may answer a request: the one it names, or one for each tp in 1, 2, 4, 8 that divides its GPUs. Key:
-- row, tp. replicas: servers side by side, which share the concurrency evenly.
select
    read.row,
    read.model,
    read.gpu_spec,
    coalesce(read.server_tp, sizes.tp) as tp,
    read.pp,
    read.dp_attn,
    read.weights,
    read.kv_dtype,
    read.isl,
    read.osl,
    read.beams, coalesce(read.replicas, read.gpus / (sizes.tp * read.pp)) as replicas,
    if(
        read.concurrency is null,
        null,
        greatest(1, read.concurrency / coalesce(read.replicas, read.gpus / (sizes.tp * read.pp)))
    ) as concurrency
from read
join
    (values (1), (2), (4), (8)) as sizes (tp)
on if(read.server_tp is null, read.gpus % (sizes.tp * read.pp) = 0, sizes.tp = 1)
where read.refused is null

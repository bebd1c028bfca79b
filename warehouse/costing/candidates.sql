-- The servers that may answer a request: the one it names, or one of each tp in 1, 2, 4, 8 that divides its GPUs.
-- Grain: row x tp. replicas: servers side by side, which share the concurrency evenly.
select
    r.row, r.model, r.gpu_spec, coalesce(r.server_tp, k.tp) as tp, r.pp, r.dp_attn, r.weights, r.kv_dtype, r.isl, r.osl,
    r.beams, coalesce(r.replicas, r.gpus / (k.tp * r.pp)) as replicas,
    if(r.concurrency is null, null, greatest(1, r.concurrency / coalesce(r.replicas, r.gpus / (k.tp * r.pp)))) as concurrency
from read as r
join (values (1), (2), (4), (8)) as k (tp) on if(r.server_tp is null, r.gpus % (k.tp * r.pp) = 0, k.tp = 1)
where r.refused is null

-- error: a latency-bound load must keep the workload's latency and must not exceed the largest batch.
select speed.model, speed.spec, speed.tp, speed.precision, speed.workload, speed.tpot_s, workloads.tpot_limit_s
from marts.inference_speed as speed
join marts.workloads using (workload)
left join marts.inference_speed as fastest using (model, spec, tp, precision, workload)
where speed.operating_point = 'latency_bound'
    and fastest.operating_point = 'max_batch'
    and not coalesce(speed.tpot_s <= workloads.tpot_limit_s * 1.000001 and speed.batch <= fastest.batch, false)

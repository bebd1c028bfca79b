-- error: the load that keeps a workload's latency keeps it, and is not more than fits.
select s.model, s.spec, s.tp, s.precision, s.workload, s.tpot_s, w.tpot_limit_s
from marts.inference_speed as s
join marts.workloads as w using (workload)
left join marts.inference_speed as m using (model, spec, tp, precision, workload)
where s.operating_point = 'latency_bound'
    and m.operating_point = 'max_batch'
    and not coalesce(s.tpot_s <= w.tpot_limit_s * 1.000001 and s.batch <= m.batch, false)
